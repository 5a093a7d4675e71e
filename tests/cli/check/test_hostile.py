"""Hostile text of a certificate, a server or a file's name breaks no form of ``check``."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.cli.check.formats import formatter
from monitor.cli.check.formats.comma_separated import COLUMNS
from monitor.cli.check.formats.sentences import CheckReport
from monitor.cli.check.report import ProbedServer, ReportElement
from monitor.cli.commands.check import FORMATS
from monitor.model import Assessment, Check, Failure, FailureReason, Finding, Severity, Sighting, text
from monitor.model import Path as CertificatePath
from monitor.parse import parse_certificate
from support.factories.sources.file_probes import UNIX
from support.pki import NOW, issue, leaf
from support.servers.daemon.command import run

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
HOSTILE = [
    '=HYPERLINK("http://evil.example","x")',
    "x;=1+1",
    "a|b 'c'=1;0;0",
    "]]></failure><script>alert(1)</script>&amp;\x00\ufffe",
    "\x1b[2J\x1b]0;owned\x07",
    "x\r\nCERTIFICATES OK - fine | 'x'=1",
    "\u202egnp.exe\u200b\ud800",
    '"quoted", and\tmore\n',
    "証明書" * 30,
    "",
]
BASE = parse_certificate(leaf("a.example", end=NOW + timedelta(days=9)).der)


def hostile(said: str) -> ReportElement:
    """Return a result in which every text that comes from outside is this one.

    The fields of a certificate are cleaned when it is parsed; here they are not, which is worse.
    """
    one = replace(BASE, subject=said, issuer=said, subject_cn=said, issuer_cn=said, dns_names=(said,))
    path = CertificatePath(said, (one,), trusted=False)
    findings = (Finding(Check.NAME, Severity.CRITICAL, text(said), one.sha256, said),)
    return ReportElement(
        said,
        (Failure(FailureReason.TLS_ALERT, text(said), said),),
        findings,
        (Sighting(said, 0, one), Sighting(said, 1, replace(one, sha256="0" * 64))),
        Assessment(findings, (path,)),
        owner=said,
        note=said,
        location=said,
        connection=ProbedServer("h.example", 443, "tls", "TLS 1.3"),
    )


def made(form: str, said: str, *, chain: bool = True) -> str:
    """Return a form of two hostile results."""
    return formatter(form)(CheckReport([hostile(said), hostile(said)], NOW, chain))


texts = pytest.mark.parametrize("said", HOSTILE)


@pytest.mark.parametrize("form", FORMATS)
@texts
def test_no_control_characters(form: str, said: str) -> None:
    """Nothing can move the cursor, set a title or reverse a line; JSON escapes it."""
    assert CONTROL.findall(made(form, said).replace("\r\n", "\n").rstrip("\r")) == []


def check_csv(said: str) -> None:
    """Expect cells in their columns, and none that a spreadsheet would calculate."""
    for row in csv.reader(io.StringIO(made("csv", said), newline=""), strict=True):
        assert len(row) == len(COLUMNS)
        for name, cell in zip(COLUMNS, row, strict=True):
            for piece in cell.split(";"):
                assert name == "days_to_expiry" or not piece.lstrip().startswith(FORMULA)


def check_nagios(said: str) -> None:
    """Expect one bar, on the first line, and labels that can be told apart."""
    first, *more = made("nagios", said).splitlines()
    status, bar, data = first.partition(" | ")
    assert (first.count("|"), "|" in "".join(more), status.startswith("CERTIFICATES CRITICAL - ")) == (
        1,
        False,
        True,
    )
    labels = re.findall(r"'([^'=]*)'=9\.00;9.75:;3.9:", data)
    assert (bar, len(labels), len(set(labels))) == (" | ", 2, 2)


def check_junit(said: str) -> None:
    """Expect what an XML parser reads, with two cases of different names."""
    [suite] = fromstring(made("junit", said))
    assert len({case.get("name") for case in suite}) == len(suite) == 2
    assert [child.tag for case in suite for child in case] == ["failure", "system-out"] * 2


def check_table(said: str) -> None:
    """Expect as many lines as without anything hostile."""
    assert len(made("table", said).split("\n")) == len(made("table", "x").split("\n"))


def check_json(said: str) -> None:
    """Expect what was said, to the letter."""
    elements = json.loads(made("json", said))
    assert [one["target"] for one in elements] == [said, said]


CHECKS = (check_csv, check_nagios, check_junit, check_table, check_json)


@pytest.mark.parametrize("one", CHECKS)
@texts
def test_hostile(one: type, said: str) -> None:
    """Each form keeps its structure."""
    one(said)


@given(st.text(st.characters(), max_size=60))
@settings(max_examples=200)
def test_any_text(said: str) -> None:
    """The same with anything."""
    for one in CHECKS:
        one(said)


@UNIX
@pytest.mark.parametrize("form", FORMATS)
def test_hostile_file(form: str, tmp_path: Path) -> None:
    """A certificate and a file name as an attacker would make them, through the command."""
    names = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "=cmd|'/c calc'!A1\x1b[31m<b>")]
    (tmp_path / "=1+1\x1b[2J|'a'.pem").write_bytes(issue(x509.Name(names), names=("b.example",)).pem)
    done = run("check", tmp_path, "--format", form, "--chain")
    assert done.code in (0, 1)
    assert CONTROL.findall(done.out.replace("\r\n", "\n")) == []
    if form == "csv":
        [row] = csv.DictReader(io.StringIO(done.out, newline=""))
        assert "cmd" in row["subject"]
        assert not [value for value in row.values() if re.match(r"\s*[=+\-@]", value)]
