"""Look at the stores of a Windows machine over its remote registry, where nothing else is possible.

It needs administrator rights there, and shows certificates, friendly names, what is archived and whether a
key is linked; neither who may read a key nor any binding. Those stay unknown.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from smbprotocol.exceptions import (
    AccessDenied,
    SMBAuthenticationError,
    SMBConnectionClosed,
    SMBException,
    SMBResponseException,
)
from smbprotocol.header import NtStatus

from monitor import parse
from monitor.model import Failure, Kept, Machine, Reason, Seen, Sighting
from monitor.sources.windows_remote.pipe import (
    BrokenAnswerError,
    OutOfTimeError,
    UnreachableError,
    registry_calls,
)
from monitor.sources.windows_remote.registry_tree import RegistryTree, TooManyError, physical
from monitor.sources.windows_remote.visit import Visit
from monitor.windows.blob import BlobError, stored
from monitor.windows.contents import kept
from monitor.windows.registry import DENIED, NOT_FOUND, AnswerError, RegistryError
from monitor.windows.rpc import NotOfferedError, RpcDeniedError, RpcError

_ROOT, _CA = "LocalMachine/Root", "LocalMachine/CA"
_RIGHTS = (
    "the remote registry is open to administrators only; in a workgroup, remote UAC takes that right from "
    "local administrators too (LocalAccountTokenFilterPolicy)"
)
# ntstatus.h: https://learn.microsoft.com/openspecs/windows_protocols/ms-erref
_LOGIN_REFUSED = {
    0xC0000064: "there is no such account",
    0xC000006A: "the password is wrong",
    NtStatus.STATUS_LOGON_FAILURE: "username or password is wrong",
    0xC000006E: "a rule for the account forbids it, an empty password perhaps",
    0xC000006F: "the account may not log in at this hour",
    0xC0000070: "the account may not log in from this machine",
    0xC0000071: "the password has expired",
    0xC0000072: "the account is disabled",
    0xC000015B: "the account may not log in over the network there",
    0xC0000193: "the account has expired",
    0xC0000224: "the password must be changed first",
    0xC0000234: "the account is locked",
}
_STOPPED = "its Remote Registry service does not run: start it, or use transport: winrm"
_SERVICE_MISSING = frozenset({NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, NtStatus.STATUS_PIPE_NOT_AVAILABLE})


def read(visit: Visit) -> Seen:
    """Return what the stores of a machine show until the deadline; whatever fails is a value.

    ``Machine.roots`` and ``intermediates`` come from every part of the logical stores, group policy and
    enterprise included. A store that is not there is a failure ``not_found`` at its own place.
    """
    look = _Look(visit)
    try:
        with registry_calls(visit) as call:
            look.walk(RegistryTree(call))
    except OutOfTimeError:
        look.failed(Reason.TIMEOUT, "it did not answer in time")
    except UnreachableError as error:
        look.failed(error.reason, error.detail)
    except (SMBException, BrokenAnswerError, RpcError, RegistryError, AnswerError) as error:
        look.failed(*_said(error))
    return look.seen()


class _Look:
    """One look: what was found so far, so that a late failure costs only what comes after it."""

    def __init__(self, visit: Visit) -> None:
        self._host = visit.remote.host
        self._stores = visit.remote.stores
        self._sightings: list[Sighting] = []
        self._ders: dict[str, bytes] = {}
        self._places: set[str] = set()
        self._kept: list[Kept] = []
        self._read: list[str] = []
        self._logical: dict[str, tuple[str, ...]] = {}
        self._failures: list[Failure] = []

    def walk(self, tree: RegistryTree) -> None:
        """Read every store that is asked for, then which CAs are installed."""
        for store in self._stores:
            with self._costing_only(store):
                self._store(tree, store)
                self._read.append(store)
        for store in (_ROOT, _CA):
            with self._costing_only(store):
                self._logical[store] = _installed(tree, store)

    @contextmanager
    def _costing_only(self, store: str) -> Iterator[None]:
        """Make a failure of its own of what is wrong with one store."""
        place = f"{self._host}/{store}"
        try:
            yield
        except TooManyError as error:
            self.failed(Reason.TOO_LARGE, f"the store {store}: {error}", place)
        except _NoStoreError:
            self.failed(Reason.NOT_FOUND, f"there is no store {store}", place)
        except RegistryError as error:
            reason, said = _said(error)
            self.failed(reason, f"the store {store}: {said}", place)

    def failed(self, reason: Reason, detail: str, place: str = "") -> None:
        """Note why the whole look, or what belongs to a place, gave nothing."""
        self._failures.append(Failure(reason, f"{self._host}: {detail}", place))

    def seen(self) -> Seen:
        """Return what was found."""
        machine = Machine(
            host=self._host,
            names=(self._host,),
            taken_at=datetime.now(UTC),
            kept=tuple(self._kept),
            stores=tuple(self._read),
            roots=self._logical.get(_ROOT),
            intermediates=self._logical.get(_CA),
        )
        found = machine if self._read else None
        return Seen(tuple(self._sightings), tuple(self._failures), self._ders, machine=found)

    def _store(self, tree: RegistryTree, store: str) -> None:
        there = False
        for path in physical(store):
            try:
                for name, blob in tree.blobs(path):
                    self._entry(store, name, blob)
            except RegistryError as error:
                if error.number != NOT_FOUND:
                    raise
            else:
                there = True
        if not there:
            raise _NoStoreError

    def _entry(self, store: str, name: str, blob: bytes) -> None:
        thumbprint = parse.display(name).upper()
        place = f"{self._host}/{store}/{thumbprint}"
        try:
            entry = stored(blob)
            certificate = parse.certificate(entry.der)
        except (BlobError, parse.UnreadableCertificateError) as error:
            self.failed(Reason.BAD_CERTIFICATE, f"{store}/{thumbprint} cannot be read: {error}", place)
            return
        place = f"{self._host}/{store}/{certificate.sha1}"
        self._kept.append(kept(place, store, entry, certificate))
        if not entry.archived and place not in self._places:
            self._places.add(place)
            self._sightings.append(Sighting(place, 0, certificate))
            self._ders[certificate.sha256] = entry.der


class _NoStoreError(Exception):
    """None of the keys of a store is there; never leaves this file."""


def _installed(tree: RegistryTree, store: str) -> tuple[str, ...]:
    """Return the SHA-256 of every certificate of a logical store; parts that are not there are empty."""
    found: set[str] = set()
    for path in physical(store):
        try:
            found.update(known for _, blob in tree.blobs(path) if (known := _fingerprint(blob)))
        except RegistryError as error:
            if error.number != NOT_FOUND:
                raise
    return tuple(sorted(found))


def _fingerprint(blob: bytes) -> str:
    try:
        return stored(blob).sha256
    except BlobError:
        return ""


def _said(error: Exception) -> tuple[Reason, str]:
    """Return why a look ended: what the other side said, and what to do about it."""
    if isinstance(error, AccessDenied | RpcDeniedError):
        return Reason.FORBIDDEN, _RIGHTS
    if isinstance(error, SMBResponseException):
        return _refused(error)
    if isinstance(error, RegistryError):
        denied = error.number == DENIED
        said = f"its registry answers error {error.number}"
        return (Reason.FORBIDDEN, _RIGHTS) if denied else (Reason.BAD_ANSWER, said)
    if isinstance(error, SMBConnectionClosed):
        return Reason.CLOSED, "it hung up"
    return _odd(error)


def _odd(error: Exception) -> tuple[Reason, str]:
    said = parse.display(str(error)) or type(error).__name__
    if isinstance(error, SMBAuthenticationError):
        # No machine was asked then, but for a KDC, which checks the password itself (RFC 4120 section 7.5.9).
        wrong = "preauth" in said.casefold()
        return Reason.UNAUTHORIZED if wrong else Reason.PROTOCOL_ERROR, f"the login came to nothing: {said}"
    if isinstance(error, NotOfferedError):
        return Reason.NOT_FOUND, f"{_STOPPED} ({said})"
    return Reason.PROTOCOL_ERROR, f"it does not answer as a remote registry should: {said}"


def _refused(error: SMBResponseException) -> tuple[Reason, str]:
    status = f"0x{error.status:08X}"
    if said := _LOGIN_REFUSED.get(error.status):
        return Reason.UNAUTHORIZED, f"the login was refused: {said} ({status})"
    if error.status in _SERVICE_MISSING:
        return Reason.NOT_FOUND, _STOPPED
    return Reason.BAD_ANSWER, f"SMB answers {status}"
