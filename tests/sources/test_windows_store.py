"""The stores of the machine that we run on: what is configured, and what a probe gives."""

import asyncio
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from pydantic import ValidationError

from monitor.config import load
from monitor.errors import ConfigError
from monitor.model import (
    Binding,
    Failure,
    FailureReason,
    KeyLink,
    KeyPermission,
    Machine,
    Policy,
    PrivateKey,
    ProbeResult,
    ServiceAccount,
    text,
)
from monitor.sources.texts import store_error, stores_timeout
from monitor.sources.win32.failures import CallError
from monitor.sources.windows_store import WindowsStoreSettings, WindowsStoreSource
from monitor.windows.certificate import StoredCertificate
from monitor.windows.stores import StoreName
from support.pki import NOW, authority, leaf

ROOT = authority("VMS Certificate Authority")
MIDDLE = authority("VMS Issuing CA", ROOT)
OWN = leaf("rec01.vms.example", MIDDLE)
HOST = socket.gethostname().lower()
REFUSED = "kind windows_store works only on Windows; for another machine use windows_remote or windows_report"
SOFTWARE = "Microsoft Software Key Storage Provider"
KEY = PrivateKey(KeyLink.PRESENT, SOFTWARE, "te-rec01")
STORES = {
    "LocalMachine/My": (StoredCertificate(OWN.der, "Recording Server", key=KEY),),
    "LocalMachine/Root": (StoredCertificate(ROOT.der),),
    "LocalMachine/CA": (StoredCertificate(MIDDLE.der),),
}


@dataclass
class Windows:
    """Answer as Windows would, from a table of stores; what is not in it does not exist."""

    stores: Mapping[str, tuple[StoredCertificate, ...]] = field(default_factory=lambda: STORES)
    denied: str = ""
    hangs: threading.Event | None = None

    def stored_in(self, store: StoreName) -> tuple[StoredCertificate, ...]:
        """Return what the table has."""
        if self.hangs is not None:
            self.hangs.wait(30)
        if str(store) == self.denied:
            raise CallError(5, text("Access is denied"))
        if str(store) not in self.stores:
            raise CallError(2, text("The system cannot find the file specified"))
        return self.stores[str(store)]

    def names(self) -> tuple[str, ...]:
        """Return names and an address."""
        return ("rec01.vms.example", "rec01", "192.0.2.7")

    def bindings(self) -> tuple[Binding, ...] | None:
        """Return one binding."""
        return (Binding("0.0.0.0", 443, "AB" * 20),)

    def accounts(self) -> tuple[ServiceAccount, ...] | None:
        """Return nothing: it cannot be seen."""
        return None

    def readers(self, key: PrivateKey) -> tuple[KeyPermission, ...] | None:
        """Return who may read the one key."""
        return (KeyPermission("S-1-5-20", "NETWORK SERVICE"),) if key.container == "te-rec01" else None


