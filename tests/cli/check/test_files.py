"""``check`` of files, folders and globs: how arguments are read, and their results."""

import os
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.cli.check.targets import cli_targets
from monitor.config import default_config
from support.factories.sources.file_probes import UNIX
from support.pki import authority, issue
from support.servers.daemon.command import Site, check, run, served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the demo's estate."""
    with served(tmp_path_factory.mktemp("site")) as site:
        yield site


def test_a_folder_gives_an_element_for_each_file(site: Site) -> None:
    """A folder's files are listed under their paths; what is no certificate is left out."""
    folder = site.folder / "certificates"
    targets = [element["target"] for element in check(folder).elements]
    assert targets == [str(folder / name) for name in ("database.der", "web.pem", "old/web.pem")]


def test_a_glob_gives_an_element_for_each_file(site: Site) -> None:
    """A glob's files are listed under their paths."""
    folder = site.folder / "certificates"
    targets = [element["target"] for element in check(f"{folder}/*.pem").elements]
    assert targets == [str(folder / "web.pem")]


@pytest.mark.skipif(not UNIX, reason="names are bytes only there")
def test_a_name_that_is_no_unicode_is_escaped(tmp_path: Path) -> None:
    """JSON is ASCII whatever a file is called, and its name can be read back."""
    name = os.fsencode(tmp_path / "server") + b"\xff.pem"
    Path(os.fsdecode(name)).write_bytes(authority("CA").pem)
    done = check(tmp_path)
    assert done.out.isascii()
    assert [os.fsencode(element["target"]) for element in done.elements] == [name]


def test_a_glob_without_match_is_not_probed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A glob that matches nothing is a failure under the text that was typed."""
    monkeypatch.chdir(tmp_path)
    done = check("*.pem")
    assert [element["target"] for element in done.elements] == ["*.pem"]
    assert (done.code, done.column("failures", "reason")) == (3, [["not_found"]])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "not_found"),
        (b"just text\n", "not_a_certificate"),
        (b"\x30\x03\x02\x01\x01", "not_a_certificate"),
    ],
)
def test_a_named_file_that_holds_nothing(tmp_path: Path, content: bytes | None, reason: str) -> None:
    """A named file must exist and hold a certificate."""
    file = tmp_path / "server.pem"
    if content is not None:
        file.write_bytes(content)
    done = check(file)
    assert (done.code, done.column("failures", "reason")) == (3, [[reason]])


@UNIX
def test_unreadable_file(tmp_path: Path) -> None:
    """What cannot be read as a file is a failure, and a pipe does not hang the command."""
    pipe = tmp_path / "web.pem"
    os.mkfifo(pipe)
    done = check(pipe)
    assert (done.code, done.column("failures", "reason")) == (3, [["unreadable"]])


def test_a_chain_file_is_one_element(tmp_path: Path) -> None:
    """A chain in a file is one element with every certificate in its order."""
    root = authority("Root")
    intermediate = authority("Issuing", root)
    server = issue("server", intermediate, names=["server.example"])
    file = tmp_path / "chain.pem"
    file.write_bytes(server.pem + intermediate.pem + root.pem)
    [element] = check(file).elements
    assert [(c["position"], c["on_path"], c["subject"]) for c in element["certificates"]] == [
        (0, True, "CN=server"),
        (1, True, "CN=Issuing"),
        (2, True, "CN=Root"),
    ]


def test_a_bundle_of_cas_is_one_element(tmp_path: Path) -> None:
    """A bundle's earliest expiry counts, and the number of others is shown."""
    file = tmp_path / "bundle.pem"
    file.write_bytes(b"".join(authority(name).pem for name in ("Root A", "Root B", "Root C")))
    assert len(check(file).elements) == 1
    assert "(and 2 more)" in run("check", file).out


def test_hostile_names_stay_off_the_terminal(tmp_path: Path) -> None:
    """Neither a certificate nor the name of its file can steer the terminal."""
    folder = tmp_path / "evil\x1b[2J"
    folder.mkdir()
    (folder / "a\x1b]0;x\x07.pem").write_bytes(issue("evil\x1b[31m\r\n\x9b1m\u202e").pem)
    out = run("check", folder).out
    assert [c for c in out if not c.isprintable() and c != "\n"] == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("recorder01:7563", "endpoint"),
        ("recorder01", "endpoint"),
        ("1.2.3.4:443", "endpoint"),
        ("[::1]:443", "endpoint"),
        ("[::1]", "endpoint"),
        ("server.pem", "files"),
        ("server.CER", "files"),
        (r"C:\certs\x.pem", "files"),
        ("certs/server", "files"),
        ("[ab]*.key", "files"),
        ("~/certs/*", "files"),
    ],
)
def test_what_was_typed(text: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text is a file by its suffix, a separator or a pattern, and an endpoint otherwise."""
    monkeypatch.chdir(tmp_path)
    [typed], _ = cli_targets(
        Namespace(targets=[text], config=None, trust=[], name="", revocation=False, passphrases=[]), None
    )
    assert (typed.text, typed.target.kind) == (text, kind)


@pytest.mark.parametrize("text", ["smtp://mail.example", "[::1]:443", "server.pem", "certs/*.pem"])
@pytest.mark.parametrize("revocation", [False, True])
def test_without_a_configuration_the_built_in_policy_applies(
    *, text: str, revocation: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A target is the same as under an empty configuration, which need not be loaded for it."""
    monkeypatch.chdir(tmp_path)
    given = Namespace(
        targets=[text], trust=["system"], name="a.example", revocation=revocation, passphrases=[]
    )
    assert cli_targets(given, None) == cli_targets(given, default_config())


def test_a_file_called_like_a_host_is_a_file(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What exists is a file, whatever it is called."""
    monkeypatch.chdir(tmp_path)
    content = (site.folder / "certificates" / "web.pem").read_bytes()
    for name in ("localhost:443", "web[1]", "[::1]:443"):
        Path(name).write_bytes(content)
        [element] = check(name).elements
        assert (element["target"], len(element["certificates"])) == (name, 1)


def test_a_folder_with_brackets_is_no_glob(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Brackets in what exists, or in the current folder, are no pattern."""
    folder = tmp_path / "site [1]"
    folder.mkdir()
    (folder / "web.pem").write_bytes((site.folder / "certificates" / "web.pem").read_bytes())
    monkeypatch.chdir(folder)
    for typed in (str(folder), "web.pem", "*.pem", "."):
        assert check(typed).code == 0
