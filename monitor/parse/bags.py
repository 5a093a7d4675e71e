"""Put together the entries of a PKCS#12 file from its bags (RFC 7292 section 4.2): names, keys, chains.

It must not open what is encrypted, and takes nothing from bags that hold private keys but their names.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.parse.contents import Contents
from monitor.parse.der import (
    OCTET_STRING,
    SEQUENCE,
    DerError,
    Element,
    children,
    dotted,
    element,
    expect,
    several,
)
from monitor.parse.derive import octets
from monitor.parse.holding import alias
from monitor.parse.shape import fields_of

_BAG = "1.2.840.113549.1.12.10.1."
_KEYS, _CERTIFICATE, _LIST, _NESTED = (_BAG + "1", _BAG + "2"), _BAG + "3", _BAG + "4", _BAG + "6"
_X509 = ("1.2.840.113549.1.9.22.1", "1.2.840.113549.1.9.23.1")
_FRIENDLY_NAME = "1.2.840.113549.1.9.20"
_LOCAL_KEY = "1.2.840.113549.1.9.21"
_BMP_STRING = 0x1E
_EXPLICIT = 0xA0
_DEEPEST = 8
_LONGEST_CHAIN = 20


@dataclass(frozen=True, slots=True)
class _Held:
    """Hold one certificate, what its attributes say, and subject and issuer as they are encoded."""

    der: bytes
    name: str
    key_id: bytes
    subject: bytes
    issuer: bytes


class Bags:
    """Collect bags; ``problems`` says in words what was damaged."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self.problems: list[str] = []
        self._held: list[_Held] = []
        self._lists: list[bytes] = []
        self._key_names: dict[bytes, str] = {}

    def read(self, contents: Element, depth: int = 0) -> None:
        """Take the bags of one safe; raise ``DerError`` where they make no sense."""
        if depth > _DEEPEST:
            raise DerError("its parts lie too deep in each other")
        for bag in children(expect(contents, SEQUENCE)):
            kind, value, *rest = several(expect(bag, SEQUENCE), 2)
            inner = several(expect(value, _EXPLICIT), 1)[0]
            name, key_id = _attributes(rest[0]) if rest else ("", b"")
            which = dotted(kind.content)
            if which in _KEYS and key_id:
                self._key_names[key_id] = name
            elif which in (_CERTIFICATE, _LIST):
                self._take(which, inner, name, key_id)
            elif which == _NESTED:
                self.read(inner, depth + 1)

    def _take(self, which: str, inner: Element, name: str, key_id: bytes) -> None:
        kind, value = several(expect(inner, SEQUENCE), 2)[:2]
        if dotted(kind.content) not in _X509:
            self.problems.append(f"{alias(name) or 'a certificate'} is of a kind that is not known here")
            return
        der = octets(several(expect(value, _EXPLICIT), 1)[0])
        if which == _LIST:
            self._lists.append(der)
            return
        try:
            fields = fields_of(element(der))
            self._held.append(_Held(der, name, key_id, fields.subject.encoded, fields.issuer.encoded))
        except DerError as error:
            self.problems.append(f"{alias(name) or 'a certificate'}: {error}")

    def entries(self) -> Iterator[tuple[str, Contents]]:
        """Iterate over the entries: each certificate with a key, and its chain; then whatever is left.

        A file keeps the issuers of a certificate beside it, mostly without a name.
        """
        by_subject: dict[bytes, list[_Held]] = {}
        for one in self._held:
            by_subject.setdefault(one.subject, []).append(one)
        told: set[bytes] = set()
        for one in self._held:
            if one.key_id:
                chain = _chain(one, by_subject)
                told.update(chain)
                yield alias(one.name or self._key_names.get(one.key_id, "")), Contents(chain)
        for one in self._held:
            if one.der not in told:
                yield alias(one.name), Contents((one.der,))
        if self._lists:
            yield "", Contents(lists=tuple(self._lists))


def _chain(first: _Held, by_subject: dict[bytes, list[_Held]]) -> tuple[bytes, ...]:
    """Return a certificate, and those that its issuers' names lead to."""
    chain, waiting = {first.der: first}, [first]
    for one in waiting:
        for above in by_subject.get(one.issuer, ()):
            if above.der not in chain and len(chain) < _LONGEST_CHAIN:
                chain[above.der] = above
                waiting.append(above)
    return tuple(chain)


def _attributes(attributes: Element) -> tuple[str, bytes]:
    """Return the friendly name and the identifier of the key, empty where there is none."""
    name, key_id = "", b""
    for attribute in children(attributes):
        kind, values = several(attribute, 2)[:2]
        value = next(children(values), None)
        if value is None:
            continue
        which = dotted(kind.content)
        if which == _FRIENDLY_NAME:
            name = value.content.decode("utf-16-be" if value.tag == _BMP_STRING else "utf-8", "replace")
        elif which == _LOCAL_KEY:
            key_id = expect(value, OCTET_STRING).content
    return name, key_id
