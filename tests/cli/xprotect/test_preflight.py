"""``xprotect preflight``: what makes a certificate suitable on ports and in files; who must trust whom."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from support.pki import CLIENT_AUTH, SERVER_AUTH, Issued, authority, leaf, rsa_key
from support.pki.key_stores import WORD, pkcs12
from support.servers.daemon.command import Done, run

HOST = "recorder01.vms.example"
NAMES = (HOST, "recorder01")
NOW = datetime.now(UTC)
OLD = NOW - timedelta(days=300)


@dataclass(frozen=True)
class Issuing:
    """A CA whose certificate is in a file, and which writes what it issues to files."""

    folder: Path
    ca: Issued

    @property
    def trust(self) -> Path:
        """Return the file of the CA."""
        return self.folder / "ca.pem"

    def issued(self, **options: Any) -> Issued:
        """Return a certificate for the recorder that is suitable unless the options say otherwise."""
        wanted = {"names": NAMES, "key": rsa_key(), "at": NOW, "by": self.ca} | options
        return leaf(HOST, wanted.pop("by"), **wanted)

    def file(self, *certificates: Issued) -> Path:
        """Write certificates into one file."""
        path = self.folder / "new.pem"
        path.write_bytes(b"".join(one.pem for one in certificates))
        return path

    def preflight(self, *certificates: Issued, role: str = "recording_server") -> Done:
        """Judge a file with these certificates for the recorder."""
        return run(
            *("xprotect", "preflight", f"{HOST}={role}", "--format", "json", "--trust", self.trust),
            *("--file", f"{HOST}={self.file(*certificates)}"),
        )


@pytest.fixture
def issuing(tmp_path: Path) -> Issuing:
    """Make a CA."""
    made = Issuing(tmp_path, authority("VMS Certificate Authority", at=NOW))
    made.trust.write_bytes(made.ca.pem)
    return made


def missing(done: Done) -> set[str]:
    """Return the checks that found something missing."""
    return {one.partition(":")[0] for row in json.loads(done.out)["servers"] for one in row["missing"]}


def test_suitable_file(issuing: Issuing) -> None:
    """A file that has everything is suitable for both groups of a recorder, and nothing is probed."""
    done = issuing.preflight(issuing.issued())
    groups = [(row["certificate_group"], row["suitable"]) for row in json.loads(done.out)["servers"]]
    assert (done.code, groups) == (0, [("streaming_media", True), ("server", True)])


@pytest.mark.parametrize(
    ("options", "check"),
    [
        ({"names": ("recorder01",)}, "name"),
        ({"names": (HOST,)}, "public_name"),
        ({"names": ()}, "name_in_subject_only"),
        ({"key": None}, "key_type"),
        ({"usages": (CLIENT_AUTH,)}, "usage"),
        ({"start": OLD, "end": NOW + timedelta(days=59)}, "expiry"),
        ({"start": NOW + timedelta(days=2)}, "not_yet_valid"),
        ({"end": NOW + timedelta(days=4000)}, "outlives_ca"),
        ({"by": None}, "trust"),
    ],
)
def test_what_is_missing(issuing: Issuing, options: dict[str, Any], check: str) -> None:
    """Each thing that is missing makes the file unsuitable and has its sentence."""
    done = issuing.preflight(issuing.issued(**options))
    assert (done.code, check in missing(done)) == (2, True)


def test_life_beyond_sixty_days(issuing: Issuing) -> None:
    """A certificate with more than 60 days of a long life left is suitable."""
    assert issuing.preflight(issuing.issued(start=OLD, end=NOW + timedelta(days=61))).code == 0


def test_both_usages(issuing: Issuing) -> None:
    """A certificate for servers and clients is one for servers."""
    assert issuing.preflight(issuing.issued(usages=(SERVER_AUTH, CLIENT_AUTH))).code == 0


def test_one_suitable_of_several(issuing: Issuing) -> None:
    """Of several certificates in a file one has to be suitable."""
    assert issuing.preflight(issuing.issued(names=()), issuing.issued(), issuing.ca).code == 0


def test_ca_in_the_file(issuing: Issuing) -> None:
    """A file with nothing but a CA has no suitable certificate."""
    done = issuing.preflight(issuing.ca)
    assert (done.code, "name" in missing(done)) == (2, True)


def test_several_files(issuing: Issuing, tmp_path: Path) -> None:
    """Of several files for one server the best one counts."""
    other = tmp_path / "other.pem"
    other.write_bytes(issuing.issued(names=()).pem)
    good = issuing.file(issuing.issued())
    done = run(
        *("xprotect", "preflight", f"{HOST}=recording_server", "--trust", issuing.trust),
        *("--file", f"{HOST}={other}", "--file", f"{HOST}={good}"),
    )
    assert done.code == 0


def test_key_store_as_a_file(issuing: Issuing, tmp_path: Path) -> None:
    """A .pfx with its key can be judged before it is imported, when its passphrase is at hand."""
    store = tmp_path / "new.pfx"
    store.write_bytes(pkcs12(issued=issuing.issued(), chain=(issuing.ca,)))
    (tmp_path / "word").write_text(WORD)
    command = ("xprotect", "preflight", f"{HOST}=recording_server", "--trust", issuing.trust)
    opened = run(*command, "--file", f"{HOST}={store}", "--passphrase-file", tmp_path / "word")
    closed = run(*command, "--file", f"{HOST}={store}")
    assert (opened.code, closed.code, "it needs a passphrase" in closed.err) == (0, 3, True)


def test_short_host_for_a_file(issuing: Issuing) -> None:
    """A file may be named for the short form of a server's name."""
    done = run(
        *("xprotect", "preflight", f"{HOST}=recording_server", "--trust", issuing.trust),
        *("--file", f"recorder01={issuing.file(issuing.issued())}"),
    )
    assert done.code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name servers as HOST=ROLE, or a configuration"),
        (("rec01",), "'rec01' must be HOST=ROLE"),
        (("rec01=recorder",), "roles are management_server, "),
        (("rec01=recording_server", "--file", "new.cer"), "'new.cer' must be HOST=PATH"),
        (("rec01=recording_server", "--file", "rec02=new.cer"), "rec02 has no role; add rec02=ROLE"),
        (("rec01=recording_server", "--file", "rec01=no.cer"), "--file no.cer"),
    ],
)
def test_usage(arguments: Sequence[str], said: str) -> None:
    """What makes no sense exits with 3."""
    done = run("xprotect", "preflight", *arguments)
    assert (done.code, said in done.err) == (3, True)


