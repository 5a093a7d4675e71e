"""Read client certificates, keys and passwords at probe time; keeps no secret itself.

On a dedicated thread pool: a file may be on a network disk that hangs.
"""

from collections import OrderedDict
from pathlib import Path
from typing import Any

from monitor.model import Failure, FailureReason, Message, text
from monitor.secrets import ClientCertificate, SecretReference, SecretUnavailableError
from monitor.sources.endpoint import texts
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

    def __init__(self, reason: FailureReason, path: str, problem: Message) -> None:
        super().__init__(problem.code)
        said = texts.client_certificate_unusable(path=path, problem=problem)
        self.failure = Failure(reason, said, path)


class ClientIdentities:
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
    except UnfitKeyError as error:
        raise _UnusableError(FailureReason.UNREADABLE, identity.key, error.message) from None
    except SecretUnavailableError as error:
        raise _UnusableError(FailureReason.UNREADABLE, identity.key, error.message) from None


def _content(path: str) -> bytes:
    try:
        if not Path(path).is_file():  # opening a pipe would block forever
            raise _UnusableError(FailureReason.UNREADABLE, path, texts.NOT_REGULAR_FILE)
        with Path(path).open("rb") as stream:
            return stream.read(_LARGEST)
    except OSError as error:
        raise _unusable(path, error) from None


def _unusable(path: str, error: OSError) -> _UnusableError:
    if isinstance(error, FileNotFoundError):
        return _UnusableError(FailureReason.NOT_FOUND, path, texts.FILE_MISSING)
    if isinstance(error, PermissionError):
        return _UnusableError(FailureReason.PERMISSION, path, texts.FILE_DENIED)
    return _UnusableError(FailureReason.UNREADABLE, path, text(error.strerror or str(error)))
