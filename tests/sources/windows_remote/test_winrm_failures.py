"""Tests of what can go wrong with WinRM: each is a failure with a reason and a sentence, in bounded time."""

import asyncio
import logging
from importlib.util import find_spec
from pathlib import Path

import pytest

from monitor.model import FailureReason
from monitor.network.resolve import Address
from monitor.secrets import ClientCertificate, SecretReference
from monitor.sources.windows_remote.source import WindowsRemoteSource
from monitor.windows.access import AuthMethod
from support import pki
from support.factories.sources.winrm_probes import (
    HOST,
    JEA,
    PASSWORD,
    PLAIN,
    Loopback,
    Site,
    basic,
    document,
    ntlm_users,
    only,
    reason,
    tls,
)
from support.servers.machines.winrm_faults import saying
from support.servers.machines.winrm_messages import ACCESS_DENIED, Call, MissingError
from support.servers.machines.winrm_server import Machine, serving
from support.servers.programs import free_port
from support.written import written


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Give a password, an anchor, and an account that the server knows."""
    ntlm_users(tmp_path, monkeypatch.setenv)
    return Site(tmp_path)


def test_wrong_password_of_a_basic_login(site: Site) -> None:
    """A wrong password is unauthorized, and the sentence never holds it."""
    site.password.write_text("wr0ng")
    with serving(basic(), tls()) as port:
        failure = only(site.probe(site.basic(port)))
    assert (failure.reason, "wr0ng" in written(failure)) == (FailureReason.UNAUTHORIZED, False)


def test_wrong_password_of_an_ntlm_login(site: Site) -> None:
    """A wrong NTLM password is unauthorized, after one attempt."""
    site.password.write_text("wr0ng")
    machine = Machine({JEA: document}, login="negotiate")
    with serving(machine) as port:
        seen = site.probe(site.ntlm(port))
    assert (reason(seen), len([one for one in machine.logins if one])) == (FailureReason.UNAUTHORIZED, 2)


def test_another_way_of_logging_in(site: Site) -> None:
    """A server that offers another login is reported; it counts as no refusal, and gets no password."""
    machine = basic()
    with serving(machine) as port:
        failure = only(site.probe(site.ntlm(port)))
    assert (failure.reason, 'it offers Basic realm="WSMAN"' in written(failure)) == (
        FailureReason.PROTOCOL_ERROR,
        True,
    )
    assert machine.logins == {""}


def test_no_right_to_the_endpoint(site: Site) -> None:
    """Access denied names the group that the account belongs into."""
    with serving(Machine({JEA: ACCESS_DENIED}, users={"certmon": PASSWORD}), tls()) as port:
        failure = only(site.probe(site.basic(port)))
    assert (failure.reason, "the group of the endpoint CertMonitor" in written(failure)) == (
        FailureReason.FORBIDDEN,
        True,
    )


def test_no_right_without_an_endpoint(site: Site) -> None:
    """Without a JEA endpoint the group is Windows' own."""
    with serving(Machine({PLAIN: ACCESS_DENIED}, users={"certmon": PASSWORD}), tls()) as port:
        failure = only(site.probe(site.basic(port, configuration_name="")))
    assert (failure.reason, "Remote Management Users" in written(failure)) == (FailureReason.FORBIDDEN, True)


def test_unknown_endpoint(site: Site) -> None:
    """An endpoint that is not there is reported by its name."""
    with serving(basic(), tls()) as port:
        failure = only(site.probe(site.basic(port, configuration_name="Other")))
    assert (failure.reason, "no session configuration Other" in written(failure)) == (
        FailureReason.FORBIDDEN,
        True,
    )


def test_function_that_is_not_there(site: Site) -> None:
    """An endpoint without our function is somebody else's."""

    def missing(call: Call) -> str:
        raise MissingError(f"The term '{call.command}' is not recognized.")

    with serving(Machine({JEA: missing}, users={"certmon": PASSWORD}), tls()) as port:
        failure = only(site.probe(site.basic(port)))
    assert (failure.reason, "does not offer Get-CertificateReport" in written(failure)) == (
        FailureReason.FORBIDDEN,
        True,
    )


def test_too_many_sessions(site: Site) -> None:
    """A quota that is used up is reported with the server's own words."""
    with serving(Machine({JEA: 2150859173}, users={"certmon": PASSWORD}), tls()) as port:
        failure = only(site.probe(site.basic(port)))
    assert (failure.reason, "too many sessions" in written(failure)) == (FailureReason.FORBIDDEN, True)


@pytest.mark.parametrize("text", ["", "{}", "[]", "no JSON", '{"version": "2.0"}'])
def test_no_document(site: Site, text: str) -> None:
    """An answer that is no report is a bad answer."""
    with serving(Machine({JEA: lambda _: text}, users={"certmon": PASSWORD}), tls()) as port:
        assert reason(site.probe(site.basic(port))) is FailureReason.BAD_ANSWER


def test_untrusted_listener(site: Site) -> None:
    """A listener that nobody vouches for gets no login, and the sentence names trust."""
    machine = basic()
    other = site.folder / "other.pem"
    other.write_bytes(pki.authority(at=pki.TODAY).pem)
    with serving(machine, tls()) as port:
        failure = only(site.probe(site.basic(port), trust=str(other)))
    assert (failure.reason, "to trust" in written(failure), machine.logins) == (
        FailureReason.BAD_CERTIFICATE,
        True,
        set(),
    )


def test_listener_of_another_name(site: Site) -> None:
    """A certificate for another name gets no login either."""
    machine = basic()
    with serving(machine, tls("other.example")) as port:
        assert reason(site.probe(site.basic(port))) is FailureReason.BAD_CERTIFICATE
    assert machine.logins == set()


