"""``check`` against openssl s_server: a chain, an expired and a self-signed certificate, another name."""

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from support import pki
from support.pki import TODAY, days
from support.servers.daemon.command import check, run
from support.servers.tls.foreign import s_server

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is missing (Debian: openssl)"),
]

NAME = "recorder.example"
ROOT = pki.authority("Root", at=TODAY)
MIDDLE = pki.authority("Middle", ROOT, at=TODAY)
LEAF = pki.leaf(NAME, MIDDLE, at=TODAY)
EXPIRED = pki.leaf(NAME, MIDDLE, start=days(-90, TODAY), end=days(-2.5, TODAY))
OWN = pki.leaf(NAME, at=TODAY, key=pki.rsa_key())

Answer = tuple[int, list[str], list[str]]
SERVERS: dict[str, tuple[tuple[pki.Issued, ...], str, Answer]] = {
    "chain": ((LEAF, MIDDLE), NAME, (0, [], ["leaf", "intermediate", "trusted_ca"])),
    "root too": ((LEAF, MIDDLE, ROOT), NAME, (0, [], ["leaf", "intermediate", "trusted_ca"])),
    "expired": ((EXPIRED, MIDDLE), NAME, (2, ["expiry"], ["leaf", "intermediate", "trusted_ca"])),
    "self-signed": ((OWN,), NAME, (2, ["trust"], ["leaf"])),
    "another name": ((LEAF, MIDDLE), "other.example", (2, ["name"], ["leaf", "intermediate", "trusted_ca"])),
    "without intermediate": ((LEAF,), NAME, (2, ["trust"], ["leaf"])),
    "what is not needed": (
        (LEAF, MIDDLE, OWN),
        NAME,
        (0, [], ["leaf", "intermediate", "unused", "trusted_ca"]),
    ),
}


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    """Return the file of the trusted CA."""
    file = tmp_path / "root.pem"
    file.write_bytes(ROOT.pem)
    return file


@pytest.mark.parametrize(("chain", "name", "answer"), SERVERS.values(), ids=SERVERS)
def test_server(
    chain: tuple[pki.Issued, ...], name: str, answer: Answer, trust: Path, tmp_path: Path
) -> None:
    """Each has its exit code, its checks, and the standing of each certificate."""
    with s_server(tmp_path, chain) as port:
        done = check(f"https://127.0.0.1:{port}/", "--sni", name, "--trust", trust, "--chain")
    [element] = done.elements
    standings = [one["standing"] for one in element["chain"]]
    assert (done.code, done.column("findings", "check")[0], standings) == answer


def _csv(out: str) -> str:
    return next(iter(csv.DictReader(io.StringIO(out, newline=""))))["tls_version"]


def _junit(out: str) -> str:
    return fromstring(out)[0][0].findtext("system-out", "")[: len(NAME)]


READERS: dict[str, tuple[Callable[[str], str], str]] = {
    "table": (lambda out: out.splitlines()[1].split()[3], "1.2"),
    "csv": (_csv, "TLS 1.2"),
    "nagios": (lambda out: out.partition(" - ")[0], "CERTIFICATES OK"),
    "junit": (_junit, NAME),
}


@pytest.mark.parametrize("form", READERS)
def test_form(form: str, trust: Path, tmp_path: Path) -> None:
    """Each form has what its readers look for."""
    read, expected = READERS[form]
    with s_server(tmp_path, (LEAF, MIDDLE), "-tls1_2") as port:
        done = run("check", f"127.0.0.1:{port}", "--sni", NAME, "--trust", trust, "--format", form)
    assert (done.code, read(done.out)) == (0, expected)
