"""Read client certificates, keys and passwords at probe time; keeps no secret itself.

On a dedicated thread pool: a file may be on a network disk that hangs.
"""

from collections import OrderedDict
from pathlib import Path
from typing import Any

from monitor.model import Failure, FailureReason, text
from monitor.secrets import ClientCertificate, SecretReference, SecretUnavailableError
from monitor.threads import ThreadPool
from monitor.tls import TlsSetting, UnfitKeyError, identified_context

MOST_CONTEXTS = 256
_LARGEST = 1024 * 1024
_THREADS = 4

# Device, inode, modification time and size: while they are unchanged, so is the content.
_Signature = tuple[int, int, int, int]
_Key = tuple[TlsSetting, ClientCertificate]


class _UnusableError(Exception):
    """An identity cannot be used; never leaves this file."""

    def __init__(self, reason: FailureReason, detail: str, location: str) -> None:
        super().__init__(detail)
        self.failure = Failure(reason, text(detail), location)


class Identities:
    """Caches the contexts of recently used identities, each until one of its files changes."""

    def __init__(self) -> None:
        """Start with an empty cache."""
        self.pool = ThreadPool("credentials", _THREADS)
        self._known: OrderedDict[_Key, tuple[tuple[_Signature, ...], Any]] = OrderedDict()

    async def context(self, setting: TlsSetting, identity: ClientCertificate) -> Any:
        """Return a context with the client certificate, or the ``Failure`` that says why there is none."""
        try:
            signatures = await self.pool.run(_signatures, identity)
            known = self._known.get((setting, identity))
            if known is None or known[0] != signatures:
                known = signatures, await self.pool.run(_load, setting, identity)
        except _UnusableError as error:
            return error.failure
        self._keep((setting, identity), known)
        return known[1]

    async def password(self, reference: SecretReference) -> str:
        """Read a password; raise ``SecretUnavailableError``."""
        return (await self.pool.run(reference.resolve)).reveal()

    def _keep(self, key: _Key, known: tuple[tuple[_Signature, ...], Any]) -> None:
        self._known[key] = known
        self._known.move_to_end(key)
        if len(self._known) > MOST_CONTEXTS:
            self._known.popitem(last=False)


def _signatures(identity: ClientCertificate) -> tuple[_Signature, ...]:
    return tuple(_signature(path) for path in (identity.certificate, identity.key))


def _signature(path: str) -> _Signature:
    try:
        status = Path(path).stat()
    except OSError as error:
        raise _unusable(path, error) from None
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def _load(setting: TlsSetting, identity: ClientCertificate) -> Any:
    certificates, key = _content(identity.certificate), _content(identity.key)
    try:
        passphrase = identity.passphrase.resolve().reveal() if identity.passphrase else None
        return identified_context(setting, certificates, key, passphrase)
    except (UnfitKeyError, SecretUnavailableError) as error:
        raise _UnusableError(
            FailureReason.UNREADABLE, _said(identity.key, str(error)), identity.key
        ) from None


def _content(path: str) -> bytes:
    try:
        if not Path(path).is_file():  # opening a pipe would block forever
            raise _UnusableError(FailureReason.UNREADABLE, _said(path, "it is no regular file"), path)
        with Path(path).open("rb") as stream:
            return stream.read(_LARGEST)
    except OSError as error:
        raise _unusable(path, error) from None


def _unusable(path: str, error: OSError) -> _UnusableError:
    if isinstance(error, FileNotFoundError):
        return _UnusableError(FailureReason.NOT_FOUND, _said(path, "there is no such file"), path)
    if isinstance(error, PermissionError):
        return _UnusableError(FailureReason.PERMISSION, _said(path, "we may not read it"), path)
    return _UnusableError(FailureReason.UNREADABLE, _said(path, error.strerror or str(error)), path)


def _said(path: str, why: str) -> str:
    return f"the client certificate cannot be used, so the look went without: {path}: {why}"
