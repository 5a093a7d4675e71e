"""``xprotect verify`` against real servers on their real ports: green, red with reasons, and absent ports."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from monitor.cli.xprotect.verdict import PortResult, PortVerdict, exit_code, port_of
from monitor.demo.xprotect_site import Simulator
from monitor.messages import english
from monitor.model import (
    Check,
    Failure,
    FailureReason,
    Finding,
    Policy,
    Severity,
    Sighting,
    Target,
    TargetState,
    TargetTraits,
    text,
)
from monitor.parse import parse_certificate
from support.factories.xprotect.asking import running
from support.pki import NOW
from support.servers.daemon.command import Done, run

CONFIGURED = """
targets:
  - {{kind: xprotect_site, address: "{url}", username: certmon, password_file: {password}, trust: [{trust}]}}
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Simulator]:
    """Run one site for all tests here."""
    with running() as site:
        yield site


def verify(site: Simulator, machine: str, *more: str | Path) -> Done:
    """Verify one computer of the site by its address."""
    return run("xprotect", "verify", site.endpoints[machine].address, *more)


def recorder(site: Simulator, machine: str, *more: str | Path) -> Done:
    """Verify one recording server."""
    return verify(site, machine, "--role", "recording_server", "--trust", site.trust, *more)


def verdicts(done: Done) -> dict[str, str]:
    """Return the verdict of each certificate group."""
    found = re.findall(r"^(GREEN|VALID|RED|UNVERIFIED)\s+(.+)$", done.out, re.MULTILINE)
    return {group: verdict for verdict, group in found}


def checks(done: Done) -> set[str]:
    """Return what made a port red."""
    return set(re.findall(r"^ {4}([a-z_]+): ", done.out, re.MULTILINE))


def test_valid(site: Simulator) -> None:
    """A recorder whose two certificates are fine is valid in both groups; nobody said which one is new."""
    done = recorder(site, "recorder02")
    assert (done.code, verdicts(done)) == (
        0,
        {"streaming media certificate": "VALID", "server certificate": "VALID"},
    )


def test_thumbprint(site: Simulator) -> None:
    """Subject, expiry and SHA-1 thumbprint of each port's certificate are printed."""
    shown = x509.load_pem_x509_certificate((site.folder / "recorder02-9001.chain").read_bytes())
    done = recorder(site, "recorder02")
    assert f"SHA-1 thumbprint {shown.fingerprint(hashes.SHA1()).hex().upper()}" in done.out
    expiry = english(NOW).moment(shown.not_valid_after_utc)
    assert re.search(rf"CN=recorder02.vms.example, expires in \d+ days \({expiry}\)", done.out)


def test_renewed_on_one_port_only(site: Simulator) -> None:
    """Of a recorder of which one port was forgotten, that one is red for its expiry and the pair."""
    done = recorder(site, "recorder01")
    server = done.out.partition("server certificate\n")[2]
    assert done.code == 2
    assert verdicts(done)["server certificate"] == "RED"
    assert re.findall(r"^ {4}([a-z_]+): ", server, re.MULTILINE) == ["expiry", "recorder_pair"]


def test_outlives_its_ca(site: Simulator) -> None:
    """A new certificate that its CA does not outlive is red."""
    streaming = recorder(site, "recorder01").out.partition("RED  server certificate\n")[0]
    assert re.findall(r"^ {4}([a-z_]+): ", streaming, re.MULTILINE) == ["outlives_ca"]


def test_no_tls(site: Simulator) -> None:
    """A port that answers without encryption is red."""
    done = recorder(site, "recorder03")
    assert (done.code, verdicts(done)) == (
        2,
        {"streaming media certificate": "RED", "server certificate": "VALID"},
    )
    assert "no TLS: the port answers without encryption" in done.out


def test_wrong_name(site: Simulator) -> None:
    """A certificate without the name that was asked for is red."""
    done = recorder(site, "recorder02", "--name", "video.vms.example")
    assert (done.code, checks(done)) == (2, {"name"})


