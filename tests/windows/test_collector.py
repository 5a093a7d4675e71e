"""The PowerShell texts as far as they can be judged without PowerShell: syntax, fields, what they never do.

They have not been run: no PowerShell can be had here.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from monitor.windows import document
from monitor.windows.report import parse_report
from support.factories.sources.windows_documents import written as written_bytes
from support.folders import ROOT

COLLECTOR = ROOT / "monitor" / "windows" / "collector.ps1"
DEPLOY = ROOT / "deploy" / "windows"
SCRIPTS = sorted([COLLECTOR, *(path for path in DEPLOY.rglob("*.ps*"))])

pytest.importorskip("tree_sitter_powershell", reason="needs the package tree-sitter-powershell")


def tree(path: Path) -> Any:
    """Return the syntax tree of a script."""
    import tree_sitter  # noqa: PLC0415 - the module is skipped without it
    import tree_sitter_powershell  # noqa: PLC0415 - see above

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    return parser.parse(path.read_bytes()).root_node


def nodes(node: Any) -> Iterator[Any]:
    """Iterate over a tree, parents first."""
    yield node
    for child in node.children:
        yield from nodes(child)


def texts(path: Path, kind: str) -> list[str]:
    """Return the texts of all nodes of one kind."""
    return [node.text.decode() for node in nodes(tree(path)) if node.type == kind]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_script_parses(path: Path) -> None:
    """A grammar of PowerShell made by others finds no error."""
    wrong = [(n.start_point, n.text[:60]) for n in nodes(tree(path)) if n.type == "ERROR" or n.is_missing]
    assert wrong == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_script_is_ascii(path: Path) -> None:
    """Windows PowerShell reads a file without a byte order mark in the code page of the machine."""
    assert path.read_bytes().isascii()


def fields(model: type[BaseModel]) -> set[str]:
    """Return the names of a model's fields."""
    return set(model.model_fields)


def written() -> list[set[str]]:
    """Return the keys of every ordered table in the collector."""
    found = []
    for node in nodes(tree(COLLECTOR)):
        if node.type == "cast_expression" and node.text.lower().startswith(b"[ordered]"):
            (table,) = (one for one in nodes(node) if one.type == "hash_literal_expression")
            entries = [one for body in table.children for one in body.children if one.type == "hash_entry"]
            found.append({entry.children[0].text.decode() for entry in entries})
    return found


def test_every_table_of_the_collector_is_one_of_the_schema() -> None:
    """Each writes exactly the fields of one part of the document, and each part is written."""
    models = [
        document.Report,
        document.ReportedNames,
        document.ReportedCertificate,
        document.KeyInfo,
        document.KeyReader,
        document.InstalledCertificate,
        document.SslBinding,
        document.Service,
        document.CollectorFailure,
    ]
    known = {frozenset(fields(model)) for model in models}
    tables = {frozenset(keys) for keys in written()}
    assert tables == known


def test_the_version_is_one_that_we_read() -> None:
    """The format's version in the script is taken by the parser."""
    (version,) = re.findall(r"^\s+version\s+= '([^']+)'", COLLECTOR.read_text(), re.MULTILINE)
    assert parse_report(written_bytes(version=version)).version == version


ENGLISH = """
SSL Certificate bindings:
-------------------------

    IP:port                      : [::]:443
    Certificate Hash             : 0123456789abcdef0123456789abcdef01234567
    Application ID               : {4dc3e181-e14b-4a21-b022-59fc669b0914}
    Certificate Store Name       : (null)
    Verify Client Certificate Revocation : Enabled
    Revocation Freshness Time    : 0
    Ctl Identifier               : (null)

    Hostname:port                : portal.vms.example:8443
    Certificate Hash             : 0123456789abcdef0123456789abcdef01234567
    Application ID               : {4dc3e181-e14b-4a21-b022-59fc669b0914}
    Certificate Store Name       : WebHosting
"""
FRENCH = """
Liaisons de certificat SSL :
-------------------------

    IP:port\xa0:                  : 0.0.0.0:443
    Hachage du certificat\xa0        : 0123456789abcdef0123456789abcdef01234567
    ID de l'application\xa0          : {4dc3e181-e14b-4a21-b022-59fc669b0914}
    Nom du magasin de certificats\xa0: My
    V\xe9rifier la r\xe9vocation du certificat client\xa0: Activ\xe9
    D\xe9lai d'expiration d'extraction d'URL\xa0: 0
"""


@pytest.mark.parametrize(
    ("output", "bindings"),
    [
        (ENGLISH, [("[::]", "443", "(null)"), ("portal.vms.example", "8443", "WebHosting")]),
        (FRENCH, [("0.0.0.0", "443", "My")]),
    ],
)
def test_bindings_are_read_by_their_values(output: str, bindings: list[tuple[str, str, str]]) -> None:
    """The script's own patterns find address, port, hash and store whatever the labels are called."""
    store, address, digest, app = re.findall(r"\$line -match '([^']+)'", COLLECTOR.read_text())
    found = []
    lines = output.splitlines()
    for number, line in enumerate(lines):
        if location := re.search(address, line):
            assert re.search(digest, lines[number + 1])
            assert re.search(app, lines[number + 2])
            store_path = re.search(store, lines[number + 3])
            found.append((location[1], location[2], store_path[1] if store_path else ""))
    assert found == bindings


