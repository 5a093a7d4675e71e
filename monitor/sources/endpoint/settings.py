"""The configuration of one TLS endpoint, and its target; must not probe it."""

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from monitor.addresses import HostPort, read_host
from monitor.dialects import DIALECTS, PROTOCOLS
from monitor.model import Policy, Target, TargetInfo, TargetTraits, make_target_id, shared
from monitor.settings import Host
from monitor.sources.endpoint.connect_options import ConnectSettings, Endpoint


class EndpointSettings(ConnectSettings):
    """The settings of one TLS endpoint."""

    kind: Literal["endpoint"] = "endpoint"
    address: str = Field(
        description="host:port or [IPv6]:port; the default port of the protocol may be left out",
        json_schema_extra={"pattern": "^[ ]*[^ /@]+[ ]*$"},
    )
    protocol: str = Field(
        "tls",
        description=f"what is spoken before TLS, or around it: {', '.join(PROTOCOLS)}",
        json_schema_extra={"enum": list(PROTOCOLS)},
    )
    server_name: str | None = Field(None, description="name to request and to expect; the host if left out")
    preset: str = Field(
        "", description="built-in knowledge about such a port, such as recording_server.media"
    )
    server: str = Field(
        "", description="name of the server that this is a port of; what concerns several ports goes by it"
    )
    service_account: str = Field(
        "", description="account of the service, as a SID or a name, which steps name as in need of the key"
    )
    product_version: str = Field("", description="version of the product, which steps name")
    public_names: tuple[Host, ...] = Field(
        (), description="other names that clients use; the certificate must include them"
    )
    stands_in_for: tuple[Host, ...] = Field((), description="hosts that it takes over when they fail")
    aliases: tuple[Host, ...] = Field((), description="other names and addresses of the same machine")

    @field_validator("address")
    @classmethod
    def _address(cls, text: str) -> str:
        HostPort.parse(text)
        return text

    @field_validator("protocol")
    @classmethod
    def _protocol(cls, text: str) -> str:
        if text not in DIALECTS:
            from difflib import get_close_matches  # noqa: PLC0415 - only after a mistake

            near = get_close_matches(text, PROTOCOLS, 1)
            listed = f"must be one of {', '.join(PROTOCOLS)}"
            raise ValueError(f"is unknown; did you mean {near[0]}?" if near else listed)
        return text

    @field_validator("server_name")
    @classmethod
    def _server_name(cls, text: str | None) -> str | None:
        return None if text is None else read_host(text)

    @field_validator("public_names", "stands_in_for", "aliases")
    @classmethod
    def _hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(hosts))

    @model_validator(mode="after")
    def _no_proxy_for_datagrams(self) -> Self:
        if self.proxy and DIALECTS[self.protocol].datagrams:
            raise ValueError(f"{self.protocol} runs over UDP, which proxies do not support")
        return self

    def target(self, policy: Policy, origin: str = "") -> Target:
        """Return the target for these settings; ``origin`` is the id of the discovery that found it."""
        host_port = HostPort.parse(self.address, DIALECTS[self.protocol].port)
        host, port = host_port
        address = host.partition("%")[0]  # certificates never contain a zone (fe80::1%eth0)
        name = self.server_name or address
        where = str(host_port)
        return Target(
            id=make_target_id(self.kind, where if name == address else f"{where}/{name}"),
            kind=self.kind,
            location=where,
            settings=Endpoint(host, port, name, self.protocol, self.connect_options),
            policy=policy,
            labels=shared(tuple(sorted(self.labels.items()))),
            host=host,
            server_name=name,
            aliases=self.aliases,
            info=shared(TargetInfo(title=self.title, server=self.server)),
            traits=shared(
                TargetTraits(
                    stands_in_for=self.stands_in_for,
                    public_names=self.public_names,
                    self_signed_name=DIALECTS[self.protocol].self_signed_name,
                )
            ),
            origin=origin,
        )
