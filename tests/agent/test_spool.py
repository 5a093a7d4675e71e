"""The spool keeps answers over a kill, in order and within its limit, with the certificates they name."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from monitor.agent.spool import Spool
from monitor.agent.spool_lock import SpoolLock
from monitor.errors import SystemBrokenError

Open = Callable[[int], Spool]
MOST = 10**6
ALL = (1000, MOST)
DERS = {"aa": b"leaf", "bb": b"root"}


def answer(number: int, *names: str) -> tuple[Mapping[str, object], Mapping[str, bytes]]:
    """Return an answer that names certificates, and these."""
    return {"id": f"t{number}", "seen": [[name, 0] for name in names]}, {name: DERS[name] for name in names}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Return what opens the spool of a folder; all are closed at the end."""
    spools: list[Spool] = []

    def opened(limit: int) -> Spool:
        spools.append(Spool(tmp_path, limit))
        return spools[-1]

    yield opened
    for spool in spools:
        spool.close()


def ids(answers: Any) -> list[str]:
    """Return which answers these are."""
    return [one["id"] for one in answers]


def test_answers_wait_in_order(tmp_path: Path, opened: Open) -> None:
    """They stay until they are done with."""
    spool = opened(MOST)
    spool.append([answer(1, "aa", "bb"), answer(2, "aa")])
    first = spool.take(*ALL)
    assert (ids(first.answers), first.certificates, spool.count) == (["t1", "t2"], DERS, 2)
    assert spool.take(*ALL) == first
    spool.done()
    assert (spool.take(*ALL).answers, spool.count, list(tmp_path.iterdir())) == ((), 0, [])


def test_a_part_is_taken(opened: Open) -> None:
    """Certificates written with an earlier answer are there for later ones."""
    spool = opened(MOST)
    spool.append([answer(1, "aa"), answer(2, "bb"), answer(3, "aa")])
    spool.take(2, MOST)
    spool.done()
    rest = spool.take(*ALL)
    assert (ids(rest.answers), rest.certificates, spool.count) == (["t3"], {"aa": b"leaf"}, 1)


def test_a_part_is_bounded_by_bytes(opened: Open) -> None:
    """But one answer is always taken, however large."""
    spool = opened(MOST)
    spool.append([answer(1, "aa"), answer(2, "aa")])
    assert ids(spool.take(1000, 1).answers) == ["t1"]


def test_what_was_spooled_is_there_after_a_kill(tmp_path: Path, opened: Open) -> None:
    """The last line of a killed process may be cut off; everything before it is read."""
    spool = opened(MOST)
    spool.append([answer(1, "aa"), answer(2, "bb")])
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes() + b'{"a":{"id":"t3"')
    again = opened(MOST)
    again.append([answer(4, "aa")])
    assert again.count == 3
    first = again.take(*ALL)
    again.done()
    second = again.take(*ALL)
    again.done()
    assert (ids(first.answers), ids(second.answers), again.count) == (["t1", "t2"], ["t4"], 0)
    assert second.certificates == {"aa": b"leaf"}
    assert again.take(*ALL).answers == ()


def test_the_oldest_are_dropped_and_counted(tmp_path: Path, opened: Open) -> None:
    """The disk of the agent's machine does not fill, and what is newest arrives."""
    spool = opened(4000)
    spool.append([answer(number, "aa") for number in range(200)])
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 4000
    assert spool.dropped + spool.count == 200
    left: list[str] = []
    while found := spool.take(*ALL).answers:
        left += ids(found)
        spool.done()
    assert left == [f"t{number}" for number in range(spool.dropped, 200)]


def test_dropping_what_is_being_sent(opened: Open) -> None:
    """What is done with then is not what came after it."""
    spool = opened(4000)
    spool.append([answer(1, "aa")])
    spool.take(*ALL)
    spool.append([answer(number, "aa") for number in range(2, 200)])
    before = spool.count
    spool.done()
    assert spool.count == before


def test_a_full_disk_costs_what_it_does_not_take(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is counted; what was there before stays, and what comes later is kept when there is room again."""
    spool = opened(MOST)
    spool.append([answer(1, "aa")])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(spool, "_write", full)
        spool.append([answer(2, "aa"), answer(3, "aa")])
    spool.append([answer(4, "aa")])
    assert (spool.dropped, spool.count) == (2, 2)
    left: list[str] = []
    while found := spool.take(*ALL).answers:
        left += ids(found)
        spool.done()
    assert left == ["t1", "t4"]


class FullDisk:
    """A file of which a full disk takes the beginning of a line, and the rest when it is closed."""

    def __init__(self, file: Any) -> None:
        """Take the file."""
        self._file = file
        self._rest = b""

    def write(self, data: bytes) -> None:
        """Take a part."""
        self._file.write(data[:5])
        self._rest = data[5:]
        raise OSError(28, "No space left on device")

    def close(self) -> None:
        """Take the rest."""
        self._file.write(self._rest)
        self._file.close()


def test_a_full_disk_leaves_neither_parts_nor_files(
    tmp_path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it lasts; what was not counted as kept is not sent either."""
    spool = opened(MOST)
    spool.append([answer(1, "aa")])
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    real: Any = Path.open
    spool._file = FullDisk(spool._file)  # type: ignore[assignment]
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", lambda path, mode: FullDisk(real(path, mode)))
        for number in range(2, 6):
            spool.append([answer(number)])
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before
    assert (ids(spool.take(*ALL).answers), spool.count, spool.dropped) == (["t1"], 1, 4)
    spool.done()
    assert (spool.count, list(tmp_path.iterdir())) == (0, [])


def test_sent_while_written(opened: Open) -> None:
    """What is appended between taking and being done is taken next."""
    spool = opened(MOST)
    spool.append([answer(1, "aa")])
    spool.take(*ALL)
    spool.append([answer(2, "aa")])
    spool.done()
    rest = spool.take(*ALL)
    assert (ids(rest.answers), rest.certificates) == (["t2"], {"aa": b"leaf"})


def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path, opened: Open) -> None:
    """It is neither read nor deleted, and keeps no agent from starting."""
    (tmp_path / "notes.answers").write_text("mine\n")
    spool = opened(MOST)
    spool.append([answer(1, "aa")])
    spool.take(*ALL)
    spool.done()
    assert [one.name for one in tmp_path.iterdir()] == ["notes.answers"]


def test_two_agents_do_not_share_a_spool(tmp_path: Path) -> None:
    """The lock is free again when the first one ends."""
    first = SpoolLock(tmp_path)
    with pytest.raises(SystemBrokenError, match="another agent"):
        SpoolLock(tmp_path)
    first.release()
    SpoolLock(tmp_path).release()
