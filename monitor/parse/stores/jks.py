"""Read the certificates of Java's own key stores, JKS and JCEKS; private keys are skipped.

Certificates are not encrypted in them; the passphrase only verifies the integrity of the file. The formats
are those that OpenJDK's JavaKeyStore and JceKeyStore write. A JCEKS store has no length field for a secret
key (a serialized Java object): what follows one is reported as unread. It must not judge what it finds.
"""

import hmac
from collections.abc import Iterator
from hashlib import sha1

from monitor.model import Message
from monitor.model.texts import located
from monitor.parse import texts
from monitor.parse.contents import FileContents
from monitor.parse.der import DerError, element
from monitor.parse.shape import fields_of
from monitor.parse.stores.aliased import AliasedCertificates, alias, locked_file, merge_parts
from monitor.parse.stores.open_attempt import OpenAttempt

_MAGIC = {b"\xfe\xed\xfe\xed": "JKS", b"\xce\xce\xce\xce": "JCEKS"}
_PRIVATE_KEY, _CERTIFICATE, _SECRET_KEY = 1, 2, 3
_DIGEST = 20
# Each takes as few as four octets of the file.
_MOST_PROBLEMS = 1000
# OpenJDK puts this between passphrase and content, so that the digest is no bare hash of the passphrase.
_WHITENER = b"Mighty Aphrodite"


class _DamagedError(ValueError):
    """The store is truncated or malformed; never leaves this file."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.code)
        self.message = message


def is_jks(data: bytes) -> bool:
    """Return whether data begins like JKS or JCEKS, whole or not."""
    return data[:4] in _MAGIC


def read(data: bytes, opening: OpenAttempt) -> AliasedCertificates:
    """Return the certificates of a store by alias; problems are part of the result, nothing is raised."""
    kind = _MAGIC[data[:4]]
    parts: list[tuple[str, FileContents]] = []
    problems: list[Message] = []
    locked = None
    try:
        for part in _Reader(data[:-_DIGEST], kind).entries(problems):
            parts.append(part)  # noqa: PERF402 - what was read before the damage is kept
        locked = _unfit(data, opening)
    except _DamagedError as error:
        problems.append(texts.java_store_damaged(kind=kind, problem=error.message))
    return AliasedCertificates(
        merge_parts(parts, problems), locked_file(locked), texts.java_store_empty(kind=kind)
    )


def _unfit(data: bytes, opening: OpenAttempt) -> Message | None:
    """Return the message that no passphrase matches the digest; ``None`` where none is configured."""
    body, digest = data[:-_DIGEST], data[-_DIGEST:]
    for key in opening.configured:
        made = sha1(key.utf16 + _WHITENER, usedforsecurity=False)
        made.update(body)
        if hmac.compare_digest(made.digest(), digest):
            return None
    if not opening.configured:
        return None
    return texts.maybe_changed(problem=opening.wrong_passphrase)


class _Reader:
    def __init__(self, data: bytes, kind: str) -> None:
        self._data = data
        self._kind = kind
        self._position = 4

    def entries(self, problems: list[Message]) -> Iterator[tuple[str, FileContents]]:
        """Iterate over the entries with certificates; what cannot be read is appended to ``problems``."""
        version = self._number(4)
        if version not in (1, 2):
            raise _DamagedError(texts.java_store_version(version=str(version)))
        for left in range(self._number(4), 0, -1):  # a wrong count is harmless: the data ends first
            tag = self._number(4)
            name = alias(_modified_utf8(self._octets(2)))
            self._skip(8)  # creation time
            if tag == _PRIVATE_KEY:
                self._skip(self._number(4))
                count = self._number(4)
            elif tag == _CERTIFICATE:
                count = 1
            elif tag == _SECRET_KEY and self._kind == "JCEKS":
                if left > 1:
                    problems.append(texts.java_store_unread(name=name))
                return
            else:
                raise _DamagedError(texts.java_store_entry(name=name))
            ders = tuple(self._certificates(count, version, name, problems))
            yield name, FileContents(ders, own_key=tag == _PRIVATE_KEY)
        if self._position != len(self._data):
            raise _DamagedError(texts.STORE_TOO_LONG)

    def _certificates(self, count: int, version: int, name: str, problems: list[Message]) -> Iterator[bytes]:
        for _ in range(count):
            if len(problems) > _MOST_PROBLEMS:
                raise _DamagedError(texts.java_store_too_many(most=_MOST_PROBLEMS))
            kind = self._octets(2) if version > 1 else b"X.509"
            der = self._octets(4)
            if kind not in (b"X.509", b"X509"):
                problems.append(texts.unknown_certificate(name=name))
                continue
            try:
                fields_of(element(der))
            except DerError as error:
                problems.append(located(location=name, problem=error.message))
            else:
                yield der

    def _number(self, size: int) -> int:
        start = self._position
        self._skip(size)
        return int.from_bytes(self._data[start : self._position], "big")

    def _octets(self, size: int) -> bytes:
        count = self._number(size)
        self._skip(count)
        return self._data[self._position - count : self._position]

    def _skip(self, count: int) -> None:
        self._position += count
        if self._position > len(self._data):
            raise _DamagedError(texts.STORE_CUT_OFF)


def _modified_utf8(octets: bytes) -> str:
    """Decode Java's modified UTF-8: NUL in two octets, supplementary characters as surrogates (DataInput)."""
    plain = octets.replace(b"\xc0\x80", b"\0")
    try:
        halves = plain.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return plain.decode("utf-8", "replace")
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
