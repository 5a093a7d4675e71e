"""The published behavior of ``check``: exit codes, the form of its JSON, and each kind of target."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from support.pki import authority
from support.servers.daemon.command import Site, check, run, served
from support.servers.programs import free_port

FINDING = {"check", "severity", "code", "parameters", "sentence", "sha256", "location"}
KEYS = {
    "target",
    "owner",
    "note",
    "host",
    "port",
    "protocol",
    "tls_version",
    "severity",
    "failures",
    "findings",
    "certificates",
    "crls",
    "days_to_expiry",
}
CERTIFICATE_TYPES = {
    "location": str,
    "position": int,
    "on_path": bool,
    "subject": str,
    "issuer": str,
    "serial": str,
    "sha1": str,
    "sha256": str,
    "key_type": str,
    "key_bits": int,
    "not_before": str,
    "not_after": str,
    "days_to_expiry": float,
    "dns_names": list,
    "ip_addresses": list,
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the demo's estate."""
    with served(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.mark.parametrize(
    ("server", "code", "severity", "said"),
    [
        ("management", 0, "ok", []),
        ("recorder11", 1, "warning", ["expiry"]),
        ("recorder12", 2, "critical", ["expiry"]),
        ("mobile", 2, "critical", ["expiry"]),
        ("camera", 2, "critical", ["trust"]),
        ("encoder", 0, "ok", []),
        ("plain", 3, "unknown", ["not_tls"]),
    ],
)
def test_endpoint(site: Site, server: str, code: int, severity: str, said: list[str]) -> None:
    """Each state of a server has its exit code, severity, and reasons or checks."""
    done = check(site[server], "--trust", site.ca)
    [element] = done.elements
    assert (done.code, element["severity"]) == (code, severity)
    assert done.column("failures", "reason")[0] + done.column("findings", "check")[0] == said


def test_expired_certificates_are_shown(site: Site) -> None:
    """The numbers do not vanish when the certificate is expired and untrusted."""
    [element] = check(site["mobile"]).elements
    assert -2.1 < element["days_to_expiry"] < -1.9


def test_shape_of_an_element(site: Site) -> None:
    """An element has exactly the published keys."""
    [element] = check(site["recorder12"], "--trust", site.ca).elements
    assert set(element) == KEYS
    assert [set(finding) for finding in element["findings"]] == [FINDING]


def test_shape_of_a_failure(site: Site) -> None:
    """A failure has exactly the published keys."""
    [element] = check(site["plain"]).elements
    assert [set(failure) for failure in element["failures"]] == [{"reason", "code", "parameters", "detail"}]
    assert element["days_to_expiry"] is None


def test_shape_of_a_certificate(site: Site) -> None:
    """A certificate has exactly the published keys with their types."""
    [element] = check(site["management"], "--trust", site.ca).elements
    [certificate] = element["certificates"]
    assert {key: type(value) for key, value in certificate.items()} == CERTIFICATE_TYPES


def test_times_are_rfc_3339(site: Site) -> None:
    """Dates are RFC 3339 in UTC with a Z."""
    [element] = check(site["management"]).elements
    text = element["certificates"][0]["not_after"]
    served_until = site.estate.members[0].issued.certificate.not_valid_after_utc  # type: ignore[union-attr]
    assert text.endswith("Z")
    assert datetime.fromisoformat(text) == served_until


def test_target_is_as_typed(site: Site) -> None:
    """An endpoint is listed under the text that was typed."""
    port = site["management"].rpartition(":")[2]
    done = check(f"LOCALHOST:{port}")
    assert [element["target"] for element in done.elements] == [f"LOCALHOST:{port}"]


@pytest.mark.parametrize(
    ("name", "checks"),
    [
        ("recorder11.vms.example", ["expiry"]),
        ("other.vms.example", ["name", "expiry"]),
        ("127.0.0.1", ["expiry"]),
        ("10.0.0.1", ["name", "expiry"]),
    ],
)
def test_name_of_an_endpoint(site: Site, name: str, checks: list[str]) -> None:
    """``--name`` is what the certificate must carry."""
    done = check(site["recorder11"], "--trust", site.ca, "--name", name)
    assert done.column("findings", "check") == [checks]


@pytest.mark.parametrize(("name", "code"), [("web.vms.example", 0), ("other.vms.example", 2)])
def test_name_of_a_file(site: Site, name: str, code: int) -> None:
    """``--name`` is asked of a file too, where no name is expected otherwise."""
    assert check(site.folder / "certificates" / "web.pem", "--name", name).code == code


def test_self_signed_with_its_own_trust(site: Site, tmp_path: Path) -> None:
    """A self-signed certificate is fine where it is its own anchor."""
    anchor = tmp_path / "camera.pem"
    anchor.write_bytes(site.estate.members[5].issued.chain_pem)  # type: ignore[union-attr]
    assert check(site["camera"], "--trust", anchor).code == 0


def test_trust_is_asked_of_a_file_only_with_anchors(site: Site, tmp_path: Path) -> None:
    """A file is not asked for trust until anchors are named."""
    other = tmp_path / "other.pem"
    other.write_bytes(authority("Other Root").pem)
    file = site.folder / "certificates" / "web.pem"
    assert [check(file).code, check(file, "--trust", other).code, check(file, "--trust", site.ca).code] == [
        0,
        2,
        0,
    ]


@pytest.mark.parametrize(
    ("servers", "code"),
    [
        (("management", "recorder11"), 1),
        (("management", "recorder11", "plain"), 3),
        (("management", "recorder11", "plain", "recorder12"), 2),
    ],
)
def test_the_worst_of_several_counts(site: Site, servers: tuple[str, ...], code: int) -> None:
    """Critical comes before unknown, that before warning, that before ok."""
    assert check(*(site[server] for server in servers), "--trust", site.ca).code == code


def test_nobody_listens() -> None:
    """A closed port is refused."""
    done = check(f"127.0.0.1:{free_port()}")
    assert (done.code, done.column("failures", "reason")) == (3, [["refused"]])


def test_unknown_name() -> None:
    """A name that does not resolve is ``dns`` (RFC 6761: .invalid never does)."""
    done = check("nowhere.invalid")
    assert (done.code, done.column("failures", "reason")) == (3, [["dns"]])


def test_the_same_text_twice_is_one_element(site: Site) -> None:
    """A target that is typed twice is probed and reported once."""
    assert len(check(site["management"], site["management"]).elements) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("",),
        ("nonsense://server.example",),
        ("https:///path",),
        ("https://user@server.example/path",),
        (r"C:\certs\server",),
        ("server.example:0",),
        ("server.example:https",),
        ("1.2.3.4.5:443",),
        ("a" * 5000,),
        ("--nonsense",),
        ("--format", "xml", "localhost"),
        ("--name", "a b", "localhost"),
        ("--sni", "a b", "localhost"),
        ("--trust", "/nowhere.pem", "localhost"),
        ("--trust", __file__, "localhost"),
        ("--trust", "", "localhost"),
        ("--config", "/nowhere.yaml"),
        ("--config", __file__),
    ],
)
def test_bad_usage(arguments: tuple[str, ...]) -> None:
    """Bad usage and a bad configuration end with 3, a short message and nothing on standard output."""
    done = run("check", *arguments)
    assert (done.code, done.out) == (3, "")
    assert 0 < len(done.err) < 1000


