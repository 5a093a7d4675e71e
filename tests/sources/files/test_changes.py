"""Files that change, vanish, hang or never end cost no more than themselves, and unchanged ones nothing."""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.model import FailureReason, ProbeResult
from monitor.sources.files import certfile, source
from monitor.sources.files.source import FilesSource
from monitor.sources.files.walk import Budget
from support.factories.sources.file_probes import UNIX, locations, probe, reasons, target, write
from support.pki import Issued, leaf
from support.written import written


@pytest.fixture(scope="module")
def first() -> Issued:
    """Return one certificate."""
    return leaf("first.example")


@pytest.fixture(scope="module")
def second() -> Issued:
    """Return another certificate."""
    return leaf("second.example")


@UNIX
def test_link_loops(tmp_path: Path, first: Issued) -> None:
    """Loops of symbolic links end, and a folder is listed once."""
    write(tmp_path, a__b_pem=first.pem)
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to("self")
    seen = probe(target(f"{tmp_path}/**/*.pem"))
    assert (locations(seen, tmp_path), seen.failures) == (["a/b.pem"], ())


@UNIX
def test_dangling_link(tmp_path: Path, first: Issued) -> None:
    """A dangling link is passed over when matched and not found when named."""
    write(tmp_path, a_pem=first.pem)
    (tmp_path / "b.pem").symlink_to("none")
    matched, named = probe(target(f"{tmp_path}/*.pem")), probe(target(tmp_path / "b.pem"))
    assert (locations(matched, tmp_path), matched.failures, reasons(named)) == (
        ["a.pem"],
        (),
        [(FailureReason.NOT_FOUND, "b.pem")],
    )


@UNIX
def test_volume_of_kubernetes(tmp_path: Path, first: Issued, second: Issued) -> None:
    """A volume shows each certificate once, and after its link was swapped the new one."""
    write(tmp_path, **{"..v1__tls.crt".replace(".", "_"): b""})
    for version, issued in (("..v1", first), ("..v2", second)):
        (tmp_path / version).mkdir(exist_ok=True)
        (tmp_path / version / "tls.crt").write_bytes(issued.pem)
    (tmp_path / "..data").symlink_to("..v1")
    (tmp_path / "tls.crt").symlink_to("..data/tls.crt")
    source, wanted = FilesSource(), target(f"{tmp_path}/**/*.crt")
    before = probe(wanted, source)
    (tmp_path / "..new").symlink_to("..v2")
    (tmp_path / "..new").rename(tmp_path / "..data")
    after = probe(wanted, source)
    shown = [
        [(Path(s.location).name, s.certificate.sha256) for s in seen.sightings] for seen in (before, after)
    ]
    assert shown == [[("tls.crt", first.sha256)], [("tls.crt", second.sha256)]]


@UNIX
def test_links_swapped_during_the_probe(tmp_path: Path, first: Issued, second: Issued) -> None:
    """While another process swaps the link all the time, every probe sees one of the two and never fails."""
    for version, issued in (("v1", first), ("v2", second)):
        write(tmp_path, **{f"{version}__tls_crt": issued.pem})
    (tmp_path / "live").symlink_to("v1")
    stop = threading.Event()

    def swap() -> None:
        count = 0
        while not stop.is_set():
            count += 1
            (tmp_path / "new").symlink_to(f"v{count % 2 + 1}")
            (tmp_path / "new").rename(tmp_path / "live")

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        probes = [probe(target(tmp_path / "live" / "tls.crt")) for _ in range(50)]
    finally:
        stop.set()
        swapping.join()
    assert ({len(seen.sightings) for seen in probes}, {seen.failures for seen in probes}) == ({1}, {()})


