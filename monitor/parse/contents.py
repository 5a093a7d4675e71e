"""Find the certificates and CRLs in the bytes of a file, whatever surrounds them.

It must not read files, and never keeps anything else: private keys are skipped.
"""

import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from monitor.model import Message
from monitor.model.texts import more
from monitor.parse import texts
from monitor.parse.crl import is_crl
from monitor.parse.der import SEQUENCE, DerElement, DerError, element
from monitor.parse.foreign import foreign
from monitor.parse.pkcs7 import certificates_of, crls_of
from monitor.parse.shape import fields_of

_MARK = re.compile(rb"-----(BEGIN|END) ([A-Z0-9][A-Z0-9 #.]{0,40})-----")
_WANTED = frozenset(
    {b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE", b"PKCS7", b"CMS", b"X509 CRL", b"CRL"}
)
_PADDING = b"\0\r\n\t \x1a"
_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class FileContents:
    """The DER certificates and CRLs found in a file, in order, and descriptions of what was damaged.

    ``foreign`` is what was found instead of a certificate, ``None`` if nothing: a certificate request.
    ``own_key`` is whether a key store has the private key of the first certificate.
    """

    ders: tuple[bytes, ...] = ()
    problems: tuple[Message, ...] = ()
    lists: tuple[bytes, ...] = ()
    foreign: Message | None = None
    own_key: bool = False


@dataclass(slots=True)
class _Collected:
    """What has been found so far."""

    ders: list[bytes] = field(default_factory=list)
    problems: list[Message] = field(default_factory=list)
    lists: list[bytes] = field(default_factory=list)
    foreign: Message | None = None

    def take(self, outer: DerElement) -> None:
        """Add the certificates or CRLs in an element; raise ``DerError`` where it is of another kind."""
        if _is_certificate(outer):  # first, since nearly all are
            self.ders.append(outer.encoded)
        elif is_crl(outer):
            self.lists.append(outer.encoded)
        elif what := foreign(outer):
            self.foreign = self.foreign or what
        else:
            self.ders += _certificates(outer)
            self.lists += [one.encoded for one in crls_of(outer) if is_crl(one)]

    def contents(self) -> FileContents:
        """Return it as a value, the first few problems of many."""
        problems = self.problems
        if len(problems) > _MOST_PROBLEMS:
            problems = [*problems[:_MOST_PROBLEMS], more(count=len(problems) - _MOST_PROBLEMS)]
        return FileContents(tuple(self.ders), tuple(problems), tuple(self.lists), self.foreign)


def find_certificates(data: bytes) -> FileContents:
    """Return the certificates and CRLs in PEM, DER or PKCS#7 data; empty when there are none.

    PEM blocks (RFC 7468, and OpenSSL's older labels) may be embedded in any text, in UTF-8 or UTF-16; a
    damaged block does not affect the others. DER certificates may follow one another. Work is linear in the
    size, which the caller bounds.
    """
    text = _as_ascii(data)
    found = _Collected()
    if _MARK.search(text):
        _collect_pem(text, found)
    else:
        _collect_der(data, found)
    return found.contents()


def _as_ascii(data: bytes) -> bytes:
    """Decode the UTF-16 that Notepad and PowerShell's ``>`` write, sometimes without a byte order mark."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode("ascii", "replace")
    if b"-\0-\0-\0-\0-\0" in data[:65536]:
        return data.replace(b"\0", b"")
    return data


def _collect_pem(text: bytes, found: _Collected) -> None:
    for number, (block, problem) in enumerate(_blocks(text), start=1):
        if problem is not None:
            found.problems.append(texts.pem_block(number=number, problem=problem))
            continue
        try:
            found.take(element(_decoded(block)))
        except DerError as error:
            found.problems.append(texts.pem_block(number=number, problem=error.message))


def _blocks(text: bytes) -> Iterator[tuple[bytes, Message | None]]:
    """Iterate over the bodies of PEM blocks that should contain certificates, or what is damaged."""
    opened: re.Match[bytes] | None = None
    for mark in _MARK.finditer(text):
        wanted = mark[2] in _WANTED
        if mark[1] == b"BEGIN":
            if opened:
                yield b"", texts.NO_END_MARK
            opened = mark if wanted else None
        elif opened:
            same = mark[2] == opened[2]
            yield text[opened.end() : mark.start()], None if same else texts.OTHER_END_MARK
            opened = None
    if opened:
        yield b"", texts.NO_END_MARK


def _decoded(block: bytes) -> bytes:
    try:
        return binascii.a2b_base64(b"".join(block.split()), strict_mode=True)
    except binascii.Error:
        raise DerError(texts.BAD_BASE64) from None


def _is_certificate(outer: DerElement) -> bool:
    try:
        fields_of(outer)
    except DerError:
        return False
    return outer.tag == SEQUENCE


def _certificates(outer: DerElement) -> Iterator[bytes]:
    """Iterate over the certificates that an element is or contains, without OpenSSL's trust settings."""
    if outer.tag != SEQUENCE:
        raise DerError(texts.NO_CERTIFICATE)
    held = certificates_of(outer)
    if held is None:
        fields_of(outer)
        yield outer.encoded
    else:
        yield from held


def _collect_der(data: bytes, found: _Collected) -> None:
    position = 0
    try:
        while position < len(data):
            outer = element(data, position)
            found.take(outer)
            position = outer.end
    except DerError as error:
        some = bool(found.ders or found.lists)
        if some and data[position:].strip(_PADDING):
            said = texts.data_after_certificates(octets=position, problem=error.message)
            found.problems.append(said)
        elif not some and found.foreign is None and (kind := _seems(data)):
            found.problems.append(kind(problem=error.message))


def _seems(data: bytes) -> Callable[..., Message] | None:
    # Two long sequences, one inside the other: 30 82 xx xx 30 82. Only a CRL is longer than 64 KB: 30 83.
    if data[:2] == b"\x30\x82" and data[4:6] == b"\x30\x82":
        return texts.damaged_certificate
    return texts.damaged_crl if data[:2] == b"\x30\x83" and data[5:6] == b"\x30" else None