def test_right_name(site: Simulator) -> None:
    """A name that the certificate has is green, even if the host is given by its address."""
    assert recorder(site, "recorder02", "--name", "recorder02.vms.example").code == 0


def test_untrusted(site: Simulator) -> None:
    """A certificate of a CA that is not trusted is red."""
    done = verify(site, "recorder02", "--role", "recording_server")
    assert (done.code, checks(done)) == (2, {"trust"})


def test_role_without_an_answer_is_red(site: Simulator) -> None:
    """A port of a role that was asked for is red when it does not answer."""
    done = verify(site, "failover01", "--role", "failover_recorder", "--trust", site.trust)
    assert (done.code, set(verdicts(done).values())) == (2, {"RED"})
    assert "    no answer\n" in done.out
    assert "a cold standby server answers only after a takeover" in done.out


def test_unexpected_ports_are_absent(site: Simulator) -> None:
    """Without a role all ports are tried, and those that do not answer are no problem."""
    done = verify(site, "recorder02", "--trust", site.trust)
    assert verdicts(done)["streaming media certificate"] == "VALID"
    assert "port 9453" in done.out.partition("No answer, and none expected:")[2]


def test_configured_host(site: Simulator, tmp_path: Path) -> None:
    """With a configuration the discovered targets of that host are probed, and no others."""
    file = tmp_path / "c.yaml"
    file.write_text(
        CONFIGURED.format(url=site.url, password=site.password_file, trust=site.trust), encoding="utf-8"
    )
    done = verify(site, "recorder02", "--config", file)
    ports = re.findall(r"^ {2}\S.*port (\d+): (\w+)$", done.out, re.MULTILINE)
    expected = site.endpoints["recorder02"].ports
    assert (done.code, dict(ports)) == (0, {str(expected[port]): "valid" for port in (7563, 9001, 7609)})


def test_configured_standby(site: Simulator, tmp_path: Path) -> None:
    """A configured failover recorder on standby does not answer, so nothing could be probed."""
    file = tmp_path / "c.yaml"
    file.write_text(
        CONFIGURED.format(url=site.url, password=site.password_file, trust=site.trust), encoding="utf-8"
    )
    done = verify(site, "failover01", "--config", file)
    assert (done.code, verdicts(done), " answers\n" in done.err) == (3, {}, True)


def test_role_under_a_configuration(site: Simulator, tmp_path: Path) -> None:
    """With a role, a configuration says only by which policy its ports are judged."""
    file = tmp_path / "c.yaml"
    file.write_text(f"defaults: {{trust: [{site.trust}]}}\ntargets: [{{kind: endpoint, address: 'a:1'}}]")
    assert verify(site, "recorder02", "--role", "recording_server", "--config", file).code == 0


def test_no_anchors_named(site: Simulator) -> None:
    """Where trust is missing and no CAs were named, a hint names --trust."""
    done = verify(site, "recorder02", "--role", "recording_server")
    assert "name the site's CA with --trust" in done.err


def test_ports_left_out(site: Simulator) -> None:
    """Ports of a role that are not probed are named."""
    done = verify(site, "event01", "--role", "event_server", "--trust", site.trust)
    assert (done.code, "22333: not watched by default" in done.err) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("h", "--role", "recorder"), "roles are management_server, "),
        (("h h", "--role", "recording_server"), "must be a DNS name or an IP address"),
        (("h", "--role", "other"), "not watched by default"),
        (("h", "--trust", "no.cer"), "xprotect verify: --trust no.cer"),
        (("h", "--config", "no.yaml"), "the file does not exist"),
        ((), "HOST"),
    ],
)
def test_usage(arguments: tuple[str, ...], said: str) -> None:
    """Wrong usage exits with 3, so that it is not taken for red."""
    done = run("xprotect", "verify", *arguments)
    assert (done.code, said in done.err) == (3, True)


