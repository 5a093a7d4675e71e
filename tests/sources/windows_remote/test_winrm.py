"""Tests of reading a machine's stores over WinRM, against a server that speaks all of it but PowerShell."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model import Machine as Shown
from monitor.model import ProbeResult
from monitor.secrets import ClientCertificate
from monitor.sources.windows_remote.source import WindowsRemoteSource
from monitor.windows.access import AuthMethod
from support import pki
from support.factories.sources.windows_documents import stored, written
from support.factories.sources.winrm_probes import (
    DER,
    DOCUMENT,
    HOST,
    JEA,
    PASSWORD,
    PLAIN,
    Loopback,
    Site,
    basic,
    document,
    ntlm_users,
    tls,
)
from support.servers.machines.winrm_messages import Call
from support.servers.machines.winrm_server import Machine, serving

ROOT = pki.authority(at=pki.TODAY)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Give a password, an anchor, and an account that the server knows."""
    ntlm_users(tmp_path, monkeypatch.setenv)
    return Site(tmp_path)


def shown(seen: ProbeResult) -> Shown:
    """Return the machine that a probe showed."""
    assert seen.machine is not None, seen.failures
    return seen.machine


def test_basic_over_tls(site: Site) -> None:
    """With a basic login over verified TLS the stored certificates are seen, at their locations."""
    with serving(basic(), tls()) as port:
        seen = site.probe(site.basic(port))
    (sighting,) = seen.sightings
    assert (sighting.location, seen.ders[sighting.certificate.sha256], seen.failures) == (
        f"{HOST}/LocalMachine/My/{sighting.certificate.sha1}",
        DER,
        (),
    )


def test_ntlm_over_http_is_encrypted(site: Site) -> None:
    """Over plain HTTP every message of a session is encrypted with the keys of the login."""
    machine = Machine({JEA: document}, login="negotiate")
    with serving(machine) as port:
        seen = site.probe(site.ntlm(port))
    assert (len(seen.sightings), len(machine.sealed), set(machine.sealed)) == (
        1,
        len(machine.seen),
        {r"VMS\certmon"},
    )


def test_negotiate_over_tls_is_encrypted_too(site: Site) -> None:
    """Messages are encrypted inside TLS as well, so that no setting of the server decides about it."""
    machine = Machine({JEA: document}, login="negotiate")
    with serving(machine, tls()) as port:
        seen = site.probe(site.ntlm(port, auth=AuthMethod.NEGOTIATE, tls=True))
    assert (len(seen.sightings), len(machine.sealed)) == (1, len(machine.seen))


def test_one_connection(site: Site) -> None:
    """A probe opens one connection, login included, and closes its session at the end."""
    machine = Machine({JEA: document}, login="negotiate")
    with serving(machine) as port:
        site.probe(site.ntlm(port))
    assert (machine.connections, machine.seen) == (
        1,
        ["Create", "Receive", "Command", "Receive", "Delete"],
    )


def test_endpoint_by_name(site: Site) -> None:
    """A JEA endpoint is asked for its one function, and gets the stores as data."""
    machine = basic()
    with serving(machine, tls()) as port:
        site.probe(site.basic(port, stores=("LocalMachine/My", "LocalMachine/Remote Desktop")))
    stores = ["LocalMachine/My", "LocalMachine/Remote Desktop"]
    assert machine.calls == [Call(JEA, "Get-CertificateReport", False, {"Store": stores})]


def test_script_without_an_endpoint(site: Site) -> None:
    """Without a JEA endpoint the same function is sent along, and the stores still travel as data."""
    machine = Machine({PLAIN: document}, users={"certmon": PASSWORD})
    with serving(machine, tls()) as port:
        seen = site.probe(site.basic(port, configuration_name=""))
    (call,) = machine.calls
    assert (len(seen.sightings), call.is_script, call.parameters) == (1, True, {"Store": ["LocalMachine/My"]})
    assert "function Get-CertificateReport" in call.command
    assert call.command.rstrip().endswith("Get-CertificateReport -Store $Store")


