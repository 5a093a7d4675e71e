"""Anchors are read from wherever a policy names them, and survive a file that breaks."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from monitor import parse
from monitor.model import Anchor, Anchors, Failure, FailureReason
from monitor.sources import anchors as shelf_file
from monitor.sources import system
from monitor.sources.anchors import TrustStoreLoader
from monitor.sources.files.texts import file_missing
from monitor.sources.texts import NO_SYSTEM_BUNDLE
from support.pki import Issued, authority


@pytest.fixture(scope="module")
def one() -> Issued:
    """Return one CA."""
    return authority("One CA")


@pytest.fixture(scope="module")
def two() -> Issued:
    """Return another CA."""
    return authority("Two CA")


def names(anchors: Anchors) -> list[str]:
    """Return the names of anchors in ascending order."""
    return sorted(anchor.certificate.subject_cn for anchor in anchors.members)


def write(folder: Path, name: str, content: bytes) -> str:
    """Return the path of a file with this content."""
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    return str(file)


@pytest.mark.parametrize("name", ["ca.pem", "ca.crt", "ca.cer", "ca"])
@pytest.mark.parametrize("form", ["pem", "der"])
def test_file(tmp_path: Path, one: Issued, name: str, form: str) -> None:
    """PEM and DER are read whatever the file is called, and an anchor knows its file."""
    path = write(tmp_path, name, one.pem if form == "pem" else one.der)
    expected = (Anchor(parse.parse_certificate(one.der), one.der, path),)
    assert TrustStoreLoader().anchors((path,), 0.0).members == expected


def test_bundle(tmp_path: Path, one: Issued, two: Issued) -> None:
    """Every certificate of a file is an anchor."""
    path = write(tmp_path, "ca.pem", one.pem + two.pem)
    assert names(TrustStoreLoader().anchors((path,), 0.0)) == ["One CA", "Two CA"]


def test_folder(tmp_path: Path, one: Issued, two: Issued) -> None:
    """A folder gives the certificates of its files; others in it do no harm."""
    write(tmp_path, "a.pem", one.pem)
    write(tmp_path, "b.cer", two.der)
    write(tmp_path, "c.pem", b"hello")
    write(tmp_path, "d.txt", b"hello")
    shelf = TrustStoreLoader()
    trust = (str(tmp_path),)
    assert (names(shelf.anchors(trust, 0.0)), shelf.problems(trust)) == (["One CA", "Two CA"], ())


def test_several_paths(tmp_path: Path, one: Issued, two: Issued) -> None:
    """All paths of a list count, and a certificate in two of them is one anchor."""
    trust = (write(tmp_path, "a.pem", one.pem), write(tmp_path, "b.pem", one.pem + two.pem))
    assert names(TrustStoreLoader().anchors(trust, 0.0)) == ["One CA", "Two CA"]


def test_same_object(tmp_path: Path, one: Issued) -> None:
    """While nothing changes the same object is given out, checked or not."""
    trust = (write(tmp_path, "a.pem", one.pem),)
    shelf = TrustStoreLoader()
    given = [shelf.anchors(trust, at) for at in (0.0, 59.0, 61.0, 1000.0)]
    assert {id(anchors) for anchors in given} == {id(given[0])}


def test_change_is_seen_after_a_minute(tmp_path: Path, one: Issued, two: Issued) -> None:
    """A changed file counts from the next check on, a minute after the last."""
    trust = (write(tmp_path, "a.pem", one.pem),)
    shelf = TrustStoreLoader()
    before = names(shelf.anchors(trust, 0.0))
    write(tmp_path, "a.pem", two.pem + b"\n")
    given = [names(shelf.anchors(trust, at)) for at in (59.9, 60.0)]
    assert (before, given) == (["One CA"], [["One CA"], ["Two CA"]])


def test_lists_that_share_a_file(tmp_path: Path, one: Issued, two: Issued) -> None:
    """A file in two lists is checked once, and its change reaches both."""
    a, b = write(tmp_path, "a.pem", one.pem), write(tmp_path, "b.pem", two.pem)
    shelf = TrustStoreLoader()
    shelf.anchors((a,), 0.0)
    shelf.anchors((a, b), 0.0)
    write(tmp_path, "a.pem", two.pem + b"\n")
    assert [names(shelf.anchors(trust, 60.0)) for trust in ((a,), (a, b))] == [["Two CA"], ["Two CA"]]


def test_missing_from_the_start(tmp_path: Path) -> None:
    """A file that is not there gives no anchor and a problem, never an exception."""
    path = str(tmp_path / "ca.pem")
    shelf = TrustStoreLoader()
    assert (names(shelf.anchors((path,), 0.0)), shelf.problems((path,))) == (
        [],
        (Failure(FailureReason.NOT_FOUND, file_missing(path=path), path),),
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, FailureReason.NOT_FOUND),
        (b"", FailureReason.NOT_A_CERTIFICATE),
        (b"-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n", FailureReason.NOT_A_CERTIFICATE),
    ],
)
def test_broken_file_keeps_its_anchors(
    tmp_path: Path, one: Issued, content: bytes | None, reason: FailureReason
) -> None:
    """A file that breaks keeps its last good anchors and reports why; repaired, it has no problem."""
    path = write(tmp_path, "ca.pem", one.pem)
    shelf = TrustStoreLoader()
    good = shelf.anchors((path,), 0.0)
    if content is None:
        Path(path).unlink()
    else:
        write(tmp_path, "ca.pem", content)
    broken = shelf.anchors((path,), 60.0)
    problems = [problem.reason for problem in shelf.problems((path,))]
    write(tmp_path, "ca.pem", one.pem)
    shelf.anchors((path,), 120.0)
    assert (broken is good, problems, shelf.problems((path,))) == (True, [reason], ())


def test_removed_from_a_folder(tmp_path: Path, one: Issued, two: Issued) -> None:
    """An anchor whose file was taken out of a readable folder goes: that is how trust is withdrawn."""
    write(tmp_path, "a.pem", one.pem)
    write(tmp_path, "b.pem", two.pem)
    shelf, trust = TrustStoreLoader(), (str(tmp_path),)
    shelf.anchors(trust, 0.0)
    (tmp_path / "a.pem").unlink()
    assert names(shelf.anchors(trust, 60.0)) == ["Two CA"]


def test_removed_beside_a_broken_one(tmp_path: Path, one: Issued, two: Issued) -> None:
    """A broken file in a folder keeps its own anchors only: others can still be taken out."""
    write(tmp_path, "a.pem", one.pem)
    write(tmp_path, "b.pem", two.pem)
    shelf, trust = TrustStoreLoader(), (str(tmp_path),)
    shelf.anchors(trust, 0.0)
    (tmp_path / "a.pem").unlink()
    write(tmp_path, "b.pem", b"-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n")
    kept = names(shelf.anchors(trust, 60.0))
    assert (kept, [problem.location for problem in shelf.problems(trust)]) == (
        ["Two CA"],
        [str(tmp_path / "b.pem")],
    )


def test_pkcs7(tmp_path: Path, one: Issued, two: Issued) -> None:
    """A .p7b, as Windows exports a chain, gives all its certificates."""
    content = pkcs7.serialize_certificates([one.certificate, two.certificate], Encoding.DER)
    path = write(tmp_path, "chain.p7b", content)
    assert names(TrustStoreLoader().anchors((path,), 0.0)) == ["One CA", "Two CA"]


def test_removed_folder(tmp_path: Path, one: Issued) -> None:
    """A folder that is gone keeps its last anchors."""
    folder = tmp_path / "trust"
    write(folder, "a.pem", one.pem)
    shelf, trust = TrustStoreLoader(), (str(folder),)
    shelf.anchors(trust, 0.0)
    (folder / "a.pem").unlink()
    folder.rmdir()
    kept = names(shelf.anchors(trust, 60.0))
    assert (kept, [problem.reason for problem in shelf.problems(trust)]) == (
        ["One CA"],
        [FailureReason.NOT_FOUND],
    )


def test_damaged_block(tmp_path: Path, one: Issued) -> None:
    """One damaged block of a bundle costs only itself and is reported at its file."""
    damaged = b"-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n"
    path = write(tmp_path, "ca.pem", damaged + one.pem)
    shelf = TrustStoreLoader()
    kept = names(shelf.anchors((path,), 0.0))
    problems = [(problem.reason, problem.location) for problem in shelf.problems((path,))]
    assert (kept, problems) == (["One CA"], [(FailureReason.BAD_CERTIFICATE, path)])


def test_problems_of_lists_not_asked_for() -> None:
    """A list that was never used has no problems."""
    assert TrustStoreLoader().problems(("/none",)) == ()


def bundles(monkeypatch: pytest.MonkeyPatch, *paths: str) -> None:
    """Let the operating system's bundles be these."""
    monkeypatch.setattr(system, "bundles", lambda: paths)


