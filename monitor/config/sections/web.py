"""The section ``web``: where pages and metrics are served, and who may see and do what."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from monitor.addresses import (
    HostPort,
    is_ip,
    is_loopback_host,
    listen_address,
    read_url,
)
from monitor.config.sections.external_url import ExternalUrl
from monitor.settings import DISTINCT, Host, LocalPath, Settings, distinct, pattern

_HEADER = re.compile(r"[A-Za-z0-9-]{1,100}")
_TAKEN = ("authorization", "connection", "content-length", "content-type", "cookie", "host", "origin")


def _listen(value: str) -> str:
    listen_address(value)
    return value


Listen = Annotated[str, AfterValidator(_listen), pattern(r"(?:\[[^\] ]+\]|[^: /@]+):[0-9]{1,5}")]


def _address(value: str) -> str:
    if not is_ip(value):
        raise ValueError("must be the IP address of a reverse proxy, such as 192.0.2.1")
    return value


def _header(value: str) -> str:
    if not _HEADER.fullmatch(value):
        raise ValueError("must be the name of a header, such as X-Remote-User")
    if value.lower() in _TAKEN:
        raise ValueError(f"{value} has a meaning of its own; use another one, such as X-Remote-User")
    return value


Peer = Annotated[Host, AfterValidator(_address)]
HeaderName = Annotated[str, AfterValidator(_header), pattern("[A-Za-z0-9-]+")]


class ProxySettings(Settings):
    """The reverse proxies that speak for others."""

    peers: Annotated[tuple[Peer, ...], AfterValidator(distinct), DISTINCT] = Field(
        min_length=1, description="IP addresses of the proxies; what they say of a client is believed"
    )
    user_header: HeaderName | None = Field(
        None, description="header in which they name who logged in there, such as X-Remote-User"
    )


class WebSettings(Settings):
    """The addresses of web pages and metrics, and access to them."""

    listen: Listen = Field("127.0.0.1:9850", description="address and port of pages and metrics")
    access: Literal["loopback", "open"] = Field(
        "loopback", description="open: other machines may read the pages without a login"
    )
    config_file: LocalPath | None = Field(
        None, description="users and TLS, a file in Prometheus' web configuration format"
    )
    operators: Annotated[tuple[str, ...], AfterValidator(distinct), DISTINCT] = Field(
        (), description="users who may also act; a client certificate is named by its CN"
    )
    proxy: ProxySettings | None = Field(None, description="reverse proxies that speak for others")
    metrics_listen: Listen | None = Field(None, description="second address, with metrics and health only")
    hosts: tuple[Host, ...] = Field(
        (), description="further names by which this machine is asked; its own and addresses always work"
    )
    external_url: ExternalUrl | None = Field(
        None, description="address of the page for people elsewhere, for links in notifications"
    )

    @model_validator(mode="after")
    def _open(self) -> "WebSettings":
        guarded = self.access == "open" or self.config_file or self.names_by_proxy
        if not guarded and not is_loopback_host(self.address.host):
            raise ValueError(
                f"listen: {self.listen} lets other machines read every page without a password; "
                "name users and TLS in config_file, write access: open to allow it, or use metrics_listen to "
                "serve only metrics and health"
            )
        if self.operators and not (self.config_file or self.names_by_proxy):
            raise ValueError("operators: nobody can log in; name users in config_file")
        if self.proxy and not (self.config_file or self.names_by_proxy):
            raise ValueError("proxy: has no effect without user_header or config_file")
        if self.access == "open" and self.names_by_proxy:
            raise ValueError(
                "access: open lets everybody read without a login, so proxy.user_header is of no use"
            )
        if self.metrics_address == self.address and self.address.port:
            raise ValueError("metrics_listen is the same address as listen; leave it out or choose another")
        return self

    @property
    def names_by_proxy(self) -> bool:
        """Return whether a reverse proxy says who logged in."""
        return self.proxy is not None and self.proxy.user_header is not None

    @property
    def address(self) -> HostPort:
        """Return host and port of ``listen``."""
        return listen_address(self.listen)

    @property
    def external_host(self) -> str:
        """Return the host of ``external_url``, empty without one."""
        return read_url(self.external_url, ("https", "http"), "").host if self.external_url else ""

    @property
    def metrics_address(self) -> HostPort | None:
        """Return host and port of ``metrics_listen``, if set."""
        return None if self.metrics_listen is None else listen_address(self.metrics_listen)
