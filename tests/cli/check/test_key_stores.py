"""``check`` of key stores: an element for each entry, passphrases by file or variable."""

import base64
import json
from pathlib import Path

import pytest

from support.factories.sources.file_probes import write
from support.pki.key_stores import LEAF, OTHER, RECORDED, ROOT, WORD, jks, pkcs12, trusted
from support.servers.daemon.command import check, run


def targets(*arguments: str | Path) -> tuple[int, list[str]]:
    """Return the exit code and the targets of the elements."""
    done = check(*arguments)
    return done.code, [element["target"] for element in done.elements]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with a passphrase in a file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "word").write_text(f"{WORD}\n")
    return tmp_path


def test_every_form(folder: Path) -> None:
    """Each form of file is read under the name that was typed, whatever that name is."""
    document = json.dumps({"ca": base64.b64encode(ROOT.der).decode()}).encode()
    write(folder, a_bin=pkcs12(), b_x=jks(trusted(b"ca", ROOT.der)), c_txt=document, d_der=LEAF.der)
    (folder / "e.jceks").write_bytes((RECORDED / "keys.jceks").read_bytes())
    typed = ("a.bin", "b.x", "c.txt", "d.der", "./e.jceks")
    assert targets(*typed, "--passphrase-file", "word") == (
        3,  # what follows the secret keys in the last one is not read
        ["a.bin#web", "b.x#ca", "c.txt#ca", "d.der", "./e.jceks#web", "./e.jceks"],
    )


def test_entries_of_a_store(folder: Path) -> None:
    """Every entry of a store is an element, with the chain that belongs to it."""
    write(folder, a_jks=jks(trusted(b"web", LEAF.der), trusted(b"other", OTHER.der)))
    done = check("a.jks")
    assert [(one["target"], [c["subject"] for c in one["certificates"]]) for one in done.elements] == [
        ("a.jks#web", ["CN=web.example"]),
        ("a.jks#other", ["CN=other.example"]),
    ]


def test_passphrases_in_the_order_typed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases may lie in files and variables, several of them."""
    monkeypatch.setenv("STORE_WORD", "another")
    write(folder, a_p12=pkcs12(), b_p12=pkcs12("another", name="b"))
    options = ("--passphrase-env", "STORE_WORD", "--passphrase-file", "word")
    assert targets("a.p12", "b.p12", *options) == (0, ["a.p12#web", "b.p12#b"])


def test_no_passphrase(folder: Path) -> None:
    """A store that cannot be opened is the code for what could not be seen, with its own reason."""
    write(folder, a_p12=pkcs12())
    done = check("a.p12")
    assert (done.code, done.column("failures", "reason")) == (3, [["passphrase"]])


def test_a_missing_passphrase_file(folder: Path) -> None:
    """A file that is not there is named; nothing of any passphrase is shown."""
    write(folder, a_p12=pkcs12())
    done = run("check", "a.p12", "--passphrase-file", "none")
    assert (done.code, "cannot read file none: No such file or directory" in done.out) == (3, True)


def test_passphrases_without_a_target(folder: Path) -> None:
    """With a configuration alone the options make no sense."""
    (folder / "c.yaml").write_text("targets: [{kind: files, paths: [a.p12]}]\n")
    done = run("check", "--config", "c.yaml", "--passphrase-file", "word")
    assert (done.code, "the passphrases need a target" in done.err) == (3, True)