def test_certificates_of_the_world_are_not_added(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only trust counts, whatever bundles the library and the environment bring."""
    other = site.folder / "other.pem"
    other.write_bytes(pki.authority(at=pki.TODAY).pem)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(site.anchors))
    with serving(basic(), tls()) as port:
        assert reason(site.probe(site.basic(port), trust=str(other))) is FailureReason.BAD_CERTIFICATE


def test_plain_port_for_tls(site: Site) -> None:
    """TLS asked of a port without it is reported with the usual ports."""
    with serving(basic()) as port:
        failure = only(site.probe(site.basic(port)))
    assert (failure.reason, "5986" in written(failure)) == (FailureReason.NOT_TLS, True)


def test_tls_port_for_plain(site: Site) -> None:
    """Plain HTTP asked of a TLS port comes to nothing, and no login is sent."""
    machine = Machine({JEA: document}, login="negotiate")
    with serving(machine, tls()) as port:
        assert reason(site.probe(site.ntlm(port))) is FailureReason.CLOSED
    assert machine.logins == set()


def test_nobody_listens(site: Site) -> None:
    """A refused connection is reported as refused, with the port."""
    port = free_port()
    failure = only(site.probe(site.basic(port)))
    assert (failure.reason, f"port {port}" in written(failure)) == (FailureReason.REFUSED, True)


def test_unknown_name(site: Site) -> None:
    """A name without an address is a matter of DNS."""

    class Nowhere(Loopback):
        async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
            raise OSError("Name or service not known")

    target = site.target(site.basic(5986))
    assert reason(asyncio.run(WindowsRemoteSource(Nowhere()).probe(target.request))) is FailureReason.DNS


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (403, FailureReason.FORBIDDEN),
        (404, FailureReason.PROTOCOL_ERROR),
        (500, FailureReason.PROTOCOL_ERROR),
        (503, FailureReason.PROTOCOL_ERROR),
    ],
)
def test_http_errors(site: Site, status: int, expected: FailureReason) -> None:
    """An HTTP error without WinRM's own words is reported with its number."""
    with serving(basic(Create=saying(status, b"no")), tls()) as port:
        failure = only(site.probe(site.basic(port)))
    assert (failure.reason, f"HTTP {status}" in written(failure)) == (expected, True)


def test_redirect(site: Site) -> None:
    """A redirect is not followed: the login would go to another location."""
    elsewhere = basic()
    with serving(elsewhere, tls()) as other:
        trick = saying(307, Location=f"https://{HOST}:{other}/wsman")
        with serving(basic(Create=trick), tls()) as port:
            assert reason(site.probe(site.basic(port))) is FailureReason.PROTOCOL_ERROR
    assert elsewhere.connections == 0


def test_answer_in_the_clear(site: Site) -> None:
    """In an encrypted session an answer in the clear is not believed."""
    machine = Machine({JEA: document}, login="negotiate", tricks={"Create": saying(200, b"<a/>")})
    with serving(machine) as port:
        failure = only(site.probe(site.ntlm(port)))
    assert (failure.reason, "not encrypted" in written(failure)) == (FailureReason.PROTOCOL_ERROR, True)


def test_login_without_encryption(site: Site) -> None:
    """A basic login is never sent without TLS, even if a configuration could ask for it."""
    machine = basic()
    with serving(machine) as port:
        assert reason(site.probe(site.basic(port, tls=False))) is FailureReason.PROTOCOL_ERROR
    assert machine.logins == set()


def test_missing_password(site: Site) -> None:
    """A password file that is not there is reported before anybody is asked."""
    remote = site.basic(5986, password=SecretReference(file=str(site.folder / "none")))
    failure = only(site.probe(remote))
    assert (failure.reason, "none" in written(failure)) == (FailureReason.UNREADABLE, True)


def test_unfit_client_certificate(site: Site) -> None:
    """A client certificate that cannot be read is reported with its file."""
    identity = ClientCertificate(str(site.password), str(site.password))
    keys = {"auth": AuthMethod.CERTIFICATE, "identity": identity, "username": "", "password": None}
    with serving(basic(), tls()) as port:
        failure = only(site.probe(site.basic(port, **keys)))
    assert (failure.reason, str(site.password) in written(failure)) == (FailureReason.UNREADABLE, True)


@pytest.mark.skipif(find_spec("gssapi") is not None, reason="gssapi is here; remove it to see what is said")
def test_kerberos_without_its_libraries(site: Site) -> None:
    """Kerberos without its libraries says what to install."""
    with serving(Machine({JEA: document}, login="negotiate")) as port:
        failure = only(site.probe(site.ntlm(port, auth=AuthMethod.KERBEROS)))
    assert (failure.reason, "requirements/kerberos.txt" in written(failure)) == (
        FailureReason.UNREADABLE,
        True,
    )


@pytest.mark.parametrize("password", [PASSWORD, "wr0ng-näh"])
def test_nothing_secret_is_logged(site: Site, password: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is logged, no line holds a password, a token or a message."""
    caplog.set_level(logging.DEBUG)
    site.password.write_text(password)
    with serving(Machine({JEA: document}, login="negotiate")) as port:
        seen = site.probe(site.ntlm(port))
    with serving(basic(), tls()) as port:
        seen_basic = site.probe(site.basic(port))
    logged = f"{caplog.text}{seen.failures!r}{seen_basic.failures!r}"
    assert [one for one in (password, "Authorization", "TlRMTVNT", "Envelope") if one in logged] == []
