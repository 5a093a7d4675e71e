"""The Windows parts on a real CPython for Windows: its stores, its anchors, and the daemon itself.

Run by ``scripts/test -m wine`` where wine is installed; never by CI.
"""

import asyncio
import json
import signal
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.parse import parse_certificate
from support.folders import TESTS
from support.pki import Issued, authority, days, leaf, tls_context
from support.servers.daemon.process import until
from support.servers.machines.wine_machine import Entry, WineMachine, library, missing, windows_path

pytestmark = [pytest.mark.wine, pytest.mark.timeout(400)]  # the first run makes the machine

NOW = datetime.now(UTC)
SOFTWARE = "Microsoft Software Key Storage Provider"
TPM = "Microsoft Platform Crypto Provider"

ROOT = authority("VMS Certificate Authority", at=NOW, end=days(50, NOW))
MIDDLE = authority("VMS Issuing CA", ROOT, at=NOW)
OWN = leaf("rec01.vms.example", MIDDLE, at=NOW, end=days(40, NOW))
OLD = leaf("rec01.vms.example", MIDDLE, at=NOW, start=days(-300, NOW), end=days(3, NOW))
BARE = leaf("bare.vms.example", MIDDLE, at=NOW, end=days(45, NOW))
CHIP = leaf("chip.vms.example", MIDDLE, at=NOW, end=days(45, NOW))
STRANGE = leaf("strange.example", authority("Strange Root", at=NOW), at=NOW)
HOST = socket.gethostname().lower()
APP = "{4dc3e181-e14b-4a21-b022-59fc669b0914}"  # IIS


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WineMachine]:
    """Return a Windows whose stores hold these certificates."""
    if package := missing():
        pytest.skip(f"needs Debian's {package}")
    machine = WineMachine(tmp_path_factory.mktemp("windows") / "prefix")
    try:
        machine.put(
            Entry("My", OWN.der, "Recording Server", SOFTWARE, "te-rec01"),
            Entry("My", OLD.der, "", SOFTWARE, "te-old"),
            Entry("My", BARE.der),
            Entry("My", CHIP.der, "Schlüssel im TPM", TPM, "te-chip"),
            Entry("Root", ROOT.der),
            Entry("CA", MIDDLE.der),
            Entry("CA", STRANGE.der),
        )
        yield machine
    finally:
        machine.close()


@pytest.fixture(scope="module")
def read(windows: WineMachine) -> dict[str, Any]:
    """Return what our reader says of some stores."""
    stores = ["My", "Root", "CA", "WebHosting", "Services/NTDS/My"]
    said: dict[str, Any] = json.loads(windows.run(windows_path(TESTS / "wine" / "read_stores.py"), *stores))
    return said


def of(stored: list[dict[str, Any]], issued: Issued) -> dict[str, Any]:
    """Return what a store says of one certificate."""
    (found,) = [one for one in stored if one["der"] == issued.sha256]
    return {name: value for name, value in found.items() if name != "der"}


def location(issued: Issued) -> str:
    """Return where a certificate of the store My is said to be."""
    return f"{HOST}/LocalMachine/My/{parse_certificate(issued.der).sha1}"


def written(folder: Path, text: str) -> str:
    """Return the path of a configuration with this text."""
    file = folder / "cert-monitor.yaml"
    file.write_text(text)
    return windows_path(file)


def test_the_reader_sees_every_certificate(read: dict[str, Any]) -> None:
    """LocalMachine's My holds what was put there and nothing else."""
    assert {one["der"] for one in read["My"]} == {one.sha256 for one in (OWN, OLD, BARE, CHIP)}


def test_the_reader_sees_name_and_key(read: dict[str, Any]) -> None:
    """Friendly name, provider and container come as they were written."""
    assert of(read["My"], OWN) == {
        "friendly_name": "Recording Server",
        "archived": False,
        "key": {
            "link": "present",
            "provider": SOFTWARE,
            "container": "te-rec01",
            "hardware": False,
            "readers": None,
        },
    }


def test_the_reader_sees_that_a_key_is_missing(read: dict[str, Any]) -> None:
    """A certificate that was imported alone has no key."""
    assert of(read["My"], BARE)["key"]["link"] == "missing"


