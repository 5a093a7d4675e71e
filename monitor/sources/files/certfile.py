"""Read one file and keep its certificates and CRL dates; the bytes, which may contain a key, are dropped."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor import parse
from monitor.model import Certificate, FailureReason, Message, RevocationList
from monitor.model.texts import joined, located
from monitor.sources.files import texts
from monitor.sources.files.opening import open_descriptor
from monitor.sources.files.passphrases import NONE, Passphrases
from monitor.sources.files.walk import is_regular

LARGEST = 16 * 1024 * 1024

Signature = tuple[int, int, int, int, int]


class UnusableFileError(Exception):
    """The path is not a readable file; ``message`` says why, ``reason`` classifies it."""

    def __init__(self, message: Message, reason: FailureReason = FailureReason.UNREADABLE) -> None:
        """Make the error for a message and a reason."""
        super().__init__(message.code)
        self.message = message
        self.reason = reason


class FileCertificate(NamedTuple):
    """One certificate of a file with its index, in the file or under its alias.

    ``own_key`` is whether a key store holds its private key.
    """

    position: int
    certificate: Certificate
    der: bytes
    alias: str = ""
    own_key: bool = False


@dataclass(frozen=True, slots=True)
class CertFile:
    """The contents of one file: index, certificate and DER of each, CRLs, and what was damaged.

    The signature is device, inode, modification time, size and change time: while it is unchanged, so is the
    content. ``locked`` lists, by alias, what no passphrase opens; ``mark`` identifies the passphrases tried.
    ``hint`` explains, where possible, why nothing was found.
    """

    signature: Signature
    certificates: tuple[FileCertificate, ...]
    problems: tuple[Message, ...]
    lists: tuple[RevocationList, ...] = ()
    locked: tuple[tuple[str, Message], ...] = ()
    hint: Message | None = None
    mark: bytes = field(default=b"", repr=False)

    def holds(self, signature: Signature, passphrases: Passphrases) -> bool:
        """Return whether reading the file again would yield the same."""
        return self.signature == signature and (not self.locked or self.mark == passphrases.mark)


def read_file(path: str, known: CertFile | None = None, passphrases: Passphrases = NONE) -> CertFile:
    """Read a file; return ``known`` if neither the file nor the passphrases that failed have changed.

    certbot and kubelet swap symbolic links at any time: a path that is gone, or a file that changes while it
    is read, is tried once more. Raises ``OSError``, and ``UnusableFileError`` for what is no regular file or
    larger than 16 MiB.
    """
    try:
        found = _read_once(path, known, passphrases)
    except FileNotFoundError:
        found = None
    return found or _read_once(path, known, passphrases, last=True) or _vanished(path)


def _vanished(path: str) -> CertFile:
    raise UnusableFileError(texts.file_changing(path=path))


def _read_once(
    path: str, known: CertFile | None, passphrases: Passphrases, *, last: bool = False
) -> CertFile | None:
    before = _fit(path, os.stat(path))  # noqa: PTH116 - the descriptor below needs os anyway
    if known is not None and known.holds(before, passphrases):
        return known
    descriptor = open_descriptor(path)
    with os.fdopen(descriptor, "rb") as stream:
        opened = _fit(path, os.fstat(descriptor))
        data = stream.read(LARGEST + 1)
        steady = opened == _fit(path, os.fstat(descriptor)) and len(data) == opened[3]
    if not steady and not last:
        return None
    return _parsed(path, opened, parse.aliased_certificates(data, passphrases), passphrases)


def _fit(path: str, status: os.stat_result) -> Signature:
    if not is_regular(status):
        raise UnusableFileError(texts.not_a_regular_file(path=path))
    if status.st_size > LARGEST:
        said = texts.file_too_large(path=path, mebibytes=LARGEST >> 20)
        raise UnusableFileError(said, FailureReason.TOO_LARGE)
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size, status.st_ctime_ns


def _parsed(
    path: str, signature: Signature, holding: parse.AliasedCertificates, passphrases: Passphrases
) -> CertFile:
    problems: list[Message] = []
    certificates: list[FileCertificate] = []
    lists: list[RevocationList] = []
    for alias, contents in holding.parts:
        problems += contents.problems
        certificates += _certificates(alias, contents, problems)
        lists += _lists(alias_location(path, alias), contents.lists, problems)
    advice = passphrases.advice if holding.locked else ()
    return CertFile(
        signature,
        tuple(certificates),
        tuple(problems),
        tuple(lists),
        tuple((alias, joined((said, *advice))) for alias, said in holding.locked),
        holding.hint,
        passphrases.mark if holding.locked else b"",
    )


def alias_location(path: str, alias: str) -> str:
    """Return the location of an alias in a file: ``path#alias``, or the path itself."""
    return f"{path}#{alias}" if alias else path


def _certificates(
    alias: str, contents: parse.FileContents, problems: list[Message]
) -> Iterator[FileCertificate]:
    for position, der in enumerate(contents.ders):
        own_key = contents.own_key and position == 0
        try:
            yield FileCertificate(position, parse.parse_certificate(der), der, alias, own_key)
        except parse.UnreadableCertificateError as error:
            said = texts.certificate_unreadable(position=position, problem=error.message)
            problems.append(located(location=alias, problem=said) if alias else said)


def _lists(location: str, ders: tuple[bytes, ...], problems: list[Message]) -> Iterator[RevocationList]:
    for position, der in enumerate(ders):
        try:
            yield parse.parse_crl(der, location, position)
        except parse.UnreadableCrlError as error:
            problems.append(texts.crl_unreadable(position=position, problem=error.message))
