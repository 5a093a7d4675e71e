"""Tests of reading a machine's stores over its remote registry, against Debian's Samba."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pki
import pytest
from cryptography.hazmat.primitives import hashes
from samba_server import PASSWORD, USER, Samba, missing, samba
from stored_blobs import blob

from monitor.model import Link, Policy, PrivateKey, Reason, Seen, Target
from monitor.network.resolve import Address
from monitor.secrets import Secret, SecretReference
from monitor.sources.windows_remote.registry import read
from monitor.sources.windows_remote.source import WindowsRemoteSource
from monitor.sources.windows_remote.visit import Visit
from monitor.windows.access import Login, Remote, Transport

pytestmark = [pytest.mark.system, pytest.mark.skipif(bool(missing()), reason=missing() or "nothing")]

TODAY = datetime.now(UTC)
ROOT = pki.authority(at=TODAY)
POLICY_ROOT = pki.authority("Policy CA", at=TODAY)
ENTERPRISE_ROOT = pki.authority("Enterprise CA", at=TODAY)
LEAF = pki.leaf("rec01.vms.example", ROOT, at=TODAY)
OLD = pki.leaf("rec01.vms.example", ROOT, at=TODAY, end=pki.days(-3, TODAY))
BARE = pki.leaf("web.vms.example", ROOT, at=TODAY)
SYSTEM = r"SOFTWARE\Microsoft\SystemCertificates"
KEY = ("vms-key-1", "Microsoft Software Key Storage Provider")


def thumbprint(one: pki.Issued) -> str:
    """Return the SHA-1 as Windows writes it."""
    return one.certificate.fingerprint(hashes.SHA1()).hex().upper()


def key_of(place: str, one: pki.Issued) -> str:
    """Return the registry key of a certificate in a store."""
    return rf"{place}\Certificates\{thumbprint(one)}"


VALUES = {
    key_of(rf"{SYSTEM}\MY", LEAF): blob(LEAF.der, "Recorder 01", key=KEY),
    key_of(rf"{SYSTEM}\MY", OLD): blob(OLD.der, archived=True, key=KEY),
    key_of(rf"{SYSTEM}\MY", BARE): blob(BARE.der),
    rf"{SYSTEM}\MY\Certificates\00DEAD": b"\x20\0\0\0\1\0\0\0\xff\xff\xff\x7f",
    key_of(rf"{SYSTEM}\ROOT", ROOT): blob(ROOT.der),
    key_of(r"SOFTWARE\Policies\Microsoft\SystemCertificates\Root", POLICY_ROOT): blob(POLICY_ROOT.der),
    key_of(r"SOFTWARE\Microsoft\EnterpriseCertificates\Root", ENTERPRISE_ROOT): blob(ENTERPRISE_ROOT.der),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    """Give one server for the tests that only read."""
    with samba(tmp_path_factory.mktemp("samba"), VALUES) as running:
        yield running


def visit(port: int, password: str = PASSWORD, seconds: float = 30.0, **keys: object) -> Visit:
    """Return a look at the server."""
    remote = Remote("rec01.vms.example", port, Transport.REGISTRY, auth=Login.NTLM, username=USER)
    address = Address(socket.AF_INET, ("127.0.0.1", port))
    return Visit(replace(remote, **keys), Secret(password), (address,), time.monotonic() + seconds)


def said(seen: Seen) -> list[tuple[Reason, str]]:
    """Return reason and place of each failure."""
    return [(failure.reason, failure.place) for failure in seen.failures]


def test_store_is_read(server: Samba) -> None:
    """Every certificate that is not archived gives a sighting at its place."""
    seen = read(visit(server.port))
    place = "rec01.vms.example/LocalMachine/My"
    assert {one.place: one.certificate.sha256 for one in seen.sightings} == {
        f"{place}/{thumbprint(LEAF)}": LEAF.sha256,
        f"{place}/{thumbprint(BARE)}": BARE.sha256,
    }


class Loopback:
    """Give every name a dead address and the living one."""

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Return both."""
        return tuple(Address(socket.AF_INET, (address, port)) for address in ("127.0.0.2", "127.0.0.1"))


def test_store_is_read_by_the_kind(server: Samba, tmp_path: Path) -> None:
    """The kind itself connects, to the address that answers, and gives the machine to be judged."""
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    remote = replace(visit(server.port).remote, password=SecretReference(file=str(password)))
    policy = Policy(timeout=timedelta(seconds=30))
    target = Target("x", "windows_remote", "x", remote, policy=policy, host="rec01.vms.example")
    seen = asyncio.run(WindowsRemoteSource(Loopback()).look(target))
    assert (len(seen.sightings), seen.machine is not None) == (2, True)


def test_bytes_come_along(server: Samba) -> None:
    """The DER of every sighting is there to be recorded."""
    assert read(visit(server.port)).ders == {one.sha256: one.der for one in (LEAF, BARE)}


def test_store_tells_more_than_the_certificate(server: Samba) -> None:
    """Friendly name, archived and the key's link are known of each; who may read the key is not."""
    machine = read(visit(server.port)).machine
    assert machine is not None
    kept = {one.sha256: (one.friendly_name, one.archived, one.key) for one in machine.kept}
    key = PrivateKey(Link.PRESENT, KEY[1], KEY[0])
    assert kept == {
        LEAF.sha256: ("Recorder 01", False, key),
        OLD.sha256: ("", True, key),
        BARE.sha256: ("", False, PrivateKey(Link.MISSING)),
    }


def test_damaged_entry_costs_only_itself(server: Samba) -> None:
    """An entry that cannot be read is a failure of its own place."""
    place = "rec01.vms.example/LocalMachine/My/00DEAD"
    assert said(read(visit(server.port))) == [(Reason.BAD_CERTIFICATE, place)]


