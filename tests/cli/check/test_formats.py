"""The forms of ``check``: CSV by RFC 4180, plugin output for Nagios, JUnit XML, and the facts in JSON."""

import csv
import io
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from monitor.cli.check.formats.comma_separated import COLUMNS
from monitor.cli.check.formats.junit import as_junit
from monitor.cli.check.formats.nagios import as_nagios, plugin_exit_code, plugin_severity
from monitor.cli.check.formats.sentences import CheckReport
from monitor.cli.check.report import ReportElement
from monitor.model import Assessment, Failure, FailureReason, Severity, text
from support.pki import NOW, authority
from support.pki.crls import pem, weekly
from support.servers.daemon.command import Done, Site, check, run, served
from support.servers.programs import free_port

# Monitoring Plugins Development Guidelines: 'label'=value[UOM];[warn];[crit];[min];[max]
PERFORMANCE = re.compile(r"'([^'=|]+)'=(-?[0-9.]+|U)(?:;([0-9.]+:);([0-9.]+:))?")
SEVEN = ("management", "recorder11", "recorder12", "mobile", "camera", "encoder", "plain")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the demo's estate."""
    with served(tmp_path_factory.mktemp("site")) as site:
        yield site


def in_form(site: Site, form: str, *servers: str, more: tuple[str, ...] = ()) -> Done:
    """Check some servers and print a form."""
    return run("check", *(site[one] for one in servers), "--trust", site.ca, "--format", form, *more)


def rows(done: Done) -> list[dict[str, str]]:
    """Return what a reader of CSV sees."""
    return list(csv.DictReader(io.StringIO(done.out, newline="")))


def suite(done: Done) -> Element:
    """Return the suite of a JUnit file."""
    root = fromstring(done.out)
    [found] = root
    assert (root.tag, found.tag) == ("testsuites", "testsuite")
    return found


def performance(done: Done) -> list[tuple[str, str, str, str]]:
    """Return label, value and thresholds of all performance data."""
    _, bar, data = done.out.splitlines()[0].partition(" | ")
    assert bar
    found = PERFORMANCE.findall(data)
    assert " ".join(m.group() for m in PERFORMANCE.finditer(data)) == data
    return found


def test_csv_has_the_published_columns(site: Site) -> None:
    """A head, then a line for each element in the order that was typed, each ended by CR LF."""
    done = in_form(site, "csv", *SEVEN)
    assert done.out.count("\r\n") == 1 + len(SEVEN)
    assert "\n" not in done.out.replace("\r\n", "")
    assert tuple(rows(done)[0]) == COLUMNS
    assert [row["target"] for row in rows(done)] == [site[one] for one in SEVEN]
    assert done.code == 2


def test_csv_of_a_server(site: Site) -> None:
    """Numbers, names, dates and problems are cells of their own."""
    [row] = rows(in_form(site, "csv", "recorder11"))
    assert {
        "host": "127.0.0.1",
        "protocol": "tls",
        "tls_version": "TLS 1.3",
        "severity": "warning",
        "days_to_expiry": "20.0",
        "subject": "CN=recorder11.vms.example",
        "issuer": "CN=Demo VMS Certificate Authority",
        "key_type": "EC",
        "key_bits": "256",
        "position": "0",
        "standing": "leaf",
        "dns_names": "recorder11.vms.example",
    }.items() <= row.items()
    assert row["problems"].startswith('expiry: the certificate "recorder11.vms.example" expires in 20 days')
    assert row["not_after"].endswith("Z")


def test_csv_of_what_could_not_be_probed(site: Site) -> None:
    """Its cells about a certificate are empty."""
    [row] = rows(in_form(site, "csv", "plain"))
    assert (row["severity"], row["subject"], row["days_to_expiry"]) == ("unknown", "", "")
    assert row["problems"].startswith("not_tls: ")


def test_csv_of_a_crl(tmp_path: Path) -> None:
    """A CRL has its dates and its issuer."""
    (tmp_path / "list.crl").write_bytes(pem(weekly(authority("List CA"))))
    [row] = rows(run("check", tmp_path / "list.crl", "--format", "csv"))
    assert (row["issuer"], row["subject"], row["port"]) == ("CN=List CA", "", "")
    assert row["not_after"] > row["not_before"]


def test_csv_with_chains(site: Site) -> None:
    """A line for each certificate, also for the trusted CA that was not served."""
    found = rows(in_form(site, "csv", "recorder11", more=("--chain",)))
    assert [(row["position"], row["standing"]) for row in found] == [("0", "leaf"), ("", "trusted_ca")]


@pytest.mark.parametrize(
    ("server", "code", "begins"),
    [
        ("management", 0, "CERTIFICATES OK - {target}: expires in 200 days ("),
        ("recorder11", 1, "CERTIFICATES WARNING - {target}: expiry: the certificate"),
        ("recorder12", 2, "CERTIFICATES CRITICAL - {target}: expiry: the certificate"),
        ("plain", 2, "CERTIFICATES CRITICAL - {target}: not_tls: the port does not speak TLS"),
    ],
)
def test_nagios_status(site: Site, server: str, code: int, begins: str) -> None:
    """The status line has the service, the status and what is wrong."""
    done = in_form(site, "nagios", server)
    assert (done.code, done.err) == (code, "")
    assert done.out.startswith(begins.format(target=site[server]))