def test_client_certificate(site: Site) -> None:
    """A login by certificate shows it in TLS and sends no name and no password."""
    ours = pki.authority(at=pki.TODAY)
    own = pki.leaf("certmon", ours, at=pki.TODAY, usages=(pki.CLIENT_AUTH,))
    pem = site.folder / "own.pem"
    pem.write_bytes(own.key_pem + own.pem)
    machine = Machine({JEA: document}, login="certificate")
    identity = ClientCertificate(str(pem), str(pem))
    with serving(machine, tls(clients=ours)) as port:
        keys = {"auth": AuthMethod.CERTIFICATE, "identity": identity, "username": "", "password": None}
        seen = site.probe(site.basic(port, **keys))
    assert (len(seen.sightings), machine.logins) == (
        1,
        {"http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"},
    )


def test_pinned_listener(site: Site) -> None:
    """A listener's own self-signed certificate can be trusted by naming it."""
    own = pki.issue(HOST, at=pki.TODAY, names=(HOST,))
    pem = site.folder / "own.pem"
    pem.write_bytes(own.pem)
    with serving(basic(), pki.tls_context(own)) as port:
        seen = site.probe(site.basic(port), trust=str(pem))
    assert len(seen.sightings) == 1


def test_names_to_join_by(site: Site) -> None:
    """The machine goes by the name it is configured with, its aliases, and those it gives itself."""
    with serving(basic(), tls()) as port:
        target = site.target(site.basic(port))
        known = replace(target, aliases=("vms-recorder.example",))
        seen = asyncio.run(WindowsRemoteSource(Loopback()).probe(known.request))
    assert shown(seen).names == (HOST, "vms-recorder.example", "rec01", "10.0.0.5")


def test_thousand_certificates(site: Site) -> None:
    """A report of a thousand certificates comes in many pieces and is read whole."""
    many = _many(1000)
    text = written(*map(stored, many)).decode()
    machine = Machine({JEA: lambda _: text}, users={"certmon": PASSWORD})
    with serving(machine, tls()) as port:
        seen = site.probe(site.basic(port), timeout=60)
    assert (len(seen.sightings), set(seen.ders.values()), seen.failures) == (1000, set(many), ())
    assert machine.seen.count("Receive") > 10


def test_two_hundred_machines(site: Site) -> None:
    """Two hundred machines are read with so many connections at once as are allowed, and no more."""
    machine = basic()
    source = WindowsRemoteSource(Loopback(), at_once=8)

    async def probed(port: int) -> list[ProbeResult]:
        hosts = (f"rec{number}.vms.example" for number in range(200))
        targets = [site.target(site.basic(port, host=host), timeout=60) for host in hosts]
        return await asyncio.gather(*(source.probe(one.request) for one in targets))

    with serving(machine, tls()) as port:
        every = asyncio.run(probed(port))
    assert [len(seen.sightings) for seen in every] == [1] * 200
    assert (machine.most_at_work <= 8, machine.most_at_work > 2, source.pool.abandoned) == (True, True, 0)


def test_same_facts_as_in_the_document(site: Site) -> None:
    """Roots, bindings and the time of the report arrive with the machine."""
    root = {"thumbprint": "0" * 40, "sha256": "a" * 64}
    text = json.dumps(json.loads(DOCUMENT) | {"roots": [root], "bindings": []})
    machine = Machine({JEA: lambda _: text}, users={"certmon": PASSWORD})
    with serving(machine, tls()) as port:
        report = shown(site.probe(site.basic(port)))
    assert (report.roots, report.bindings, report.accounts) == (("a" * 64,), (), None)


def _many(count: int) -> list[bytes]:
    key = pki.new_key()
    now = datetime.now(UTC)
    return [pki.leaf(f"cert-{number}.vms.example", ROOT, at=now, key=key).der for number in range(count)]