def trust_of(done: Done) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the cells of the matrix by caller and group."""
    return {(one["caller"], one["certificate_group"]): one for one in json.loads(done.out)["trust"]}


def test_matrix(issuing: Issuing) -> None:
    """Anybody who calls a recorder must trust the CA of its certificates, group by group."""
    done = issuing.preflight(issuing.issued())
    [ca] = json.loads(done.out)["authorities"]
    cells = trust_of(done)
    assert (ca["id"], ca["name"]) == ("A", "VMS Certificate Authority")
    assert cells["Smart Client", "streaming_media"]["authorities"] == ["A"]
    assert cells["Management Server", "server"]["authorities"] == ["A"]
    assert ("Smart Client", "server") not in cells


def test_cas_of_one_name(issuing: Issuing, tmp_path: Path) -> None:
    """Two CAs of one name are distinguished: the vendor's scripts give all the same."""
    newer = authority("VMS Certificate Authority", at=NOW)
    (tmp_path / "newer.pem").write_bytes(newer.pem)
    (tmp_path / "two.pem").write_bytes(leaf("b.example", newer, names=("b.example", "b"), at=NOW).pem)
    done = run(
        *("xprotect", "preflight", f"{HOST}=recording_server", "b.example=recording_server"),
        *("--trust", issuing.trust, "--trust", tmp_path / "newer.pem", "--format", "json"),
        *(
            "--file",
            f"{HOST}={issuing.file(issuing.issued())}",
            "--file",
            f"b.example={tmp_path / 'two.pem'}",
        ),
    )
    assert trust_of(done)["Smart Client", "streaming_media"]["authorities"] == ["A", "B"]