def test_nagios_of_several(site: Site) -> None:
    """The status line counts and names the worst; a line for each problem follows, the worst first."""
    done = in_form(site, "nagios", *SEVEN)
    first, *more = done.out.splitlines()
    said = f"CERTIFICATES CRITICAL - 4 critical, 1 warning, 2 ok; {site['mobile']}: expiry: "
    assert first.startswith(said)
    assert [line.split()[0] for line in more] == ["[CRITICAL]"] * 4 + ["[WARNING]"]
    assert [line for line in more if "|" in line] == []


def test_nagios_performance_data(site: Site) -> None:
    """Each target has its days, and the margins as ranges that alert below them."""
    done = in_form(site, "nagios", "recorder11", "plain", more=("--warn", "14d", "--critical", "10%,3d"))
    first, second = performance(done)
    assert (first[0], first[1][:4], *first[2:]) == (site["recorder11"], "20.0", "14:", "3:")
    assert second == (site["plain"], "U", "", "")


def test_nagios_margins_are_those_of_the_certificate_that_expires_first(tmp_path: Path) -> None:
    """A CA has the margins of CAs."""
    (tmp_path / "ca.pem").write_bytes(authority("CA").pem)
    [(_, _, warn, critical)] = performance(run("check", tmp_path / "ca.pem", "--format", "nagios"))
    assert (warn, critical) == ("180:", "60:")


def test_nagios_margins_of_a_crl(tmp_path: Path) -> None:
    """A CRL has its own margin, and is critical when it expires."""
    (tmp_path / "list.crl").write_bytes(pem(weekly(authority("List CA"))))
    [(_, _, warn, critical)] = performance(run("check", tmp_path / "list.crl", "--format", "nagios"))
    assert (float(warn.rstrip(":")) < 1, critical) == (True, "0:")


def test_nagios_without_targets() -> None:
    """Discoveries that find nothing are no reason to be content."""
    assert as_nagios(CheckReport([], NOW)) == "CERTIFICATES UNKNOWN - there is no target"
    assert plugin_exit_code([]) == 3


def test_nagios_labels_differ(tmp_path: Path) -> None:
    """No label has a quote, an equals sign or a bar, and none comes twice."""
    for name in ("a'b.pem", "a=b.pem", "a_b.pem"):
        (tmp_path / name).write_bytes(authority("CA").pem)
    labels = [label for label, *_ in performance(run("check", tmp_path, "--format", "nagios"))]
    assert labels == [f"{tmp_path}/a_b.pem", f"{tmp_path}/a_b.pem #2", f"{tmp_path}/a_b.pem #3"]


@pytest.mark.parametrize(
    ("reason", "severity"),
    [
        (FailureReason.DNS, Severity.CRITICAL),
        (FailureReason.TIMEOUT, Severity.CRITICAL),
        (FailureReason.REFUSED, Severity.CRITICAL),
        (FailureReason.NOT_FOUND, Severity.CRITICAL),
        (FailureReason.PERMISSION, Severity.UNKNOWN),
        (FailureReason.PASSPHRASE, Severity.UNKNOWN),
        (FailureReason.INTERNAL, Severity.UNKNOWN),
    ],
)
def test_nagios_unknown_is_the_plugins_own_trouble(reason: FailureReason, severity: Severity) -> None:
    """A target that does not answer is critical, as the guidelines say; what the plugin lacks is unknown."""
    element = ReportElement("x", (Failure(reason, text("no")),), (), (), Assessment())
    assert plugin_severity(element) is severity
    assert plugin_exit_code([element]) == {Severity.CRITICAL: 2, Severity.UNKNOWN: 3}[severity]


@pytest.mark.parametrize(
    "arguments",
    [("localhost", "--warn", "soon"), ("--config", "/nowhere.yaml"), ("https://u:p@h",), ("--nonsense",)],
)
@pytest.mark.parametrize("form", [("--format", "nagios"), ("--format=nagios",)])
def test_nagios_errors_are_on_standard_output(arguments: tuple[str, ...], form: tuple[str, ...]) -> None:
    """What is wrong with the arguments is one line on standard output, and unknown."""
    done = run("check", *arguments, *form)
    assert (done.code, done.err, len(done.out.splitlines())) == (3, "", 1)
    assert done.out.startswith("CERTIFICATES UNKNOWN - ")