def test_roots_come_from_every_part(server: Samba) -> None:
    """What group policy and the directory install counts as installed."""
    machine = read(visit(server.port)).machine
    assert machine is not None
    expected = sorted(one.sha256 for one in (ROOT, POLICY_ROOT, ENTERPRISE_ROOT))
    assert (machine.roots, machine.intermediates) == (tuple(expected), ())


def test_what_the_registry_does_not_tell_is_unknown(server: Samba) -> None:
    """Bindings and accounts are unknown, not none."""
    machine = read(visit(server.port)).machine
    assert machine is not None
    assert (machine.bindings, machine.accounts) == (None, None)


def test_missing_store_costs_only_itself(server: Samba) -> None:
    """A store that is not there is a failure of its place; the others are read."""
    seen = read(visit(server.port, stores=("LocalMachine/WebHosting", "LocalMachine/My")))
    assert said(seen)[0] == (Reason.NOT_FOUND, "rec01.vms.example/LocalMachine/WebHosting")
    assert len(seen.sightings) == 2


def test_wrong_password_is_said(server: Samba) -> None:
    """A refused login is unauthorized, and the sentence holds no password."""
    seen = read(visit(server.port, "wr0ng-Passw0rd"))
    assert said(seen) == [(Reason.UNAUTHORIZED, "")]
    assert "wr0ng" not in seen.failures[0].detail
    assert seen.machine is None


def test_guest_is_no_login(tmp_path: Path) -> None:
    """A server that lets anybody in as a guest, unsigned, is not believed."""
    with samba(tmp_path / "guest", VALUES, guest="bad user") as running:
        seen = read(visit(running.port, username="nobody-here"))
    assert (seen.sightings, len(seen.failures)) == ((), 1)


def test_encryption_is_used_where_it_is_demanded(tmp_path: Path) -> None:
    """A server that insists on encryption is read as well."""
    with samba(tmp_path / "encrypting", VALUES, more="server smb encrypt = required") as running:
        assert len(read(visit(running.port)).sightings) == 2


def test_answer_whose_signature_is_taken_away_is_not_believed(tmp_path: Path) -> None:
    """Who sits between us and a server cannot make an answer count by saying that it is not signed."""
    with (
        samba(tmp_path / "signing", VALUES, more="server smb encrypt = off") as running,
        unsigning(running.port) as port,
    ):
        seen = read(visit(port, seconds=10))
    assert (seen.sightings, said(seen)) == ((), [(Reason.PROTOCOL_ERROR, "")])
    assert "signature" in seen.failures[0].detail


@contextmanager
def unsigning(port: int) -> Iterator[int]:
    """Give the port of somebody in between who takes the signature off every answer after the login."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(("127.0.0.1", port)) as there,
    ):
        thread = threading.Thread(target=_between, args=(listener, there), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


def _between(listener: socket.socket, there: socket.socket) -> None:
    here, _ = listener.accept()
    with here:
        onward = threading.Thread(target=_copied, args=(here, there), daemon=True)
        onward.start()
        answers = there.makefile("rb")
        while head := answers.read(4):
            packet = bytearray(answers.read(int.from_bytes(head, "big")))
            if packet[12] > 1:  # the command: neither to negotiate nor to log in
                packet[16] &= ~8
                packet[48:64] = bytes(16)
            try:
                here.sendall(head + packet)
            except OSError:
                break
        onward.join(5)


def _copied(here: socket.socket, there: socket.socket) -> None:
    while data := here.recv(65536):
        there.sendall(data)
    there.shutdown(socket.SHUT_RDWR)


def test_service_that_does_not_run_is_said(tmp_path: Path) -> None:
    """Where nobody serves the pipe of the registry, the sentence names the service."""
    with samba(tmp_path / "closed", VALUES, more="rpc start on demand helpers = no") as running:
        seen = read(visit(running.port, seconds=20))
    assert said(seen) == [(Reason.NOT_FOUND, "")]
    assert "Remote Registry service" in seen.failures[0].detail


def test_closed_port_is_refused() -> None:
    """A machine without SMB is refused, at once."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        seen = read(visit(listener.getsockname()[1]))
    assert said(seen) == [(Reason.REFUSED, "")]


@pytest.fixture
def silent() -> Iterator[int]:
    """Give the port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_silence_ends_at_the_deadline(silent: int) -> None:
    """A server that never answers holds the thread no longer than asked."""
    begun = time.monotonic()
    seen = read(visit(silent, seconds=2))
    assert (said(seen), time.monotonic() - begun < 10) == ([(Reason.TIMEOUT, "")], True)


def test_drip_ends_at_the_deadline() -> None:
    """A server that sends an octet now and then holds the thread no longer than asked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()
        thread = threading.Thread(target=_drip, args=(listener, stop), daemon=True)
        thread.start()
        seen = read(visit(listener.getsockname()[1], seconds=2))
        stop.set()
        thread.join(5)
    assert said(seen) == [(Reason.TIMEOUT, "")]


def _drip(listener: socket.socket, stop: threading.Event) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"\0\0\x10\0")  # announces 4096 octets
        while not stop.wait(0.2):
            try:
                connection.sendall(b"\0")
            except OSError:
                return


def test_other_protocol_is_said() -> None:
    """A port that speaks something else is a protocol error."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_greet, args=(listener,), daemon=True)
        thread.start()
        seen = read(visit(listener.getsockname()[1], seconds=3))
        thread.join(5)
    assert said(seen) == [(Reason.PROTOCOL_ERROR, "")]


def _greet(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"\0\0\0\x10220 hello there\r\n")