class Noon:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Return noon."""
        return NOW

    def monotonic(self) -> float:
        """Return a time that stands still."""
        return 0.0


def settings(platform: str = "win32", **keys: Any) -> WindowsStoreSettings:
    """Return the settings of an entry, as they are read on a platform."""
    entry = {"kind": "windows_store", **keys}
    return WindowsStoreSettings.model_validate(entry, context={"folder": "/", "platform": platform})


def probe(windows: Windows, timeout: float = 10, **keys: Any) -> ProbeResult:
    """Return what one probe gives."""
    target = settings(**keys).target(Policy(timeout=timedelta(seconds=timeout)))
    return asyncio.run(WindowsStoreSource(lambda: windows, Noon()).probe(target.request))


def machine(windows: Windows, **keys: Any) -> Machine:
    """Return the machine that one probe saw."""
    found = probe(windows, **keys).machine
    assert found is not None
    return found


class TestSettings:
    """What an entry may say."""

    def test_the_machines_own_store_is_usual(self) -> None:
        """Nothing has to be said but the kind."""
        target = settings().target(Policy())
        assert (target.id, target.location, target.host, target.collection) == (
            "windows_store:LocalMachine/My",
            f"{HOST}/LocalMachine/My",
            HOST,
            True,
        )

    def test_stores_are_written_in_any_way(self) -> None:
        """Spellings of one store are one store."""
        found = settings(stores=["my", r"LocalMachine\My", "Services/NTDS/My", "CurrentUser/My"])
        assert found.stores == ("LocalMachine/My", "Services/NTDS/My", "CurrentUser/My")

    def test_a_name_is_its_id(self) -> None:
        """Two entries for the same stores need names."""
        assert settings(name="sql").target(Policy()).id == "windows_store:sql"

    def test_aliases_are_joined_on(self) -> None:
        """Endpoints may be configured by another name of this machine."""
        assert settings(aliases=["VMS.example."]).target(Policy()).aliases == ("vms.example",)

    @pytest.mark.parametrize("keys", [{"stores": []}, {"stores": ["a/b/c/d"]}, {"aliases": ["a b"]}])
    def test_nonsense_is_refused(self, keys: dict[str, Any]) -> None:
        """A store that cannot be is no store."""
        with pytest.raises(ValidationError):
            settings(**keys)

    def test_elsewhere_it_is_refused_with_the_kinds_that_help(self, tmp_path: Path) -> None:
        """A configuration with it is wrong on a machine that is not Windows, and says what to use."""
        file = tmp_path / "cert-monitor.yaml"
        file.write_text("targets:\n  - kind: windows_store\n    stores: [My]\n")
        with pytest.raises(ConfigError) as refused:
            load(file)
        assert [str(problem) for problem in refused.value.problems] == [
            f"{file}:2: targets[0].kind: {REFUSED} (got 'windows_store')"
        ]


class TestProbe:
    """What one probe gives."""

    def test_shows_each_certificate_with_its_issuers(self) -> None:
        """The machine's own Root and CA stores show what is above it."""
        seen = probe(Windows())
        location = f"{HOST}/LocalMachine/My/{OWN.certificate.fingerprint(SHA1()).hex().upper()}"
        assert [(one.location, one.position, one.certificate.sha256) for one in seen.sightings] == [
            (location, 0, OWN.sha256),
            (location, 1, MIDDLE.sha256),
            (location, 2, ROOT.sha256),
        ]

    def test_reports_of_the_machine(self) -> None:
        """Names to join by, what is installed, what is bound; what could not be seen is None."""
        found = machine(Windows(), aliases=["nvr.vms.example"])
        assert (found.host, found.names, found.taken_at, found.stores) == (
            HOST,
            (HOST, "nvr.vms.example", "rec01.vms.example", "rec01", "192.0.2.7"),
            NOW,
            ("LocalMachine/My",),
        )
        assert (found.roots, found.intermediates) == ((ROOT.sha256,), (MIDDLE.sha256,))
        assert (found.bindings, found.accounts) == ((Binding("0.0.0.0", 443, "AB" * 20),), None)

    def test_reports_who_may_read_a_key(self) -> None:
        """Readers are asked for keys that lie in files."""
        assert [one.key.readers for one in machine(Windows()).entries] == [
            (KeyPermission("S-1-5-20", "NETWORK SERVICE"),)
        ]

    @pytest.mark.parametrize(
        "key",
        [
            PrivateKey(KeyLink.MISSING),
            PrivateKey(KeyLink.PRESENT, "Microsoft Platform Crypto Provider", "te-rec01", hardware=True),
        ],
    )
    def test_asks_no_rights_where_there_are_none(self, key: PrivateKey) -> None:
        """A certificate without key, or with one in hardware, has no file to ask."""
        stores = STORES | {"LocalMachine/My": (StoredCertificate(OWN.der, key=key),)}
        assert [one.key for one in machine(Windows(stores)).entries] == [key]

    def test_an_empty_store_is_seen(self) -> None:
        """A store without certificates is a fact and no failure."""
        seen = probe(Windows(STORES | {"LocalMachine/My": ()}))
        assert (seen.sightings, seen.failures, seen.machine and seen.machine.stores) == (
            (),
            (),
            ("LocalMachine/My",),
        )

    def test_a_store_that_is_not_there(self) -> None:
        """It is named, and the other stores are seen."""
        seen = probe(Windows(), stores=["WebHosting", "My"])
        where = f"{HOST}/LocalMachine/WebHosting"
        assert seen.failures == (
            Failure(
                FailureReason.NOT_FOUND,
                store_error(location=where, problem=text("The system cannot find the file specified")),
                where,
            ),
        )
        assert {one.position for one in seen.sightings} == {0, 1, 2}
        assert seen.machine is not None
        assert seen.machine.stores == ("LocalMachine/My",)

    def test_a_store_that_we_may_not_read(self) -> None:
        """Denied access is its own reason, and nothing is said of the machine."""
        seen = probe(Windows(denied="LocalMachine/My"))
        assert ([one.reason for one in seen.failures], seen.machine) == ([FailureReason.PERMISSION], None)

    def test_roots_that_cannot_be_read_are_unknown(self) -> None:
        """Nobody may conclude from it that a CA is missing."""
        assert machine(Windows(denied="LocalMachine/Root")).roots is None

    def test_root_in_stores_is_watched(self) -> None:
        """Asked for by name it is a store like others."""
        seen = probe(Windows(), stores=["Root"])
        assert [one.certificate.sha256 for one in seen.sightings] == [ROOT.sha256]

    def test_a_store_that_hangs(self) -> None:
        """The probe ends in time and says so."""
        release = threading.Event()
        windows = Windows(hangs=release)
        target = settings().target(Policy(timeout=timedelta(seconds=0.05)))

        async def scenario() -> ProbeResult:
            try:
                return await WindowsStoreSource(lambda: windows).probe(target.request)
            finally:
                release.set()

        said = stores_timeout(location=f"{HOST}/LocalMachine/My", timeout=timedelta(seconds=0.05))
        assert asyncio.run(scenario()) == ProbeResult(failures=(Failure(FailureReason.TIMEOUT, said),))
