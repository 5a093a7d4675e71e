"""Parse the certificate extensions that the checks use, each independently.

A malformed extension does not affect the others: it is listed in ``oddities``.
"""

import ipaddress
from dataclasses import dataclass, field
from functools import lru_cache

from monitor.model import KeyUsage
from monitor.parse import texts
from monitor.parse.der import (
    BIT_STRING,
    BOOLEAN,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    DerElement,
    DerError,
    child_list,
    children,
    dotted,
    element,
    expect,
    parse_children,
)
from monitor.parse.display import display

_DNS_NAME = 0x82
_IP_ADDRESS = 0x87
_NETSCAPE_SERVER = 0x40
_KNOWN_USAGES = sum(KeyUsage)
_MOST_NAMES = 10_000
_LONGEST_REMEMBERED = 256
_BMP_STRING = 0x1E
# The arc of the CA/Browser Forum's policies for TLS servers: extended validation is 2.23.140.1.1, the others
# are below 2.23.140.1.2. A public CA has to assert one of them (Baseline Requirements section 7.1.6.1).
_PUBLIC_POLICIES = frozenset(
    map(bytes.fromhex, ("67810c0101", "67810c010201", "67810c010202", "67810c010203"))
)


@dataclass(slots=True)
class Extensions:
    """The parsed extensions of one certificate; ``None`` where one is absent or unreadable."""

    dns_names: list[str] = field(default_factory=list)
    ip_addresses: list[str] = field(default_factory=list)
    ca: bool | None = None
    key_usage: KeyUsage | None = None
    netscape_server: bool | None = None
    usages: tuple[str, ...] | None = None
    template: str = ""
    public_policy: bool = False
    oddities: list[str] = field(default_factory=list)

    @property
    def signs_certificates(self) -> bool | None:
        """Return whether the key usage includes signing certificates."""
        return None if self.key_usage is None else KeyUsage.KEY_CERT_SIGN in self.key_usage


def parse_extensions(wrapper: DerElement) -> Extensions:
    """Return what can be parsed from the ``[3]`` element that contains a certificate's extensions."""
    found = Extensions()
    seen: set[bytes] = set()
    try:
        for one in children(expect(next(children(wrapper), wrapper), SEQUENCE)):
            _extension(found, one, seen)
    except DerError as error:
        found.oddities.append(f"the list of extensions is malformed: {error}")
    return found


def _extension(found: Extensions, one: DerElement, seen: set[bytes]) -> None:
    parts = child_list(one, 2)
    oid = expect(parts[0], OBJECT_IDENTIFIER).content
    read, title = _READERS.get(oid, (None, ""))
    if read is None:
        return
    if oid in seen:
        found.oddities.append(f"{title} stands there twice: only the first counts")
        return
    seen.add(oid)
    try:
        read(found, expect(parts[-1], OCTET_STRING).content)
    except DerError as error:
        found.oddities.append(f"{title} is malformed: {error}")


def _alternative_names(found: Extensions, value: bytes) -> None:
    for count, entry in enumerate(children(expect(element(value), SEQUENCE))):
        if count == _MOST_NAMES:
            raise DerError(texts.too_many_names(most=_MOST_NAMES))
        if entry.tag == _DNS_NAME:
            found.dns_names.append(_dns_name(entry.content))
        elif entry.tag == _IP_ADDRESS:
            _ip_address(found, entry.content)


def _dns_name(content: bytes) -> str:
    # RFC 5280 requires ASCII; raw UTF-8 and Latin-1 occur and are decoded as intended.
    try:
        return display(content.decode())
    except UnicodeDecodeError:
        return display(content.decode("latin-1"))


def _ip_address(found: Extensions, content: bytes) -> None:
    try:
        found.ip_addresses.append(str(ipaddress.ip_address(content)))
    except ValueError:
        found.oddities.append(f"an IP address among the alternative names has {len(content)} octets")


def _basic_constraints(found: Extensions, value: bytes) -> None:
    parts = parse_children(value, SEQUENCE)
    found.ca = bool(parts) and parts[0].tag == BOOLEAN and parts[0].content != b"\0"


def _key_usage(found: Extensions, value: bytes) -> None:
    found.key_usage = KeyUsage(int.from_bytes(_bits(value)[:2], "little") & _KNOWN_USAGES)


def _netscape_type(found: Extensions, value: bytes) -> None:
    found.netscape_server = bool(int.from_bytes(_bits(value)[:1], "little") & _NETSCAPE_SERVER)


def _bits(value: bytes) -> bytes:
    """Return the octets of a BIT STRING, without the first, which counts the unused bits of the last."""
    return expect(element(value), BIT_STRING).content[1:]


def _extended_key_usage(found: Extensions, value: bytes) -> None:
    found.usages = _remembered_usages(value) if len(value) <= _LONGEST_REMEMBERED else _usages(value)


@lru_cache(maxsize=256)
def _remembered_usages(value: bytes) -> tuple[str, ...]:
    """Few distinct lists exist: the cache saves time and lets certificates share them."""
    return _usages(value)


def _usages(value: bytes) -> tuple[str, ...]:
    return tuple(
        dotted(expect(usage, OBJECT_IDENTIFIER).content) for usage in parse_children(value, SEQUENCE)
    )


def _certificate_policies(found: Extensions, value: bytes) -> None:
    few = len(value) <= _LONGEST_REMEMBERED
    found.public_policy = _remembered_policies(value) if few else _has_public_policy(value)


@lru_cache(maxsize=256)
def _remembered_policies(value: bytes) -> bool:
    """Few distinct lists exist, as with usages."""
    return _has_public_policy(value)


def _has_public_policy(value: bytes) -> bool:
    policies = (child_list(one, 1)[0] for one in parse_children(value, SEQUENCE))
    return any(expect(one, OBJECT_IDENTIFIER).content in _PUBLIC_POLICIES for one in policies)


def _template(found: Extensions, value: bytes) -> None:
    """Read the OID of a template since Windows Server 2003 (MS-WCCE section 2.2.2.7.7.2)."""
    first = child_list(expect(element(value), SEQUENCE), 1)[0]
    found.template = dotted(expect(first, OBJECT_IDENTIFIER).content)


def _template_name(found: Extensions, value: bytes) -> None:
    """Read the name of a template of Windows 2000 (MS-WCCE section 2.2.2.7.7.1); an OID counts more."""
    one = element(value)
    coding = "utf-16-be" if one.tag == _BMP_STRING else "utf-8"
    found.template = found.template or display(one.content.decode(coding, "replace"))


_READERS = {
    bytes.fromhex("551d11"): (_alternative_names, "the list of alternative names"),
    bytes.fromhex("551d13"): (_basic_constraints, "the CA mark (basicConstraints)"),
    bytes.fromhex("551d0f"): (_key_usage, "the key usage"),
    bytes.fromhex("551d25"): (_extended_key_usage, "the extended key usage"),
    bytes.fromhex("6086480186f8420101"): (_netscape_type, "the Netscape certificate type"),
    bytes.fromhex("551d20"): (_certificate_policies, "the certificate policies"),
    bytes.fromhex("2b0601040182371507"): (_template, "the certificate template"),
    bytes.fromhex("2b0601040182371402"): (_template_name, "the name of the certificate template"),
}
