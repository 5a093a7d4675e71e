"""Assemble the entries of a PKCS#12 file from its bags (RFC 7292 section 4.2): names, keys, chains.

It must not decrypt anything, and reads only the names from bags that contain private keys.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.model import Message
from monitor.model.texts import located
from monitor.parse import texts
from monitor.parse.contents import FileContents
from monitor.parse.der import (
    OCTET_STRING,
    SEQUENCE,
    DerElement,
    DerError,
    child_list,
    children,
    dotted,
    element,
    expect,
)
from monitor.parse.shape import fields_of
from monitor.parse.stores.aliased import alias
from monitor.parse.stores.derive import octet_string

_BAG = "1.2.840.113549.1.12.10.1."
_KEYS, _CERTIFICATE, _LIST, _NESTED = (_BAG + "1", _BAG + "2"), _BAG + "3", _BAG + "4", _BAG + "6"
_X509 = ("1.2.840.113549.1.9.22.1", "1.2.840.113549.1.9.23.1")
_FRIENDLY_NAME = "1.2.840.113549.1.9.20"
_LOCAL_KEY = "1.2.840.113549.1.9.21"
# Oracle's attribute of what a user imported as trusted; the issuers in chains have none.
_TRUSTED = "2.16.840.1.113894.746875.1.1"
_BMP_STRING = 0x1E
_EXPLICIT = 0xA0
_DEEPEST = 8
_LONGEST_CHAIN = 20


@dataclass(slots=True)
class _Attributes:
    """The attributes of a bag; empty where absent."""

    name: str = ""
    key_id: bytes = b""
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class _BagCertificate:
    """A certificate with its attributes, and its encoded subject and issuer."""

    der: bytes
    said: _Attributes
    subject: bytes
    issuer: bytes


class Bags:
    """The bags read so far; ``problems`` describes what was damaged."""

    def __init__(self) -> None:
        """Start without bags."""
        self.problems: list[Message] = []
        self._held: list[_BagCertificate] = []
        self._lists: list[bytes] = []
        self._key_names: dict[bytes, str] = {}

    def read(self, contents: DerElement, depth: int = 0) -> None:
        """Read the bags of one safe; raise ``DerError`` where they are malformed."""
        if depth > _DEEPEST:
            raise DerError(texts.TOO_DEEP)
        for bag in children(expect(contents, SEQUENCE)):
            kind, value, *rest = child_list(expect(bag, SEQUENCE), 2)
            inner = child_list(expect(value, _EXPLICIT), 1)[0]
            said = _attributes(rest[0]) if rest else _Attributes()
            which = dotted(kind.content)
            if which in _KEYS and said.key_id:
                self._key_names[said.key_id] = said.name
            elif which in (_CERTIFICATE, _LIST):
                self._take(which, inner, said)
            elif which == _NESTED:
                self.read(inner, depth + 1)

    def _take(self, which: str, inner: DerElement, said: _Attributes) -> None:
        kind, value = child_list(expect(inner, SEQUENCE), 2)[:2]
        name = alias(said.name)
        if dotted(kind.content) not in _X509:
            unknown = texts.UNNAMED_UNKNOWN_CERTIFICATE
            self.problems.append(texts.unknown_certificate(name=name) if name else unknown)
            return
        der = octet_string(child_list(expect(value, _EXPLICIT), 1)[0])
        if which == _LIST:
            self._lists.append(der)
            return
        try:
            fields = fields_of(element(der))
            self._held.append(_BagCertificate(der, said, fields.subject.encoded, fields.issuer.encoded))
        except DerError as error:
            problem = error.message
            self.problems.append(
                located(location=name, problem=problem) if name else texts.unnamed_damaged(problem=problem)
            )

    def entries(self) -> Iterator[tuple[str, FileContents]]:
        """Iterate over the entries: each certificate with a key, and its chain; then the rest.

        Most files store the issuers of a certificate beside it, without a name.
        """
        by_subject: dict[bytes, list[_BagCertificate]] = {}
        for one in {one.der: one for one in self._held}.values():
            same = by_subject.setdefault(one.subject, [])
            if len(same) < _LONGEST_CHAIN:  # each is tried for every certificate with a key
                same.append(one)
        in_chains: set[bytes] = set()
        for one in self._held:
            if one.said.key_id:
                chain = _chain(one, by_subject)
                in_chains.update(chain)
                name = one.said.name or self._key_names.get(one.said.key_id, "")
                yield alias(name), FileContents(chain, own_key=one.said.key_id in self._key_names)
        for one in self._held:
            if one.said.trusted or one.der not in in_chains:
                yield alias(one.said.name), FileContents((one.der,))
        if self._lists:
            yield "", FileContents(lists=tuple(self._lists))


def _chain(first: _BagCertificate, by_subject: dict[bytes, list[_BagCertificate]]) -> tuple[bytes, ...]:
    """Return a certificate and the issuers that its issuer names lead to."""
    chain, waiting = {first.der: first}, [first]
    for one in waiting:
        for above in by_subject.get(one.issuer, ()):
            if above.der not in chain and len(chain) < _LONGEST_CHAIN:
                chain[above.der] = above
                waiting.append(above)
    return tuple(chain)


def _attributes(attributes: DerElement) -> _Attributes:
    said = _Attributes()
    for attribute in children(attributes):
        kind, values = child_list(attribute, 2)[:2]
        which = dotted(kind.content)
        said.trusted = said.trusted or which == _TRUSTED
        value = next(children(values), None)
        if value is not None and which == _FRIENDLY_NAME:
            form = "utf-16-be" if value.tag == _BMP_STRING else "utf-8"
            said.name = value.content.decode(form, "replace")
        elif value is not None and which == _LOCAL_KEY:
            said.key_id = expect(value, OCTET_STRING).content
    return said