def test_the_reader_knows_keys_in_hardware(read: dict[str, Any]) -> None:
    """The provider tells, and names may be in any language."""
    found = of(read["My"], CHIP)
    assert (found["key"]["hardware"], found["friendly_name"]) == (True, "Schlüssel im TPM")


def test_the_logical_root_store_has_what_was_added(read: dict[str, Any]) -> None:
    """Beside what the system brings."""
    assert ROOT.sha256 in {one["der"] for one in read["Root"]}
    assert len(read["Root"]) > 10


@pytest.mark.parametrize("store", ["WebHosting", "Services/NTDS/My"])
def test_a_store_that_is_not_there(read: dict[str, Any], store: str) -> None:
    """It is not made by asking for it."""
    assert read[store] == [2, "not_found"]


@pytest.fixture(scope="module")
def report(windows: WineMachine) -> dict[str, Any]:
    """Return what the machine tells beside its certificates."""
    said: dict[str, Any] = json.loads(windows.run(windows_path(TESTS / "wine" / "read_machine.py")))
    return said


def test_the_machine_reports_its_names(report: dict[str, Any]) -> None:
    """By them it is joined with endpoints."""
    assert {HOST.partition(".")[0], "127.0.0.1"} <= set(report["names"])


def test_the_machine_reports_its_services(report: dict[str, Any]) -> None:
    """Those of the VMS with the account they run as, and the SID of a virtual account."""
    (found,) = [one for one in report["accounts"] if one["service"] == "MilestoneTest"]
    assert (found["title"], found["account"], len(found["sids"])) == (
        "Milestone XProtect Event Server",
        r"NT SERVICE\MilestoneTest",
        1,
    )


def test_the_machine_reports_who_may_read_a_key(report: dict[str, Any]) -> None:
    """The file of an older provider's key is found by its name; of another key nothing is known."""
    first, other = report["readers"]
    assert ({one["allowed"] for one in first}, other) == ({True}, None)


def test_bindings_that_cannot_be_read_are_unknown(report: dict[str, Any]) -> None:
    """Wine has no http.sys: that must not look like no bindings."""
    assert report["bindings"] is None


def test_bindings_are_read_as_the_header_has_them(windows: WineMachine, tmp_path: Path) -> None:
    """A stand-in for httpapi, built with the structures of Windows' own header, tells three."""
    built = library(TESTS / "wine" / "httpapi.c", tmp_path)
    said = json.loads(windows.run(windows_path(TESTS / "wine" / "read_bindings.py"), windows_path(built)))
    assert [tuple(one.values()) for one in said] == [
        ("0.0.0.0", 443, "AA01" + "00" * 18, "WebHosting", APP),
        ("::1", 9000, "BB02" + "00" * 18, "My", APP),
        ("vms.example", 8443, "CC03" + "00" * 18, "My", APP),
    ]


def test_events_arrive_as_the_header_has_them(windows: WineMachine, tmp_path: Path) -> None:
    """A stand-in for the events of advapi32, built with Windows' own header, tells what it gets."""
    built = library(TESTS / "wine" / "eventlog.c", tmp_path)
    lines = windows.run(windows_path(TESTS / "wine" / "write_events.py"), windows_path(built)).split("\n")
    said = [line.strip() for line in lines if line.startswith(("source", "event", "end"))]
    source, text = b"cert-monitor".hex(), "Größe 語 \U0001f512\r\nSite: Harbour".encode().hex()
    assert said == [
        f"source 1 {source}",
        f"event 1 1 0 102 1 1 0 1 {text}",
        f"event 1 4 0 100 1 1 0 1 {b'closed'.hex()}",
        "end 1",
        f"source 1 {source}",
        f"event 1 2 0 999 1 1 0 1 {b'refused'.hex()}",
        "end 1",
    ]


def test_this_windows_takes_events(windows: WineMachine) -> None:
    """The functions of the system's own library are found and called; wine shows events to nobody."""
    assert windows.run(windows_path(TESTS / "wine" / "write_events.py")) == "written"