def test_nagios_never_ends_with_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the program is unknown: a traceback would end with 1, a warning."""
    monkeypatch.setattr("monitor.cli.check.command.formatter", lambda _: 1 // 0)
    done = run("check", f"127.0.0.1:{free_port()}", "--format", "nagios")
    said = "CERTIFICATES UNKNOWN - internal error: ZeroDivisionError"
    assert (done.code, done.out.startswith(said)) == (3, True)


def test_nagios_timeout() -> None:
    """A target that does not answer in time is critical."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        done = run("check", address, "--timeout", "200ms", "--format", "nagios")
    assert (done.code, f"'{address}'=U" in done.out) == (2, True)


def test_nagios_with_chains(site: Site) -> None:
    """The chain is below the status line."""
    _, target, *lines = in_form(site, "nagios", "management", more=("--chain",)).out.splitlines()
    assert target == site["management"]
    assert lines[0] == "  [0] leaf: CN=management.vms.example"


def test_junit_counts(site: Site) -> None:
    """The suite counts its cases as Jenkins and GitLab read them."""
    done = in_form(site, "junit", *SEVEN)
    found = suite(done)
    numbers = {name: found.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert numbers == {"tests": "7", "failures": "4", "errors": "1", "skipped": "0"}
    assert fromstring(done.out).get("tests") == "7"
    assert [case.get("name") for case in found] == [site[one] for one in SEVEN]
    assert done.code == 2
    assert done.out.isascii()


@pytest.mark.parametrize(
    ("server", "tag", "kind"),
    [
        ("recorder11", "failure", "warning"),
        ("recorder12", "failure", "critical"),
        ("plain", "error", "unknown"),
    ],
)
def test_junit_of_a_problem(site: Site, server: str, tag: str, kind: str) -> None:
    """A failure has its severity as type and the sentences as message and as text."""
    [case] = suite(in_form(site, "junit", server))
    found = case.find(tag)
    assert found is not None
    assert (case.get("classname"), found.get("type"), found.get("message")) == (
        "certificates",
        kind,
        found.text,
    )


def test_junit_of_what_is_good(site: Site) -> None:
    """A case without a problem has only its certificate in words."""
    [case] = suite(in_form(site, "junit", "management"))
    assert [child.tag for child in case] == ["system-out"]
    assert float(case.get("time", "")) > 0


def test_junit_skips_what_has_no_certificate() -> None:
    """An empty store was not tested."""
    report = CheckReport([ReportElement("x", (), (), (), Assessment())], NOW)
    [[case]] = fromstring(as_junit(report))
    assert [child.tag for child in case] == ["skipped"]


def test_junit_with_chains(site: Site) -> None:
    """The chain is what a case said."""
    [case] = suite(in_form(site, "junit", "management", more=("--chain",)))
    assert "[-] trusted CA, not served: CN=Demo VMS Certificate Authority" in (
        case.findtext("system-out") or ""
    )


def test_json_of_a_server(site: Site) -> None:
    """Where it was probed and the version that was agreed on; the key of each certificate."""
    [element] = check(site["encoder"], "--trust", site.ca).elements
    assert (element["host"], element["protocol"], element["tls_version"]) == ("127.0.0.1", "tls", "TLS 1.0")
    assert element["port"] == site.estate.ports["encoder"]
    assert [(one["key_type"], one["key_bits"]) for one in element["certificates"]] == [("EC", 256)]
    assert "chain" not in element


def test_json_of_a_port_without_tls(site: Site) -> None:
    """There is no version without a handshake."""
    [element] = check(site["plain"]).elements
    assert element["tls_version"] is None


def test_json_of_a_file(site: Site) -> None:
    """A file has no connection."""
    [element] = check(site.folder / "certificates" / "web.pem").elements
    assert [element[key] for key in ("host", "port", "protocol", "tls_version")] == [None] * 4


def test_json_with_chains(site: Site) -> None:
    """Each certificate of the chain has its standing, also the trusted CA that was not served."""
    [element] = check(site["management"], "--trust", site.ca, "--chain").elements
    shown = [(one["position"], one["standing"], one["subject"]) for one in element["chain"]]
    assert shown == [
        (0, "leaf", "CN=management.vms.example"),
        (None, "trusted_ca", "CN=Demo VMS Certificate Authority"),
    ]


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_quiet_leaves_out_what_is_good(site: Site, form: str) -> None:
    """Only targets with a problem are printed."""
    done = in_form(site, form, "management", "recorder11", "encoder", more=("--quiet",))
    assert (site["recorder11"] in done.out, site["management"] in done.out) == (True, False)
    assert (done.code, "targets:" in done.out) == (1, False)


@pytest.mark.parametrize(("form", "out"), [("table", ""), ("json", "[]\n")])
def test_quiet_without_problems(site: Site, form: str, out: str) -> None:
    """There is nothing to say."""
    done = in_form(site, form, "management", more=("--quiet",))
    assert (done.code, done.out, done.err) == (0, out, "")


@pytest.mark.parametrize("form", ["nagios", "junit"])
def test_quiet_changes_nothing_for_programs_that_count(site: Site, form: str) -> None:
    """They need every target."""
    done = in_form(site, form, "management", "recorder11", more=("--quiet",))
    assert site["management"] in done.out
