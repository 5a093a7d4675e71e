"""Read one file and keep its certificates and the dates of its CRLs; the bytes, maybe with a key, go."""

import os
from dataclasses import dataclass

from monitor import parse
from monitor.model import Certificate, RevocationList
from monitor.sources.walk import is_regular

LARGEST = 16 * 1024 * 1024

Signature = tuple[int, int, int, int, int]

# NONBLOCK: a pipe that took the file's place between stat and open must not hold the thread.
_FLAGS = os.O_RDONLY
for _name in ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_NOINHERIT"):
    _FLAGS |= getattr(os, _name, 0)


class UnfitError(Exception):
    """The path is no file that we read; the sentence says why."""


@dataclass(frozen=True, slots=True)
class CertFile:
    """Hold what one file showed: index in the file, certificate and DER of each, CRLs, and what was damaged.

    The signature is device, inode, modification time, size and change time: while it stays, the
    content stays.
    """

    signature: Signature
    certificates: tuple[tuple[int, Certificate, bytes], ...]
    problems: tuple[str, ...]
    lists: tuple[RevocationList, ...] = ()


def read_file(path: str, known: CertFile | None = None) -> CertFile:
    """Return what a file holds, ``known`` itself when it is unchanged since.

    certbot and kubelet swap symbolic links while we look: a path that is gone, or a file that changes
    under the reading, is tried once more. Raises ``OSError``, and ``UnfitError`` for what is no
    regular file or larger than 16 MiB.
    """
    try:
        found = _read_once(path, known)
    except FileNotFoundError:
        found = None
    return found or _read_once(path, known, last=True) or _vanished(path)


def _vanished(path: str) -> CertFile:
    raise UnfitError(f"{path} changes while it is read")


def _read_once(path: str, known: CertFile | None, *, last: bool = False) -> CertFile | None:
    before = _fit(path, os.stat(path))  # noqa: PTH116 - the descriptor below needs os anyway
    if known is not None and known.signature == before:
        return known
    descriptor = os.open(path, _FLAGS)
    with os.fdopen(descriptor, "rb") as stream:
        opened = _fit(path, os.fstat(descriptor))
        data = stream.read(LARGEST + 1)
        steady = opened == _fit(path, os.fstat(descriptor)) and len(data) == opened[3]
    if not steady and not last:
        return None
    return _parsed(path, opened, data)


def _fit(path: str, status: os.stat_result) -> Signature:
    if not is_regular(status):
        raise UnfitError(f"{path} is no regular file")
    if status.st_size > LARGEST:
        raise UnfitError(f"{path} is too large for a certificate file (over {LARGEST >> 20} MiB)")
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size, status.st_ctime_ns


def _parsed(path: str, signature: Signature, data: bytes) -> CertFile:
    contents = parse.certificates_in(data)
    problems = list(contents.problems)
    certificates = []
    for position, der in enumerate(contents.ders):
        try:
            certificates.append((position, parse.certificate(der), der))
        except parse.UnreadableCertificateError as error:
            problems.append(f"certificate {position} cannot be read: {error}")
    lists = []
    for position, der in enumerate(contents.lists):
        try:
            lists.append(parse.revocation_list(der, path, position))
        except parse.UnreadableListError as error:
            problems.append(f"CRL {position} cannot be read: {error}")
    return CertFile(signature, tuple(certificates), tuple(problems), tuple(lists))
