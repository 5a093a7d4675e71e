"""What is allowed in a configuration but seldom meant is said, and is no mistake."""

from pathlib import Path

import pytest

from monitor.config import load, plan, remarks
from support.servers.daemon.command import Done, run

MAIL = "email: {host: relay, from: a@b.example, to: [c@d.example]}\n"
TRUST = "defaults: {trust: [ca.pem]}\n"
TARGETS = (
    "targets: [{kind: endpoint, address: 'a.example:443'}, {kind: endpoint, address: 'b.example:443'}]\n"
)
NOBODY = (
    "receivers: nobody is notified, the page and the metrics are all there is; add email and receivers, "
    "or write receivers: [] where Prometheus alerts"
)
NOTHING = "targets: nothing is watched; add entries to targets"


def said(folder: Path, text: str) -> tuple[str, ...]:
    """Return the remarks about a configuration with this text."""
    path = folder / "c.yaml"
    path.write_text(text)
    config = load(path)
    return remarks(config, plan(config, {}).targets)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MAIL + TARGETS, ()),
        (TARGETS, (NOBODY,)),
        (MAIL, (NOTHING,)),
        (MAIL + "probe: {allow: ['*:443']}\n", ()),
        (MAIL + "targets: [{kind: dns, name: 'a.example:443'}]\n", ()),
        ("log: {}\n", (NOTHING, NOBODY)),
        (TARGETS + "receivers: []\n", ()),
        (TARGETS + "email: {host: relay, from: a@b.example}\n", (NOBODY,)),
    ],
)
def test_what_is_missing(tmp_path: Path, text: str, expected: tuple[str, ...]) -> None:
    """A configuration without targets or without receivers does nothing for somebody who expects more."""
    assert said(tmp_path, text) == expected


LOGIN = "port: 587, security: starttls, username: u, from: a@b.example, to: [c@d.example]"
OAUTH2 = "oauth2: {provider: microsoft365, tenant: b.example, client_id: x, client_secret_file: s}"


@pytest.mark.parametrize(
    ("email", "hosts"),
    [
        (f"host: smtp.office365.com, {LOGIN}, password_file: p", ["smtp.office365.com"]),
        (f"host: smtp.office365.com, {LOGIN}, {OAUTH2}", []),
        (f"host: relay, {LOGIN}, password_file: p", []),
        (
            (
                "host: relay, from: a@b.example, to: [c@d.example], fallback_relays: [{host: "
                "SMTP-legacy.office365.com, security: tls, username: u, password_env: P}]"
            ),
            ["smtp-legacy.office365.com"],
        ),
    ],
)
def test_passwords_at_microsoft_365(tmp_path: Path, email: str, hosts: list[str]) -> None:
    """A password at Microsoft 365 works for a while only; an access token is what to use."""
    assert said(tmp_path, f"{TARGETS}email: {{{email}}}\n") == tuple(
        f"email: Microsoft 365 ({host}) takes no passwords by default from the end of December 2026; "
        "use oauth2 with provider: microsoft365"
        for host in hosts
    )


def late(warning: str, critical: str, lifetime: int, kind: str = "") -> str:
    """Return the sentence about thresholds without a warning."""
    return (
        f"{kind}critical_before ({critical}) is not below {kind}warn_before ({warning}): "
        f"a certificate of {lifetime} days becomes critical without a warning before"
    )


@pytest.mark.parametrize(
    ("thresholds", "expected"),
    [
        ("critical_before: 60d", late("30d, 25%", "60d", 3650)),
        ("warn_before: 5d", late("5d", "7d, 10%", 3650)),
        ("warn_before: 14d, critical_before: 14d", late("14d", "14d", 3650)),
        ("warn_before: 10%, critical_before: 7d", late("10%", "7d", 47)),
        ("ca_critical_before: 1d12h, ca_warn_before: 1d", late("1d", "1d12h", 3650, "ca_")),
    ],
)
def test_thresholds(tmp_path: Path, thresholds: str, expected: str) -> None:
    """Critical thresholds that leave no room for a warning are said once, with how many targets have them."""
    both = f"endpoint:a.example:443 and 1 more: {expected}"
    assert said(tmp_path, f"{MAIL}{TARGETS}defaults: {{{thresholds}}}\n") == (both,)


@pytest.mark.parametrize("thresholds", ["warn_before: 60d", "warn_before: 8d", "critical_before: [20d, 20%]"])
def test_usual_thresholds(tmp_path: Path, thresholds: str) -> None:
    """Nothing is said where a warning comes first."""
    assert said(tmp_path, f"{MAIL}{TARGETS}defaults: {{{thresholds}}}\n") == ()


def test_thresholds_of_a_discovery(tmp_path: Path) -> None:
    """What a discovery will find has its thresholds."""
    text = "targets: [{kind: dns, name: 'a.example:443', critical_before: 60d}]\n"
    assert said(tmp_path, MAIL + text) == (f"dns:a.example:443: {late('30d, 25%', '60d', 3650)}",)


def test_remarks_are_notes(tmp_path: Path) -> None:
    """``validate-config`` says remarks as notes; the configuration is usable."""
    path = tmp_path / "c.yaml"
    path.write_text("log: {}\n")
    expected = Done(0, f"{path}: valid, 0 targets\n", f"note: {NOTHING}\nnote: {NOBODY}\n")
    assert run("validate-config", path, "--offline") == expected


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        (
            "targets: [{kind: endpoint, address: 'a:1'}]\ndefaults: {trust: [ca.pem]}\n",
            "1 target; also watched: 1 file",
        ),
        ("targets: [{kind: files, paths: [ca.pem]}]\n" + TRUST, "1 target"),
        (
            "targets: [{kind: endpoint, address: 'a:1', client_cert: c.pem}, {kind: dns, name: 'b:2'}]\n"
            + TRUST,
            "1 target and 1 discovery; also watched: 2 files",
        ),
        ("targets: [{kind: windows_remote, hosts: [a, b], username: u, password_env: P}]\n", "2 targets"),
        (
            "targets: [{kind: xprotect_host, host: a.example, roles: [management_server]}]\n",
            "2 targets",
        ),
    ],
)
def test_count(tmp_path: Path, text: str, counted: str) -> None:
    """Targets are what somebody wrote down; the files that they use are counted apart."""
    path = tmp_path / "c.yaml"
    path.write_text(text)
    more = " of trust or client_cert" if "also" in counted else ""
    assert run("validate-config", path, "--offline").out == f"{path}: valid, {counted}{more}\n"