def test_usage_errors_say_what_to_write() -> None:
    """An unknown scheme is answered by those known."""
    assert "must be one of tls, https," in run("check", "nonsense://a.example").err


def test_a_scheme_is_the_protocol(site: Site) -> None:
    """``https://host:port`` is the endpoint that ``host:port`` is, reported as typed."""
    plain, typed = check(site["management"]).elements[0], check("https://" + site["management"]).elements[0]
    assert typed["target"] == "https://" + site["management"]
    assert typed["certificates"][0]["sha256"] == plain["certificates"][0]["sha256"]


def test_configured_targets(site: Site, tmp_path: Path) -> None:
    """Without targets everything in the configuration is probed, one element per endpoint or file."""
    config = tmp_path / "monitor.yaml"
    config.write_text(
        f"""
defaults: {{trust: ["{site.ca}"]}}
targets:
  - {{kind: endpoint, address: "{site["management"]}"}}
  - {{kind: files, name: web, paths: ["{site.folder}/certificates/*.*"]}}
  - {{kind: dns, name: "localhost:{site.estate.ports["management"]}"}}
  - {{kind: dns, name: "nowhere.invalid:443"}}
store: {{url: "sqlite:///state.db"}}
"""
    )
    done = check("--config", config)
    targets = [element["target"] for element in done.elements]
    certificates = site.folder / "certificates"
    assert targets[:3] == [
        site["management"],
        str(certificates / "database.der"),
        str(certificates / "web.pem"),
    ]
    assert {str(site.ca), "nowhere.invalid:443"} <= set(targets[3:])
    assert not (tmp_path / "state.db").exists()


def test_configured_defaults_hold_for_typed_targets(site: Site, tmp_path: Path) -> None:
    """With targets, the configuration gives thresholds, trust and policies."""
    config = tmp_path / "monitor.yaml"
    config.write_text(
        f'defaults: {{trust: ["{site.ca}"]}}\n'
        "policies: [{match: {kind: endpoint}, warn_before: [5d], critical_before: [1d]}]\n"
    )
    assert [check(site[name], "--config", config).code for name in ("recorder11", "recorder12")] == [0, 1]


def test_a_configuration_without_targets(tmp_path: Path) -> None:
    """A configuration that has nothing to probe is bad usage."""
    config = tmp_path / "monitor.yaml"
    config.write_text("defaults: {interval: 1h}\n")
    done = run("check", "--config", config)
    assert (done.code, done.err) == (3, f"check: {config} has no targets\n")


def test_table(site: Site) -> None:
    """The table names every target, the most urgent first, what is wrong with it, and how many there are."""
    lines = run("check", site["management"], site["recorder11"], "--trust", site.ca).out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["SEVERITY", "DAYS"],
        ["warning", "20"],
        ["expiry:", "the"],
        ["ok", "200"],
        ["2", "targets:"],
    ]


def test_the_day_of_the_end_agrees_with_the_sentence(site: Site) -> None:
    """What ended two days and a bit ago reads -2, as in the sentence below it."""
    lines = run("check", site["mobile"]).out.splitlines()
    assert lines[1].split()[:2] == ["critical", "-2"]