def test_system(tmp_path: Path, one: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """``system`` is the first bundle that exists and holds a certificate."""
    empty, full = write(tmp_path, "empty.pem", b""), write(tmp_path, "full.pem", one.pem)
    bundles(monkeypatch, str(tmp_path / "none"), empty, full)
    shelf = TrustStoreLoader()
    origins = [anchor.origin for anchor in shelf.anchors(("system",), 0.0).members]
    assert (origins, shelf.problems(("system",))) == ([full], ())


def test_system_without_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any bundle says so."""
    bundles(monkeypatch)
    assert system.bundle({}) == ({}, (Failure(FailureReason.NOT_FOUND, NO_SYSTEM_BUNDLE, "system"),))


def test_system_is_kept_when_it_fails(tmp_path: Path, one: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the system's bundle is being rewritten, the last good one counts."""
    bundles(monkeypatch, write(tmp_path, "ca.pem", one.pem))
    shelf = TrustStoreLoader()
    good = shelf.anchors(("system",), 0.0)
    bundles(monkeypatch)
    assert (shelf.anchors(("system",), 60.0) is good, len(shelf.problems(("system",)))) == (True, 1)


def test_unchanged_system_is_not_read_again(
    tmp_path: Path, one: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unchanged bundle is not parsed again every minute."""
    path = write(tmp_path, "ca.pem", one.pem)
    bundles(monkeypatch, path)
    known, _ = system.bundle({})
    again, _ = system.bundle(known)
    assert again[path] is known[path]


def test_real_system() -> None:
    """This machine, or certifi, has anchors, and nothing is wrong with them."""
    shelf = TrustStoreLoader()
    anchors = shelf.anchors(("system",), 0.0)
    assert (len(anchors.members) > 50, shelf.problems(("system",))) == (True, ())


def test_recheck_is_a_minute() -> None:
    """The documented minute is the one in force."""
    assert shelf_file.RECHECK_AFTER == 60.0
