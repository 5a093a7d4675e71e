"""Which of the URLs and addresses named in certificates may be fetched; does no lookups.

Whoever makes a certificate chooses its URLs: without a limit it could make us send requests to machines on
our own network (server-side request forgery; RFC 5280 section 8 warns of it). So only public addresses are
allowed, and the networks that the configuration adds.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from yarl import URL

from monitor.addresses import IpAddress, IpNetwork, embedded_ip, ends_in_number, read_ip, read_network
from monitor.http import texts
from monitor.model import Message

_LONGEST = 2048
_USUAL_PORTS = (80, 443)
# Special-purpose networks (RFC 6890 and its registries) that some versions of the standard library take for
# public, and the address of Azure's service for its virtual machines.
_SPECIAL = tuple(
    map(
        read_network,
        (
            "192.0.0.0/24",
            "192.88.99.0/24",
            "168.63.129.16/32",
            "64:ff9b:1::/48",
            "100::/64",
            "3fff::/20",
            "5f00::/16",
            "fec0::/10",
        ),
    )
)


class UrlRefusedError(ValueError):
    """The policy forbids an address; ``message`` says why and how to allow it."""

    def __init__(self, message: Message) -> None:
        """Store the message."""
        super().__init__(message.code)
        self.message = message


@dataclass(frozen=True, slots=True)
class UrlPolicy:
    """The addresses that requests may go to: public ones, and any port in the networks in ``private``."""

    private: tuple[IpNetwork, ...] = ()

    @classmethod
    def of(cls, networks: Iterable[str]) -> "UrlPolicy":
        """Return the policy for networks such as ``10.1.0.0/16``; raise ``ValueError`` for invalid ones."""
        return cls(tuple(read_network(text) for text in networks))

    def check(self, address: str, port: int) -> None:
        """Raise ``UrlRefusedError`` when requests to this IP address and port are forbidden."""
        found = _parsed(address)
        if found is None:
            raise UrlRefusedError(texts.address_invalid(address=address))
        if any(found in network for network in self.private):
            return
        if not _public(found):
            raise UrlRefusedError(texts.address_private(address=address))
        if port not in _USUAL_PORTS:
            raise UrlRefusedError(texts.address_port(port=str(port), address=address))


EVERYWHERE = UrlPolicy.of(("0.0.0.0/0", "::/0"))
"""What may be requested when the address is in the configuration itself."""


def read_url(text: str) -> URL:
    """Return a text as a URL; raise ``UrlRefusedError`` for one that is never fetched.

    Only http and https with a host, without credentials, of at most 2048 characters, and with an IPv4 address
    in its usual form: ``127.1`` or ``2130706433`` mean loopback to some system calls.
    """
    if len(text) > _LONGEST or not text.isascii() or not text.isprintable():
        raise UrlRefusedError(texts.url_too_long(most=_LONGEST))
    try:
        url = URL(text)
        host, port = url.host, url.port
    except ValueError:
        raise UrlRefusedError(texts.url_invalid(url=_short(text))) from None
    if url.scheme not in ("http", "https"):
        raise UrlRefusedError(texts.url_scheme(url=_short(text)))
    if not host or not port:
        raise UrlRefusedError(texts.url_without_host(url=_short(text)))
    if url.user is not None or url.password is not None:
        raise UrlRefusedError(texts.url_with_login(host=host))
    if (":" in host or ends_in_number(host)) and read_ip(host) is None:
        raise UrlRefusedError(texts.url_odd_host(host=host))
    return url.with_fragment(None)


def same_origin(url: str, other: str) -> bool:
    """Return whether two URLs have the same scheme, host and port; raise ``ValueError`` for invalid ones."""
    return URL(url).origin() == URL(other).origin()


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:120]}..."


def _parsed(text: str) -> IpAddress | None:
    found = read_ip(text)
    return None if found is None else embedded_ip(found)


def _public(found: IpAddress) -> bool:
    # is_global alone calls multicast global.
    special = found.is_multicast or found.is_reserved or any(found in network for network in _SPECIAL)
    return found.is_global and not special
