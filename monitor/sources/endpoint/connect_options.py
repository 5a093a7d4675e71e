"""The route to a server: local address, IP version, proxy and client certificate.

Must not connect or read anything: passwords and keys are referenced here and read at probe time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from socket import AF_INET, AF_INET6
from typing import Literal, Self
from urllib.parse import unquote

from pydantic import Field, field_validator, model_validator

from monitor.addresses import is_ip, join_host_port, read_host, read_url
from monitor.model import Message
from monitor.network.resolve import Address
from monitor.secrets import ClientCertificate, SecretReference
from monitor.settings import LocalPath, TargetSettings
from monitor.sources.endpoint import texts

_PROXIES = ("http", "socks5")
_A_PROXY = "a proxy is written as http://[user@]host:port or socks5://[user@]host:port"
# RFC 1929 section 2: the length of the user name is one byte.
_LONGEST_USER = 255


class AddressFamily(StrEnum):
    """The IP versions to use, or to try first."""

    ANY = "any"
    IPV4 = "ipv4"
    IPV6 = "ipv6"
    PREFER_IPV4 = "prefer_ipv4"
    PREFER_IPV6 = "prefer_ipv6"


_FAMILIES = {
    AddressFamily.IPV4: AF_INET,
    AddressFamily.PREFER_IPV4: AF_INET,
    AddressFamily.IPV6: AF_INET6,
    AddressFamily.PREFER_IPV6: AF_INET6,
}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy and its credentials; ``scheme`` is http (CONNECT) or socks5."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: SecretReference | None = None

    @property
    def where(self) -> str:
        """Return ``host:port``."""
        return join_host_port(self.host, self.port)


@dataclass(frozen=True, slots=True)
class ConnectOptions:
    """How a server is reached; with a proxy, ``family`` and ``source`` apply to the connection to the proxy.

    ``every_address`` probes each address of the name, not only the first that accepts a connection, and
    ``every_key_type`` both the server's RSA and its ECDSA certificate, not only the one that it prefers.
    ``direct`` is true where all options have their defaults: then nothing is read, selected or repeated.
    """

    family: AddressFamily = AddressFamily.ANY
    source: str = ""
    proxy: Proxy | None = None
    identity: ClientCertificate | None = None
    every_address: bool = False
    every_key_type: bool = False
    direct: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compute ``direct`` once: every probe reads it."""
        own = (self.family, self.source, self.proxy, self.identity, self.every_address, self.every_key_type)
        object.__setattr__(self, "direct", own == (AddressFamily.ANY, "", None, None, False, False))

    def chosen(self, addresses: Sequence[Address]) -> tuple[Address, ...]:
        """Return the addresses that may be used, in the order to try them."""
        wanted = _FAMILIES.get(self.family)
        if self.family in (AddressFamily.IPV4, AddressFamily.IPV6):
            addresses = [one for one in addresses if one.family == wanted]
        elif wanted is not None:
            addresses = sorted(addresses, key=lambda one: one.family != wanted)
        if self.source:
            addresses = [one for one in addresses if one.family == _version(self.source)]
        return tuple(addresses)

    def missing(self, host: str) -> Message:
        """Return the message that a host has no address that may be used."""
        if self.source:
            return texts.no_address_for_source(host=host, source=self.source)
        none = texts.no_ipv4_address if self.family is AddressFamily.IPV4 else texts.no_ipv6_address
        return none(host=host)


