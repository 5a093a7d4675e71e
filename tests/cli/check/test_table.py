"""The table of ``check``: its order, its columns, and what it shows of a chain; on terminals of any width."""

import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.cli.check.formats.rows import table_of, width
from monitor.cli.check.formats.sentences import CheckReport
from monitor.cli.check.formats.table import as_table
from monitor.cli.check.report import ProbedServer, ReportElement
from monitor.model import Assessment, Check, Failure, FailureReason, Finding, Severity, text
from monitor.model import Path as CertificatePath
from monitor.parse import parse_certificate
from support.factories.sources.file_probes import UNIX
from support.pki import NOW, Key, leaf, rsa_key
from support.servers.daemon.command import Site, run, served, started

if sys.platform != "win32":
    import fcntl
    import pty
    import termios

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the demo's estate."""
    with served(tmp_path_factory.mktemp("site")) as site:
        yield site


def element(target: str, days: float | None, severity: Severity = Severity.OK) -> ReportElement:
    """Return a result that expires in some days, with a finding unless it is ok."""
    findings = () if severity is Severity.OK else (Finding(Check.EXPIRY, severity, text("soon")),)
    if days is None:
        return ReportElement(target, (Failure(FailureReason.DNS, text("no")),), findings, (), Assessment())
    certificate = parse_certificate(leaf("a.example", end=NOW + timedelta(days=days)).der)
    path = CertificatePath(target, (certificate,), trusted=True)
    return ReportElement(target, (), findings, (), Assessment(paths=(path,)))


def test_the_most_urgent_comes_first() -> None:
    """By severity, then by what expires first; what has no certificate last among equals."""
    found = [
        element("ok", 100),
        element("ok, earlier", 50),
        element("unreachable", None),
        element("warning", 20, Severity.WARNING),
        element("unreachable and critical", None, Severity.CRITICAL),
        element("critical", 5, Severity.CRITICAL),
    ]
    shown = [row.columns.rstrip().split("  ")[-1].strip() for row in table_of(CheckReport(found, NOW)).rows]
    assert shown == [
        "critical",
        "unreachable and critical",
        "unreachable",
        "warning",
        "ok, earlier",
        "ok",
    ]


def test_total() -> None:
    """The last line counts by severity; one target needs none."""
    found = [element("a", 100), element("b", None), element("c", 5, Severity.CRITICAL), element("d", 1)]
    assert table_of(CheckReport(found, NOW)).total == "4 targets: 1 critical, 1 unknown, 2 ok"
    assert table_of(CheckReport(found[:1], NOW)).total == ""
    assert as_table(CheckReport([], NOW)) == "0 targets"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("mail.example", "mail.example:993"),
        ("imaps://mail.example", "imaps://mail.example:993"),
        ("imaps://mail.example:993/in?a#b", "imaps://mail.example:993"),
        ("[2001:db8::1]", "[2001:db8::1]:993"),
        ("mail.example:993 (RSA)", "mail.example:993 (RSA)"),
    ],
)
def test_a_server_is_shown_with_its_port(typed: str, shown: str) -> None:
    """Also where it was left out, and without the path of a URL."""
    one = ReportElement(
        typed, (), (), (), Assessment(), connection=ProbedServer("mail.example", 993, "imaps", "TLS 1.2")
    )
    [row] = table_of(CheckReport([one], NOW)).rows
    assert row.columns.rstrip().split("  ")[-1].strip() == shown
    assert "  1.2  " in row.columns


def test_wide_characters_keep_the_columns() -> None:
    """A letter that takes two columns of a terminal counts as two."""
    found = [element("/証明書/サーバー.pem", 9), element("/short.pem", 9)]
    rows = table_of(CheckReport(found, NOW)).rows
    assert len({width(row.columns) for row in rows}) == 1
    assert len({len(row.columns) for row in rows}) == 2


@pytest.mark.parametrize(("key", "said"), [(None, "EC 256"), (rsa_key(), "RSA 2048")], ids=["EC", "RSA"])
def test_key(key: Key | None, said: str, tmp_path: Path) -> None:
    """The key of the certificate, and who issued it."""
    (tmp_path / "a.pem").write_bytes(leaf("a.example", key=key).pem)
    line = run("check", tmp_path / "a.pem").out.splitlines()[1]
    assert (said in line, line.split()[-1]) == (True, "a.example")


def test_chain(site: Site) -> None:
    """Two lines for each certificate: its place, standing and subject; issuer, validity and key."""
    lines = run("check", site["management"], "--trust", site.ca, "--chain").out.splitlines()
    shape = [re.sub(r"\d+", "0", line) for line in lines[2:]]
    assert shape == [
        "          [0] leaf: CN=management.vms.example",
        "              issued by CN=Demo VMS Certificate Authority, valid 0-0-0 to 0-0-0 (0 days), EC 0",
        "          [-] trusted CA, not served: CN=Demo VMS Certificate Authority",
        "              issued by CN=Demo VMS Certificate Authority, valid 0-0-0 to 0-0-0 (0 days), EC 0",
    ]


def on_terminal(columns: int, *arguments: str | Path) -> list[str]:
    """Return the lines that a terminal of this width shows, without colors."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    with started(
        *arguments,
        stdin=child,
        stdout=child,
        stderr=subprocess.DEVNULL,
        env={**environment, "TERM": "xterm"},
    ):
        os.close(child)
        said = b""
        while part := _read(parent):
            said += part
    os.close(parent)
    return ESCAPES.sub("", said.decode()).replace("\r", "").splitlines()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's way to say that the other end is closed
        return b""


@UNIX
@pytest.mark.parametrize("columns", [40, 80, 100, 140])
def test_lines_fit(site: Site, columns: int) -> None:
    """No line is longer than the terminal, from the least that holds the columns."""
    servers = [site[name] for name in ("management", "recorder12", "camera", "plain")]
    lines = on_terminal(columns, "check", *servers, "--chain")
    longest = max(len(line) for line in lines)
    assert longest <= max(columns, 61)


@UNIX
def test_a_wide_terminal_has_more_columns(site: Site) -> None:
    """Subject and issuer have columns of their own there, and a line of their own at 80."""
    narrow, wide = (on_terminal(columns, "check", site["management"]) for columns in (80, 140))
    assert (narrow[0].split()[-1], wide[0].split()[-2:]) == ("TARGET", ["SUBJECT", "ISSUER"])
    said = "          management.vms.example, issued by Demo VMS Certificate Authority"
    assert (narrow[2], said in wide) == (said, False)
