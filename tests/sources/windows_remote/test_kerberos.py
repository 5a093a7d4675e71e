"""Tests of reading a machine over WinRM with real Kerberos tickets.

Run by ``scripts/test -m kerberos`` where a KDC and gssapi are installed; never by CI.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.model import Failure, FailureReason
from monitor.windows.access import AuthMethod
from support.factories.sources.winrm_probes import HOST, JEA, Site, document, only, tls
from support.servers.machines.kdc import USER, environment, missing, realm
from support.servers.machines.winrm_server import Machine, serving
from support.written import written

pytestmark = [pytest.mark.kerberos, pytest.mark.skipif(bool(missing()), reason=missing() or "nothing")]

RIGHT = "S3cret-9f2"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Give a realm, and a password that it knows."""
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    with realm(tmp_path, HOST, RIGHT):
        site = Site(tmp_path)
        site.password.write_text(RIGHT)
        yield site


def failure(site: Site, **keys: object) -> Failure:
    """Return why a login comes to nothing."""
    with serving(Machine({JEA: document}, login="negotiate")) as port:
        return only(site.probe(site.ntlm(port, **({"auth": AuthMethod.KERBEROS, "username": USER} | keys))))


@pytest.mark.parametrize("auth", [AuthMethod.KERBEROS, AuthMethod.NEGOTIATE])
@pytest.mark.parametrize("encrypted", [False, True])
def test_login_with_a_password(site: Site, auth: AuthMethod, encrypted: bool) -> None:  # noqa: FBT001 - a parameter
    """A ticket got by password opens the machine, and every message is encrypted with its keys."""
    machine = Machine({JEA: document}, login="negotiate")
    with serving(machine, tls() if encrypted else None) as port:
        seen = site.probe(site.ntlm(port, auth=auth, username=USER, tls=encrypted))
    assert (len(seen.sightings), set(machine.sealed), machine.connections) == (1, {USER}, 1)


def test_login_with_a_ticket(site: Site) -> None:
    """A ticket that somebody else got for our process does as well, and no password is needed."""
    subprocess.run(["kinit", USER], input=f"{RIGHT}\n".encode(), check=True, capture_output=True)
    machine = Machine({JEA: document}, login="negotiate")
    with serving(machine) as port:
        seen = site.probe(site.ntlm(port, auth=AuthMethod.KERBEROS, username="", password=None))
    assert (len(seen.sightings), set(machine.sealed)) == (1, {USER})


def test_no_ticket(site: Site) -> None:
    """Without a ticket the login comes to nothing, which counts as no refused password."""
    failed = failure(site, username="", password=None)
    assert (failed.reason, " failed: " in written(failed)) == (FailureReason.PROTOCOL_ERROR, True)


def test_wrong_password(site: Site) -> None:
    """A password that the KDC refuses is unauthorized, as one that the machine refuses."""
    site.password.write_text("wr0ng")
    failed = failure(site)
    assert (failed.reason, "wr0ng" in written(failed)) == (FailureReason.UNAUTHORIZED, False)


def test_machine_that_the_realm_does_not_know(site: Site) -> None:
    """A machine without an account in the realm is reported as that."""
    failed = failure(site, host="rec99.vms.example")
    assert (failed.reason, "rec99.vms.example@VMS.EXAMPLE not found" in written(failed)) == (
        FailureReason.PROTOCOL_ERROR,
        True,
    )