def test_the_collector_calls_nothing_of_which_a_jea_session_knows_nothing() -> None:
    """Only its own functions, one command with its module, and netsh by its path."""
    own = set(texts(COLLECTOR, "function_name"))
    called = {name for name in texts(COLLECTOR, "command_name") if name not in own}
    assert called == {"Microsoft.PowerShell.Utility\\ConvertTo-Json"}
    invoked = [text for text in texts(COLLECTOR, "command") if text.startswith("&")]
    assert invoked == ["& $netsh http show sslcert"]


def test_the_collector_uses_no_drive() -> None:
    """A JEA session has none: no Cert:, no HKLM:, no environment."""
    text = COLLECTOR.read_text()
    assert re.findall(r"\$env:|\bCert:\\|\bHKLM:\\", text) == []


WRITES = (
    "Export",
    "ExportParameters",
    "Decrypt",
    "SignData",
    "SignHash",
    "ReadAllBytes",
    "SetAccess",
    "Delete(",
)
WRITES += ("WriteAll", "SetValue", "CreateSubKey", ".Add($certificate", ".Remove(", "ReadWrite", "MaxAllowed")


@pytest.mark.parametrize("word", WRITES)
def test_the_collector_writes_nothing_and_reads_no_key(word: str) -> None:
    """No method that would change something, or that gives the content of a key, is even named."""
    assert word not in COLLECTOR.read_text()


def test_lists_are_never_given_back_whole() -> None:
    """Windows PowerShell would write such a list as an object with value and Count."""
    assert re.findall(r"return\s*,|^\s*,\s*\$|NoEnumerate", COLLECTOR.read_text(), re.MULTILINE) == []


def test_its_functions_have_names_of_their_own() -> None:
    """Sent over WinRM they must not hide what others have defined; one is for callers."""
    names = texts(COLLECTOR, "function_name")
    assert [name for name in names if "-CertMonitor" not in name] == ["Get-CertificateReport"]
    assert len(names) == len(set(names))


def test_the_endpoint_shows_one_function() -> None:
    """Role and manifest name the collector's function and no other."""
    role = (DEPLOY / "CertMonitor" / "RoleCapabilities" / "CertMonitor.psrc").read_text()
    manifest = (DEPLOY / "CertMonitor" / "CertMonitor.psd1").read_text()
    assert re.findall(r"Visible\w+\s*=.*", role) == [
        "VisibleFunctions = @('CertMonitor\\Get-CertificateReport')"
    ]
    assert "FunctionsToExport = @('Get-CertificateReport')" in manifest


def test_the_collector_comes_with_the_package() -> None:
    """The text that is sent over WinRM lies beside the code that reads the answer."""
    assert (Path(document.__file__).parent / "collector.ps1").is_file()


def program_folder(script: str) -> str:
    """Return the name of the folder in Program Files that an installer takes."""
    (variable,) = re.findall(
        r"Join-Path \$env:ProgramFiles (\S+)$", (DEPLOY / script).read_text(), re.MULTILINE
    )
    named: str = variable
    for value in re.findall(
        rf"^{re.escape(variable)} = '(.+)'$", (DEPLOY / script).read_text(), re.MULTILINE
    ):
        named = value
    return named.strip("'")


def test_an_upgrade_of_the_monitor_leaves_the_collector_alone() -> None:
    """Both may be on one machine, and the folder of the program is replaced as a whole."""
    collector = program_folder("Install-CertificateCollector.ps1")
    assert (collector, program_folder("install.ps1")) == ("cert-monitor-collector", "cert-monitor")
    pages = [(ROOT / "docs" / name).read_text("utf-8") for name in ("windows-report.md", "windows-rights.md")]
    assert [rf"C:\Program Files\{collector}" in page for page in pages] == [True, True]


def test_texts_in_the_call_of_the_task_are_quoted_by_powershell() -> None:
    """It knows more quotation marks than the plain one, and a path may have each of them."""
    script = DEPLOY / "Install-CertificateCollector.ps1"
    (call,) = re.findall(r"^\$call = .*?^\)", script.read_text(), re.MULTILINE | re.DOTALL)
    assert call.count("Get-Quoted") == 3
    (quoted,) = [text for text in texts(script, "function_statement") if "Get-Quoted" in text]
    assert "EscapeSingleQuotedStringContent($Text)" in quoted


def test_the_folder_of_reports_is_checked_before_anything_is_changed() -> None:
    """Who owns it, or a folder above it, could lead what the task writes to another file."""
    called = texts(DEPLOY / "Install-CertificateCollector.ps1", "command_name")
    first = called.index("Test-OwnedByAdministrators")
    assert all(called.index(name) > first for name in ("New-Item", "Copy-Item", "Register-ScheduledTask"))