def test_host_without_target(tmp_path: Path) -> None:
    """A configuration without a target of the host is a mistake."""
    file = tmp_path / "c.yaml"
    file.write_text("targets: [{kind: endpoint, address: 'a.example:1'}]")
    done = run("xprotect", "verify", "b.example", "--config", file)
    assert (done.code, "has no target of b.example" in done.err) == (3, True)


def test_unresolvable_host() -> None:
    """A name that cannot be resolved could not be probed."""
    done = run("xprotect", "verify", "recorder.invalid", "--role", "recording_server")
    assert (done.code, set(verdicts(done).values())) == (3, {"UNVERIFIED"})


def state(*failures: Failure, encrypted: bool | None = None, **policy: str) -> TargetState:
    """Return the state of a port that showed no certificate."""
    target = Target(
        "endpoint:a:1", "endpoint", "a:1", None, Policy(**policy), traits=TargetTraits(plain_possible=True)
    )
    return TargetState(target, failures=failures, encrypted=encrypted)


@pytest.mark.parametrize(
    ("reason", "expected", "verdict"),
    [
        (FailureReason.REFUSED, True, PortVerdict.RED),
        (FailureReason.REFUSED, False, PortVerdict.ABSENT),
        (FailureReason.TIMEOUT, False, PortVerdict.ABSENT),
        (FailureReason.UNREACHABLE, False, PortVerdict.ABSENT),
        (FailureReason.NOT_TLS, False, PortVerdict.RED),
        (FailureReason.CLOSED, False, PortVerdict.RED),
        (FailureReason.TLS_ALERT, False, PortVerdict.RED),
        (FailureReason.DNS, True, PortVerdict.UNVERIFIED),
    ],
)
def test_port_without_certificate(reason: FailureReason, expected: bool, verdict: PortVerdict) -> None:  # noqa: FBT001 - a column
    """No answer is red only if one is expected; an answer without a certificate always is."""
    assert (
        port_of(state(Failure(reason, text("said"))), (), english(NOW), expected=expected).verdict is verdict
    )


def test_plain_as_the_policy_says() -> None:
    """A plain answer is green where the policy says that encryption is off."""
    assert (
        port_of(state(encrypted=False, encryption="off"), (), english(NOW), expected=True).verdict
        is PortVerdict.GREEN
    )


@pytest.mark.parametrize(
    ("check", "severity", "sha256", "verdict"),
    [
        (Check.TRUST, Severity.WARNING, "f", PortVerdict.RED),
        (Check.EXPIRY, Severity.WARNING, "f", PortVerdict.RED),
        (Check.CA_EXPIRY, Severity.WARNING, "f", PortVerdict.GREEN),
        (Check.CA_EXPIRY, Severity.CRITICAL, "f", PortVerdict.RED),
        (Check.RECORDER_PAIR, Severity.WARNING, "f", PortVerdict.RED),
        (Check.RECORDER_PAIR, Severity.WARNING, "", PortVerdict.GREEN),
        (Check.FAILOVER_OLDER, Severity.WARNING, "f", PortVerdict.GREEN),
    ],
)
def test_findings(
    site: Simulator, check: Check, severity: Severity, sha256: str, verdict: PortVerdict
) -> None:
    """Findings that a renewal can cause are red, others are only remarks."""
    seen = TargetState(state().target, sightings=(Sighting("a:1", 0, parse_certificate(site.ca.der)),))
    finding = Finding(check, severity, text("said"), sha256)
    port = port_of(seen, (finding,), english(NOW), expected=True)
    assert (port.verdict, port.reasons + port.remarks) == (verdict, (f"{check}: said",))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("", 3),
        ("absent", 3),
        ("absent green", 0),
        ("green green", 0),
        ("green unverified", 3),
        ("green red", 2),
        ("absent red", 2),
        ("unverified red", 2),
    ],
)
def test_exit_code(given: str, code: int) -> None:
    """Red outranks what could not be probed, which outranks green; absent ports do not count."""
    assert exit_code([PortResult(state(), PortVerdict(one)) for one in given.split()]) == code