DIRECT = ConnectOptions()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to connect, the server name and the protocol; names are normalized by ``read_host``."""

    host: str
    port: int
    server_name: str
    protocol: str = "tls"
    connect: ConnectOptions = DIRECT
    kind: Literal["endpoint"] = field(default="endpoint", kw_only=True)


class ConnectSettings(TargetSettings):
    """The configuration keys for how a server is reached."""

    family: AddressFamily = Field(
        AddressFamily.ANY,
        description="IP versions to use (ipv4, ipv6) or to try first (prefer_ipv4, prefer_ipv6)",
    )
    addresses: Literal["first", "all"] = Field(
        "first",
        description="probe the first address of the name that answers, or all of them, each as a location",
    )
    key_types: Literal["preferred", "all"] = Field(
        "preferred",
        description="probe the certificate that the server prefers, or its RSA and ECDSA ones "
        "as two locations",
    )
    source_address: str = Field("", description="address of this machine to connect from")
    proxy: str = Field(
        "", description="proxy to connect through: http://[user@]host:port or socks5://[user@]host:port"
    )
    proxy_password_file: LocalPath | None = Field(None, description="file with the proxy's password")
    proxy_password_env: str | None = Field(None, description="environment variable with the proxy's password")
    client_cert: LocalPath | None = Field(
        None, description="PEM file with the client certificate for the server, and its chain"
    )
    client_key: LocalPath | None = Field(
        None, description="PEM file with the key of client_cert; the same file if left out"
    )
    client_key_passphrase_file: LocalPath | None = Field(
        None, description="file with the passphrase of the key"
    )
    client_key_passphrase_env: str | None = Field(
        None, description="environment variable with the passphrase of the key"
    )

    @field_validator("source_address")
    @classmethod
    def _source(cls, text: str) -> str:
        host = read_host(text) if text else ""
        if host and not is_ip(host):
            raise ValueError(f"{host} is a name; it must be an address of this machine")
        return host

    @field_validator("proxy")
    @classmethod
    def _proxy(cls, text: str) -> str:
        if text:
            _read_proxy(text)
        return text

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.proxy_password_file is not None and self.proxy_password_env is not None:
            raise ValueError("only one of proxy_password_file and proxy_password_env can be used")
        named = self.proxy_password_file or self.proxy_password_env
        if bool(named) != bool(self.proxy and _read_proxy(self.proxy).user):
            raise ValueError(
                "a login at a proxy needs user@ in proxy, and proxy_password_file or proxy_password_env"
            )
        if self.client_key_passphrase_file is not None and self.client_key_passphrase_env is not None:
            raise ValueError(
                "only one of client_key_passphrase_file and client_key_passphrase_env can be used"
            )
        if self.client_cert is None and (
            self.client_key or self.client_key_passphrase_file or self.client_key_passphrase_env
        ):
            raise ValueError("client_key needs client_cert")
        if self.proxy and self.addresses == "all":
            raise ValueError(
                "addresses: all needs the addresses, and behind a proxy only the proxy knows them"
            )
        only = _FAMILIES[self.family] if self.family in (AddressFamily.IPV4, AddressFamily.IPV6) else None
        if only and self.source_address and _version(self.source_address) != only:
            raise ValueError(f"source_address is no {self.family} address")
        return self

    @property
    def connect_options(self) -> ConnectOptions:
        """Return the connect options for these settings."""
        proxy = None
        if self.proxy:
            proxy = _read_proxy(
                self.proxy, SecretReference.of(self.proxy_password_file, self.proxy_password_env)
            )
        identity = None
        if self.client_cert is not None:
            passphrase = SecretReference.of(self.client_key_passphrase_file, self.client_key_passphrase_env)
            identity = ClientCertificate(self.client_cert, self.client_key or self.client_cert, passphrase)
        every, every_key = self.addresses == "all", self.key_types == "all"
        options = ConnectOptions(self.family, self.source_address, proxy, identity, every, every_key)
        return DIRECT if options.direct else options  # one shared object for nearly all endpoints


def _version(address: str) -> int:
    return AF_INET6 if ":" in address else AF_INET


def _read_proxy(text: str, password: SecretReference | None = None) -> Proxy:
    """Parse a proxy URL; raise ``ValueError`` with a sentence about what is allowed."""
    try:
        parts, host, port = read_url(text, _PROXIES, "")
    except ValueError as error:
        raise ValueError(": ".join(filter(None, (_A_PROXY, str(error))))) from None
    if parts.password is not None:
        raise ValueError("a password must not be in proxy; use proxy_password_file or proxy_password_env")
    if port is None or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(_A_PROXY)
    user = unquote(parts.username or "")
    if len(user.encode()) > _LONGEST_USER or (parts.scheme == "http" and ":" in user):
        raise ValueError("the user of a proxy has at most 255 bytes and, for http, no colon")
    return Proxy(parts.scheme, host, port, user, password)
