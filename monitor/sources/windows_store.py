"""Probe the certificate stores of the Windows machine that this program runs on; read-only."""

import asyncio
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, Protocol

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from monitor.clock import SystemClock
from monitor.model import (
    Binding,
    Clock,
    Failure,
    FailureReason,
    KeyLink,
    KeyPermission,
    Machine,
    Policy,
    PrivateKey,
    ProbeRequest,
    ProbeResult,
    ServiceAccount,
    StoreEntry,
    Target,
    TargetInfo,
    damaged_items,
    make_target_id,
)
from monitor.settings import Host, TargetSettings
from monitor.sources.texts import store_error, stores_timeout
from monitor.sources.win32.failures import CallError
from monitor.threads import ThreadPool
from monitor.windows.certificate import StoredCertificate
from monitor.windows.contents import fingerprints, store_contents
from monitor.windows.stores import CA, MY, ROOT, StoreLocation, StoreName, store_name

KIND = "windows_store"


def _stores(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(store_name(text)) for text in texts))


@dataclass(frozen=True, slots=True)
class LocalStores:
    """The stores of this machine that one target covers."""

    host: str
    stores: tuple[StoreName, ...]
    aliases: tuple[str, ...] = ()
    kind: Literal["windows_store"] = field(default="windows_store", kw_only=True)


class WindowsStoreSettings(TargetSettings):
    """The settings of a target for the certificate stores of this machine."""

    kind: Literal["windows_store"]
    name: str = Field("", description="name of the target; the stores if left out")
    stores: Annotated[tuple[str, ...], AfterValidator(_stores)] = Field(
        (str(MY),),
        min_length=1,
        description="stores to watch: My, LocalMachine/My, CurrentUser/My, Services/NAME/My and so on",
    )
    aliases: tuple[Host, ...] = Field((), description="other names and addresses of this machine")

    @field_validator("kind")
    @classmethod
    def _only_here(cls, kind: str, info: ValidationInfo) -> str:
        platform = (info.context or {}).get("platform", sys.platform)
        if platform != "win32":
            raise ValueError(
                "kind windows_store works only on Windows; for another machine use windows_remote or "
                "windows_report"
            )
        return kind

    @field_validator("aliases")
    @classmethod
    def _hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(hosts))

    def target(self, policy: Policy) -> Target:
        """Return the target for these settings; reads this machine's name."""
        host = socket.gethostname().lower()
        stores = ", ".join(self.stores)
        return Target(
            id=make_target_id(KIND, self.name or stores),
            kind=KIND,
            location=", ".join(f"{host}/{store}" for store in self.stores),
            settings=LocalStores(host, tuple(map(store_name, self.stores)), self.aliases),
            policy=policy,
            labels=tuple(sorted(self.labels.items())),
            host=host,
            aliases=self.aliases,
            collection=True,
            info=TargetInfo(title=self.title or f"{host} (Windows: {stores})"),
        )


class StoreReader(Protocol):
    """The interface to this machine's certificate data; every call blocks.

    ``stored_in`` raises ``CallError``; the others return ``None`` for what could not be read.
    """

    def stored_in(self, store: StoreName) -> tuple[StoredCertificate, ...]:
        """Return the contents of one logical store."""
        ...

    def names(self) -> tuple[str, ...]:
        """Return the names and addresses of this machine."""
        ...

    def bindings(self) -> tuple[Binding, ...] | None:
        """Return the bindings of http.sys."""
        ...

    def accounts(self) -> tuple[ServiceAccount, ...] | None:
        """Return the services that use certificates, and the accounts they run as."""
        ...

    def readers(self, key: PrivateKey) -> tuple[KeyPermission, ...] | None:
        """Return who may read a private key."""
        ...


class WindowsStoreSource:
    """Probes this machine's stores on its own threads."""

    def __init__(
        self, reader: Callable[[], StoreReader] | None = None, clock: Clock | None = None, threads: int = 2
    ) -> None:
        """Read from Windows, or from what ``reader`` makes at the first probe."""
        self.pool = ThreadPool("windows_store", threads)
        self._reader = reader or _this_machine
        self._clock = clock or SystemClock()

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Return the certificates of every store with their properties, within the timeout."""
        wanted = request.settings
        if not isinstance(wanted, LocalStores):
            raise TypeError(f"{request.target_id} is no {KIND} target")
        try:
            async with asyncio.timeout(request.timeout.total_seconds()):
                return await self.pool.run(self._probe, wanted)
        except TimeoutError:
            said = stores_timeout(location=request.location, timeout=request.timeout)
            return ProbeResult(failures=(Failure(FailureReason.TIMEOUT, said),))

    def _probe(self, wanted: LocalStores) -> ProbeResult:
        reader = self._reader()
        stores: dict[str, Sequence[StoredCertificate]] = {}
        failures: list[Failure] = []
        for store in wanted.stores:
            location = f"{wanted.host}/{store}"
            try:
                stores[str(store)] = reader.stored_in(store)
            except CallError as error:
                said = store_error(location=location, problem=error.message)
                failures.append(Failure(error.reason, said, location))
        roots, intermediates = _optional(reader, ROOT), _optional(reader, CA)
        found = store_contents(wanted.host, stores, [*(roots or ()), *(intermediates or ())])
        machine = Machine(
            host=wanted.host,
            names=_names(wanted, reader.names()),
            taken_at=self._clock.now(),
            entries=tuple(_with_readers(one, reader) for one in found.entries),
            stores=tuple(stores),
            roots=None if roots is None else fingerprints(roots),
            intermediates=None if intermediates is None else fingerprints(intermediates),
            bindings=reader.bindings(),
            accounts=reader.accounts(),
        )
        return ProbeResult(
            tuple(found.sightings),
            (*failures, *found.failures),
            found.ders,
            machine=machine if stores else None,
            isolated=damaged_items(found.failures),
        )


if sys.platform == "win32":

    def _this_machine() -> StoreReader:
        from monitor.sources.win32.this_machine import ThisMachine  # noqa: PLC0415 - loads only on Windows

        return ThisMachine()

else:

    def _this_machine() -> StoreReader:
        raise OSError("this machine has no certificate stores of Windows")


def _optional(reader: StoreReader, store: StoreName) -> tuple[StoredCertificate, ...] | None:
    try:
        return reader.stored_in(store)
    except CallError:
        return None


def _names(wanted: LocalStores, own: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((wanted.host, *wanted.aliases, *own)))


def _with_readers(entry: StoreEntry, reader: StoreReader) -> StoreEntry:
    """Return a store entry with the accounts that may read its key, if the key is a machine's file."""
    key = entry.key
    if (
        key.link is not KeyLink.PRESENT
        or key.hardware
        or not entry.store.startswith(StoreLocation.LOCAL_MACHINE)
    ):
        return entry
    return replace(entry, key=replace(key, readers=reader.readers(key)))