def test_check_reads_the_store(windows: WineMachine, tmp_path: Path) -> None:
    """The old certificate is quiet beside its successor, and the end of the CA above all is seen."""
    config = written(tmp_path, "targets: [{kind: windows_store}]\n")
    said = json.loads(
        windows.run("-m", "monitor", "check", "--config", config, "--format", "json", check=False)
    )
    found = {one["target"]: sorted(two["check"] for two in one["findings"]) for one in said}
    assert found == {
        location(OWN): ["ca_expiry"],
        location(OLD): [],
        location(BARE): ["ca_expiry"],
        location(CHIP): ["ca_expiry"],
    }


def test_system_trust_is_root_with_the_intermediates_below_it(windows: WineMachine, tmp_path: Path) -> None:
    """What lies in CA without a root above it is trusted by nobody."""
    for name, issued in (("own", OWN), ("strange", STRANGE)):
        (tmp_path / f"{name}.pem").write_bytes(issued.pem)
    said = windows.run(
        "-m", "monitor", "check", "--format", "json", "--trust", "system",
        *(windows_path(tmp_path / f"{name}.pem") for name in ("own", "strange")),
        check=False,
    )  # fmt: skip
    targets = json.loads(said)
    assert [any(two["check"] == "trust" for two in one["findings"]) for one in targets] == [False, True]


def test_a_port_is_probed_on_windows(windows: WineMachine) -> None:
    """Handshake and path work there as elsewhere, by what the machine trusts."""
    with serving(OWN) as port:
        said = json.loads(
            windows.run(
                "-m", "monitor", "check", f"127.0.0.1:{port}", "--name", "rec01.vms.example",
                "--trust", "system", "--format", "json",
                check=False,
            )
        )  # fmt: skip
    assert [two["check"] for one in said for two in one["findings"]] == ["ca_expiry"]


@contextmanager
def serving(issued: Issued) -> Iterator[int]:
    """Serve one certificate and nothing above it, to one visitor."""
    context = tls_context(issued)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(120)
        visit = threading.Thread(target=answer, args=(server, context), daemon=True)
        visit.start()
        yield server.getsockname()[1]
        visit.join(120)


def answer(server: socket.socket, context: ssl.SSLContext) -> None:
    """Shake hands with one visitor, whatever becomes of it."""
    connection, _ = server.accept()
    with suppress(OSError), context.wrap_socket(connection, server_side=True) as conversation:
        conversation.recv(1)


def test_the_daemon_runs_on_windows(windows: WineMachine, tmp_path: Path) -> None:
    """It probes the store, is scraped, records, and Ctrl-C ends it in order."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    store = windows_path(tmp_path / "state.db").replace("\\", "/")
    config = written(
        tmp_path,
        f"web: {{listen: '127.0.0.1:{port}'}}\n"
        f"store: {{url: 'sqlite:///{store}'}}\n"
        "targets:\n"
        "- {kind: windows_store}\n"
        "- {kind: endpoint, address: '127.0.0.1:1'}\n",
    )
    daemon = windows.begin("-m", "monitor", "run", "--config", config)
    assert daemon.stdout is not None
    try:
        first = daemon.stdout.readline()
        assert "targets=2" in first
        asyncio.run(
            until(lambda: up(port) == {"endpoint:127.0.0.1:1": 0, "windows_store:LocalMachine/My": 1})
        )
        ends = samples(port, "cert_monitor_certificate_days_to_expiry")
    finally:
        daemon.send_signal(signal.SIGINT)
        rest = daemon.communicate(timeout=60)[0]
    assert {labels["location"] for labels, _ in ends} >= {location(OWN), location(BARE), location(CHIP)}
    assert ("stopping" in rest, daemon.returncode) == (True, 0)


def up(port: int) -> dict[str, float]:
    """Return which targets are up."""
    return {labels["target"]: value for labels, value in samples(port, "cert_monitor_target_up")}


def samples(port: int, name: str) -> list[tuple[dict[str, str], float]]:
    """Return labels and value of every sample of a metric."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text
    families = text_string_to_metric_families(text)
    return [(one.labels, one.value) for family in families for one in family.samples if one.name == name]
