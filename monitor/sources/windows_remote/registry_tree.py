"""Walk the keys of a remote registry in which Windows keeps certificates; knows nothing of networks.

Where a store lies: https://learn.microsoft.com/windows/win32/seccrypto/system-store-locations
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from monitor.sources.windows_remote.pipe import Call
from monitor.windows import registry
from monitor.windows.registry import Handle, RegistryError

MOST_CERTIFICATES = 4096
LARGEST_VALUE = 512 * 1024
MOST_OCTETS = 64 * 1024 * 1024
"""Octets of all the values that one look reads."""

_USUAL_VALUE = 64 * 1024

_SYSTEM = r"SOFTWARE\Microsoft\SystemCertificates"
_POLICY = r"SOFTWARE\Policies\Microsoft\SystemCertificates"
_ENTERPRISE = r"SOFTWARE\Microsoft\EnterpriseCertificates"
_SERVICES = r"SOFTWARE\Microsoft\Cryptography\Services"


class TooManyError(Exception):
    """A store holds more, or something larger, than is read; the sentence says what."""


def physical(store: str) -> tuple[str, ...]:
    """Return the keys that make up one logical store, such as ``LocalMachine/Root`` or ``Services/NTDS/My``.

    Raises ``ValueError`` for a store that does not lie in the machine's part of the registry.
    """
    match store.split("/"):
        case ["LocalMachine", name]:
            # What group policy and the directory bring stands beside what was installed by hand.
            roots = [rf"{place}\{name}" for place in (_SYSTEM, _POLICY, _ENTERPRISE)]
            if name.lower() == "root":
                roots.append(rf"{_SYSTEM}\AuthRoot")
        case ["Services", service, name]:
            roots = [rf"{_SERVICES}\{service}\SystemCertificates\{name}"]
        case _:
            raise ValueError(f"the registry of another machine does not show the store {store}")
    return tuple(rf"{root}\Certificates" for root in roots)


class RegistryTree:
    """Read keys and values by calls; holds the open root key."""

    def __init__(self, call: Call) -> None:
        """Open HKEY_LOCAL_MACHINE; raises ``RegistryError`` where we may not."""
        self._call = call
        answer = call(registry.OPEN_LOCAL_MACHINE, registry.open_local_machine())
        self._root = registry.opened(answer)
        self._left = MOST_OCTETS

    def blobs(self, path: str) -> Iterator[tuple[str, bytes]]:
        """Yield thumbprint and stored form of each certificate below a key; raise if there is no such key.

        Raises ``RegistryError`` and ``TooManyError``; a certificate that goes away meanwhile is passed over.
        """
        with self._opened(self._root, path) as folder:
            for name in tuple(self._names(folder)):
                with suppress(_GoneError):
                    yield name, self._blob(folder, name)

    def _blob(self, folder: Handle, name: str) -> bytes:
        try:
            with self._opened(folder, name) as key:
                return self._value(key)
        except RegistryError as error:
            if error.number == registry.NOT_FOUND:
                raise _GoneError from None
            raise

    def _names(self, folder: Handle) -> Iterator[str]:
        for index in range(MOST_CERTIFICATES + 1):
            name = registry.named(self._call(registry.ENUM_KEY, registry.enum_key(folder, index)))
            if name is None:
                return
            yield name
        raise TooManyError(f"it holds more than {MOST_CERTIFICATES} certificates")

    def _value(self, key: Handle) -> bytes:
        for room in (_USUAL_VALUE, LARGEST_VALUE):
            try:
                return self._counted(registry.query_value(key, "Blob", room))
            except RegistryError as error:
                if error.number != registry.MORE_DATA:
                    raise
        raise TooManyError(f"it holds an entry of more than {LARGEST_VALUE} octets")

    def _counted(self, arguments: bytes) -> bytes:
        value = registry.valued(self._call(registry.QUERY_VALUE, arguments))
        self._left -= len(value)
        if self._left < 0:
            raise TooManyError(f"the stores of the machine hold more than {MOST_OCTETS >> 20} MiB")
        return value

    @contextmanager
    def _opened(self, parent: Handle, path: str) -> Iterator[Handle]:
        key = registry.opened(self._call(registry.OPEN_KEY, registry.open_key(parent, path)))
        try:
            yield key
        finally:
            self._call(registry.CLOSE_KEY, registry.close_key(key))


class _GoneError(Exception):
    """A certificate went away between its name and its value; never leaves this file."""
