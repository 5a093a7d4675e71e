"""Key stores that want a passphrase: which are tried, how often, and what is said of closed ones."""

import os
import time
from pathlib import Path

import pytest

from monitor.alerts.resolution.renewals import unreachable_at
from monitor.model import Failure, FailureReason, TargetState
from monitor.model.texts import joined, located
from monitor.parse.stores import pkcs12 as reading
from monitor.parse.texts import NO_PASSPHRASE
from monitor.sources.anchors import TrustStoreLoader
from monitor.sources.files.source import FilesSource
from monitor.sources.files.texts import NO_PASSPHRASES
from support.factories.sources.file_probes import UNIX, locations, probe, reasons, write
from support.factories.sources.watched_stores import after, target, word
from support.pki.key_stores import LEAF, ROOT, jks, pkcs12, trusted
from support.written import written


def test_no_passphrase(tmp_path: Path) -> None:
    """A store that needs a passphrase is its own kind of failure, and says what to do."""
    write(tmp_path, a_p12=pkcs12(), b_pem=LEAF.pem)
    seen = probe(target(tmp_path))
    path = str(tmp_path / "a.p12")
    said = located(location=path, problem=joined((NO_PASSPHRASE, NO_PASSPHRASES)))
    assert (locations(seen, tmp_path), seen.failures) == (
        ["b.pem"],
        (Failure(FailureReason.PASSPHRASE, said, path),),
    )


def test_no_passphrase_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of tried ones is reported, and which could not be read; none of them is shown."""
    monkeypatch.setenv("STORE_WORD", "hunter2")
    write(tmp_path, a_p12=pkcs12())
    wanted = target(
        tmp_path / "a.p12",
        passphrases=(word(tmp_path, "hunter3"), {"env": "STORE_WORD"}, {"env": "STORE_UNSET"}),
    )
    detail = (
        f"{tmp_path / 'a.p12'}: none of the 2 passphrases that were tried fits; "
        "the environment variable that the configuration names is not set"
    )
    source = FilesSource()
    seen = probe(wanted, source)
    shown = repr((seen, wanted, source._known))
    assert ([written(f) for f in seen.failures], "hunter" in shown) == ([detail], False)


def test_passphrases_are_tried_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is opened by the passphrase of the list that fits it."""
    monkeypatch.setenv("STORE_WORD", "another")
    write(tmp_path, a_p12=pkcs12(), b_p12=pkcs12("another", name="b"), c_p12=pkcs12(None, name="c"))
    seen = probe(target(tmp_path, passphrases=(word(tmp_path), {"env": "STORE_WORD"})))
    heads = [
        location
        for location, one in zip(locations(seen, tmp_path), seen.sightings, strict=True)
        if not one.position
    ]
    assert (heads, seen.failures) == (["a.p12#web", "b.p12#b", "c.p12#c"], ())


def test_a_rotated_passphrase(tmp_path: Path) -> None:
    """A passphrase is read at the probe: the next one tries a file again that none had opened."""
    write(tmp_path, a_p12=pkcs12())
    source, wanted = FilesSource(), target(tmp_path / "a.p12", passphrases=(word(tmp_path, "wrong"),))
    first = reasons(probe(wanted, source))
    word(tmp_path)
    second = probe(wanted, source)
    assert (first, locations(second, tmp_path), second.failures) == (
        [(FailureReason.PASSPHRASE, "a.p12")],
        ["a.p12#web"] * 2,
        (),
    )


def test_unchanged_files_are_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an opened nor a closed file is read again while nothing about it changes."""
    write(tmp_path, a_p12=pkcs12(), b_p12=pkcs12("another"))
    source, wanted = FilesSource(), target(tmp_path, passphrases=(word(tmp_path),))
    tried: list[int] = []
    real = reading.read
    monkeypatch.setattr(reading, "read", lambda data, opening: tried.append(1) or real(data, opening))
    seen = [probe(wanted, source) for _ in range(3)]
    assert (len(tried), seen[0] == seen[1] == seen[2]) == (2, True)


def test_an_opened_file_needs_its_passphrase_no_more(tmp_path: Path) -> None:
    """What was read stays known while the file does not change, whatever becomes of the passphrase."""
    write(tmp_path, a_p12=pkcs12())
    source, wanted = FilesSource(), target(tmp_path / "a.p12", passphrases=(word(tmp_path),))
    probe(wanted, source)
    (tmp_path / "word").unlink()
    assert probe(wanted, source).failures == ()


def test_whether_a_store_is_whole(tmp_path: Path) -> None:
    """A Java store that no passphrase fits is reported, but it was seen."""
    write(tmp_path, a_jks=jks(trusted(b"ca", ROOT.der), word="another"))
    seen = probe(target(tmp_path / "a.jks", passphrases=(word(tmp_path),)))
    assert (locations(seen, tmp_path), reasons(seen), seen.unreachable_failures) == (
        ["a.jks#ca"],
        [(FailureReason.PASSPHRASE, "a.jks")],
        (),
    )


def test_last_known_stays_while_a_store_is_closed(tmp_path: Path) -> None:
    """What was seen under an alias stays known while its file cannot be opened."""
    write(tmp_path, a_p12=pkcs12())
    wanted, source = target(tmp_path / "a.p12", passphrases=(word(tmp_path),)), FilesSource()
    before = after(TargetState(wanted), probe(wanted, source))
    write(tmp_path, a_p12=pkcs12("changed"))
    state = after(before, probe(wanted, source))
    location = f"{tmp_path / 'a.p12'}#web"
    assert (
        state.sightings == before.sightings,
        state.up,
        unreachable_at(state, location),
        unreachable_at(state, "x#web"),
    ) == (
        True,
        False,
        True,
        False,
    )


def test_a_closed_store_as_anchor(tmp_path: Path) -> None:
    """A store that needs a passphrase is no anchor, and says so."""
    write(tmp_path, a_p12=pkcs12())
    shelf = TrustStoreLoader()
    shelf.anchors((str(tmp_path / "a.p12"),), 0)
    (problem,) = shelf.problems((str(tmp_path / "a.p12"),))
    assert written(problem).startswith(f"{tmp_path / 'a.p12'}: it needs a passphrase")


@UNIX
def test_a_pipe_instead_of_a_passphrase(tmp_path: Path) -> None:
    """A passphrase that never comes ends the probe in its time, and what was seen before stays."""
    os.mkfifo(tmp_path / "word")
    write(tmp_path, a_pem=LEAF.pem, b_p12=pkcs12())
    start = time.monotonic()
    wanted = target(tmp_path, passphrases=({"file": str(tmp_path / "word")},), timeout=0.5)
    seen = probe(wanted)
    with (tmp_path / "word").open("w"):
        pass  # lets the thread go
    assert (
        locations(seen, tmp_path),
        [one.reason for one in seen.failures],
        time.monotonic() - start < 30,
    ) == (
        ["a.pem"],
        [FailureReason.TIMEOUT],
        True,
    )


def test_many_closed_stores_end_in_time(tmp_path: Path) -> None:
    """Stores that cost seconds each are probed as long as the time lasts, and the rest the next time."""
    slow = pkcs12(rounds=1_500_000)
    for number in range(8):
        (tmp_path / f"{number:02}.p12").write_bytes(slow)
    wanted = target(tmp_path, passphrases=(word(tmp_path),), timeout=0.5)
    start = time.monotonic()
    seen = probe(wanted)
    assert (FailureReason.TIMEOUT in {one.reason for one in seen.failures}, time.monotonic() - start < 8) == (
        True,
        True,
    )