def vanishing(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Make the first openings of files find nothing, as between listing and reading."""
    real, left = os.open, [times]

    def gone(path: str, flags: int) -> int:
        if left[0]:
            left[0] -= 1
            raise FileNotFoundError(2, "No such file or directory", path)
        return real(path, flags)

    monkeypatch.setattr(certfile.os, "open", gone)


def test_file_comes_back(tmp_path: Path, first: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """A named file that is away for an instant is tried once more."""
    write(tmp_path, a_pem=first.pem)
    vanishing(monkeypatch, 1)
    assert probe(target(tmp_path / "a.pem")).failures == ()


def test_file_vanishes(tmp_path: Path, first: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """A matched file that is gone when it is read is no failure."""
    write(tmp_path, a_pem=first.pem, b_pem=first.pem)
    vanishing(monkeypatch, 2)
    seen = probe(target(f"{tmp_path}/*.pem"))
    assert (locations(seen, tmp_path), seen.failures) == (["b.pem"], ())


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows with the path of every file opened."""
    real: Callable[[str, int], int] = os.open
    opened: list[str] = []

    def noted(path: str, flags: int) -> int:
        opened.append(Path(path).name)
        return real(path, flags)

    monkeypatch.setattr(certfile.os, "open", noted)
    return opened


def test_unchanged_files_are_not_read(tmp_path: Path, first: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second probe opens nothing that has not changed, and sees the same."""
    write(tmp_path, a_pem=first.pem, b_pem=b"hello")
    opened, source, wanted = counted(monkeypatch), FilesSource(), target(f"{tmp_path}/*.pem")
    probes = [probe(wanted, source) for _ in range(2)]
    assert (opened, probes[0] == probes[1]) == (["a.pem", "b.pem"], True)


def test_changed_file_is_read(tmp_path: Path, first: Issued, second: Issued) -> None:
    """A file replaced by another of the same length is read again."""
    write(tmp_path, a_pem=first.pem)
    source, wanted = FilesSource(), target(f"{tmp_path}/*.pem")
    probe(wanted, source)
    write(tmp_path, a_pem=second.pem.ljust(len(first.pem), b"\n"))
    assert [s.certificate.sha256 for s in probe(wanted, source).sightings] == [second.sha256]


def test_removed_file_is_forgotten(tmp_path: Path, first: Issued) -> None:
    """What was read of a file that is gone is let go."""
    write(tmp_path, a_pem=first.pem, b_pem=first.pem)
    source, wanted = FilesSource(), target(f"{tmp_path}/*.pem")
    probe(wanted, source)
    (tmp_path / "b.pem").unlink()
    probe(wanted, source)
    assert [list(map(os.path.basename, known)) for known in source._known.values()] == [["a.pem"]]


def test_removed_target_is_forgotten(tmp_path: Path, first: Issued) -> None:
    """What was read for a target goes with the target, at the latest with the next probe."""
    write(tmp_path, a_pem=first.pem, b_pem=first.pem)
    source = FilesSource(threads=1)
    probe(target(tmp_path / "a.pem"), source)
    wanted = target(tmp_path / "b.pem")
    probe(wanted, source)
    assert list(source._known) == [wanted.settings]


def test_many_files(tmp_path: Path, first: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """More files than the bound end the probe with what was seen and a failure that names the bound."""
    write(tmp_path, a_pem=first.pem, b_pem=first.pem, c_pem=first.pem)
    monkeypatch.setattr(
        source.Budget, "of", classmethod(lambda cls, t: cls(t, time.monotonic() + t, files=2))
    )
    seen = probe(target(f"{tmp_path}/*.pem"))
    assert (locations(seen, tmp_path), reasons(seen), "100,000 files" in written(seen.failures[0])) == (
        ["a.pem", "b.pem"],
        [(FailureReason.UNREADABLE, "c.pem")],
        True,
    )


def test_many_entries(tmp_path: Path, first: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """More entries than the bound end the probe, matched or not."""
    write(tmp_path, a_pem=first.pem, b_txt=b"", c_txt=b"")
    monkeypatch.setattr(
        source.Budget, "of", classmethod(lambda cls, t: cls(t, time.monotonic() + t, entries=2))
    )
    seen = probe(target(f"{tmp_path}/*.pem"))
    assert [(f.reason, "1,000,000 folder entries" in written(f)) for f in seen.failures] == [
        (FailureReason.UNREADABLE, True)
    ]


def test_hanging_file(tmp_path: Path, first: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that hangs (a dead network disk) costs the timeout; what was seen before stays."""
    write(tmp_path, a_pem=first.pem, b_pem=first.pem)
    real, released = os.open, threading.Event()

    def hanging(path: str, flags: int) -> int:
        if path.endswith("b.pem"):
            released.wait(30)
        return real(path, flags)

    monkeypatch.setattr(certfile.os, "open", hanging)
    source = FilesSource()

    async def watch() -> tuple[ProbeResult, int]:
        seen = await source.probe(target(f"{tmp_path}/*.pem", timeout=1).request)
        await asyncio.sleep(0)  # the pool hears of the cancelling at the loop's next turn
        return seen, source.pool.abandoned

    try:
        seen, abandoned = asyncio.run(watch())
    finally:
        released.set()
    assert (locations(seen, tmp_path), reasons(seen), len(seen.unreachable_failures), abandoned) == (
        ["a.pem"],
        [(FailureReason.TIMEOUT, "b.pem")],
        1,
        1,
    )


def test_a_disk_that_hangs_is_known_by_its_paths(
    tmp_path: Path, first: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds one thread also where each request is made anew and forgotten after its probe."""
    write(tmp_path, b_pem=first.pem)
    real, released = os.open, threading.Event()
    monkeypatch.setattr(certfile.os, "open", lambda path, flags: (released.wait(30), real(path, flags))[1])
    source = FilesSource()

    async def watch() -> int:
        for _ in range(4):
            await source.probe(target(tmp_path / "b.pem", timeout=1).request)
        await asyncio.sleep(0)  # the pool hears of the cancelling at the loop's next turn
        return source.pool.abandoned

    try:
        assert asyncio.run(watch()) == 1
    finally:
        released.set()


def test_a_disk_that_hangs_holds_one_thread(
    tmp_path: Path, first: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it is probed, others are probed; once the disk answers again, so does it."""
    write(tmp_path, a_pem=first.pem, b_pem=first.pem)
    real, released = os.open, threading.Event()

    def hanging(path: str, flags: int) -> int:
        if path.endswith("b.pem"):
            released.wait(30)
        return real(path, flags)

    monkeypatch.setattr(certfile.os, "open", hanging)
    source = FilesSource(threads=1)
    hung, other = target(tmp_path / "b.pem", timeout=1), target(tmp_path / "a.pem", timeout=30)

    async def watch() -> list[ProbeResult]:
        results = [await source.probe(hung.request) for _ in range(3)]
        results.append(await source.probe(other.request))
        released.set()
        deadline = time.monotonic() + 30
        while source.pool.abandoned and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        return [*results, await source.probe(hung.request)]

    try:
        results = asyncio.run(watch())
    finally:
        released.set()
    assert [len(seen.sightings) for seen in results] == [0, 0, 0, 1, 1]
    assert [reasons(seen) for seen in results[1:3]] == [[(FailureReason.TIMEOUT, "b.pem")]] * 2
    assert [seen.partial for seen in results] == [True, True, True, False, False]


class Short(Budget):
    """A budget whose time ends when b.pem is reached the second time, after it was listed."""

    __slots__ = ("reached",)

    def enter(self, path: str) -> None:
        """Count how often the file is reached."""
        if path.endswith("b.pem"):
            self.reached = getattr(self, "reached", 0) + 1
            if self.reached == 2:
                self.deadline = 0.0
        super().enter(path)


def test_slow_probe(tmp_path: Path, first: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """A probe whose time is over between two files ends with what it has."""
    write(tmp_path, a_pem=first.pem, b_pem=first.pem)
    monkeypatch.setattr(source, "Budget", Short)
    seen = probe(target(f"{tmp_path}/*.pem"))
    assert (locations(seen, tmp_path), reasons(seen)) == (["a.pem"], [(FailureReason.TIMEOUT, "b.pem")])
