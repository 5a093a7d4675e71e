"""Reports of Windows machines as targets: what they show, when they are late, and what is no report."""

import asyncio
import os
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import Failure, FailureReason, Policy, ProbeResult, Target
from monitor.model.texts import located
from monitor.sources import texts, windows_report
from monitor.sources.files.texts import file_missing
from monitor.sources.windows_report import WindowsReportFile, WindowsReportSource
from monitor.windows.report import LARGEST
from monitor.windows.texts import report_too_large
from support.factories.sources.windows_documents import TAKEN, der, stored, written
from support.written import written as sentence

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="needs Unix files: run on Linux")
RECORDER = der("rec01.vms.example")
HOUR = timedelta(hours=1)
LATE = texts.report_late(host="rec01.vms.example", at=TAKEN)


class At:
    """A clock that stands still."""

    def __init__(self, at: datetime) -> None:
        """Take the time."""
        self._at = at

    def now(self) -> datetime:
        """Return the wall time."""
        return self._at

    def monotonic(self) -> float:
        """Return nothing of use."""
        return 0.0


def target(file: Path, host: str = "rec01.vms.example", policy: Policy | None = None) -> Target:
    """Return the target of one report."""
    settings = WindowsReportFile(kind="windows_report", file=str(file), host=host, late_after=3 * HOUR)
    return settings.target(policy or Policy())


def probe(wanted: Target, now: datetime = TAKEN) -> ProbeResult:
    """Return what one probe gives at this time."""
    source = WindowsReportSource(clock=At(now))
    try:
        return asyncio.run(source.probe(wanted.request))
    finally:
        source.pool.close()


def report(folder: Path, data: bytes, filed_at: datetime = TAKEN) -> Path:
    """Write a report of this content, as if at this time."""
    file = folder / "rec01.vms.example.json"
    file.write_bytes(data)
    os.utime(file, (filed_at.timestamp(),) * 2)
    return file


def test_the_target_is_the_machine(tmp_path: Path) -> None:
    """It is joined by its host, and old certificates may lie beside their successors."""
    made = target(tmp_path / "x.json")
    assert (made.id, made.kind, made.host, made.location, made.collection, made.info.title) == (
        "windows_report:rec01.vms.example",
        "windows_report",
        "rec01.vms.example",
        str(tmp_path / "x.json"),
        True,
        "rec01.vms.example (Windows)",
    )


def test_a_report_shows_its_certificates_and_machine(tmp_path: Path) -> None:
    """Nothing failed."""
    seen = probe(target(report(tmp_path, written(stored(RECORDER)))))
    assert [one.location.rpartition("/")[0] for one in seen.sightings] == [
        "rec01.vms.example/LocalMachine/My"
    ]
    assert seen.machine is not None
    assert seen.failures == ()


@pytest.mark.parametrize("host", ["rec01.vms.example", "rec01", "rec01.other.example"])
def test_a_report_may_be_called_by_any_name_of_its_machine(tmp_path: Path, host: str) -> None:
    """The full name may be another where it is written; the short one is enough."""
    assert probe(target(report(tmp_path, written()), host)).failures == ()


def test_a_report_of_another_machine_is_refused(tmp_path: Path) -> None:
    """A file that was copied or whose writer pretends to be another is not joined with that machine."""
    file = report(tmp_path, written())
    said = texts.report_of_another_machine(path=str(file), machine="rec01.vms.example")
    assert probe(target(file, "rec02.vms.example")) == ProbeResult(
        failures=(Failure(FailureReason.BAD_ANSWER, said),)
    )


def test_a_late_report_fails_and_still_shows(tmp_path: Path) -> None:
    """What it showed stays judged, and the probe has failed."""
    file = report(tmp_path, written(stored(RECORDER)))
    seen = probe(target(file), TAKEN + 4 * HOUR)
    assert seen.failures == seen.unreachable_failures == (Failure(FailureReason.LATE, LATE, str(file)),)
    assert len(seen.sightings) == 1


def test_a_report_that_has_been_late_for_too_long_is_forgotten(tmp_path: Path) -> None:
    """After ``forget_after`` its certificates are not shown any more."""
    file = report(tmp_path, written(stored(RECORDER)))
    seen = probe(target(file, policy=Policy(forget_after=24 * HOUR)), TAKEN + 100 * HOUR)
    assert (seen.sightings, [one.reason for one in seen.failures]) == ((), [FailureReason.LATE])
    assert "was written 4 days ago" in sentence(seen.failures[0], TAKEN + 100 * HOUR)


def test_just_not_late(tmp_path: Path) -> None:
    """The limit itself is in time."""
    assert probe(target(report(tmp_path, written(stored(RECORDER)))), TAKEN + 3 * HOUR).failures == ()


def test_a_clock_ahead_is_reported_and_the_file_has_the_age(tmp_path: Path) -> None:
    """The machine's certificates were seen: nothing is unreachable."""
    file = report(tmp_path, written(stored(RECORDER)), filed_at=TAKEN - 5 * HOUR)
    seen = probe(target(file), TAKEN - 4 * HOUR)
    assert seen.unreachable_failures == ()
    (failure,) = seen.failures
    assert failure.message == texts.report_clock(
        host="rec01.vms.example", taken_at=TAKEN, filed_at=TAKEN - 5 * HOUR
    )


def test_a_clock_behind_is_said(tmp_path: Path) -> None:
    """The file is fresh, what is in it says that it is old."""
    seen = probe(target(report(tmp_path, written(stored(RECORDER)), TAKEN + 9 * HOUR)), TAKEN + 9 * HOUR)
    assert (seen.unreachable_failures, [one.reason for one in seen.failures]) == (
        (),
        [FailureReason.BAD_ANSWER],
    )


def test_a_clock_ahead_does_not_hide_that_a_report_is_late(tmp_path: Path) -> None:
    """A machine that died in the future is reported all the same."""
    file = report(tmp_path, written(stored(RECORDER)), filed_at=TAKEN - 9 * HOUR)
    assert [one.reason for one in probe(target(file), TAKEN - 4 * HOUR).failures] == [FailureReason.LATE]


def test_an_unknown_age_is_late(tmp_path: Path) -> None:
    """Both clocks are ahead of ours."""
    seen = probe(target(report(tmp_path, written(stored(RECORDER)))), TAKEN - 9 * HOUR)
    assert seen.unreachable_failures == (
        Failure(
            FailureReason.LATE,
            texts.report_age_unknown(host="rec01.vms.example", taken_at=TAKEN, filed_at=TAKEN),
            str(tmp_path / "rec01.vms.example.json"),
        ),
    )


def test_a_report_that_is_gone(tmp_path: Path) -> None:
    """Until its grace is over that is a failure of the target as a whole: what was known stays."""
    file = tmp_path / "rec01.json"
    assert probe(target(file)) == ProbeResult(
        failures=(Failure(FailureReason.NOT_FOUND, file_missing(path=str(file))),)
    )


@pytest.mark.parametrize(
    ("data", "reason", "said"),
    [
        (
            written()[:40],
            FailureReason.BAD_ANSWER,
            ": the report is not a complete JSON document: EOF while parsing a value",
        ),
        (
            b"\x00" * 10,
            FailureReason.BAD_ANSWER,
            ": the report is not a complete JSON document: expected value",
        ),
        (
            b"",
            FailureReason.BAD_ANSWER,
            ": the report is not a complete JSON document: EOF while parsing a value",
        ),
        (b"{}", FailureReason.BAD_ANSWER, ": not a report of the collector: version: Field required"),
    ],
)
def test_what_is_no_report(tmp_path: Path, data: bytes, reason: FailureReason, said: str) -> None:
    """The sentence names the file and what is wrong with it."""
    file = report(tmp_path, data)
    (failure,) = probe(target(file)).failures
    assert (failure.reason, failure.location) == (reason, "")
    assert sentence(failure).startswith(f"{file}{said}")


def test_a_report_that_is_far_too_large(tmp_path: Path) -> None:
    """It is not read at all; 2 GB of nothing need no disk."""
    file = tmp_path / "rec01.json"
    with file.open("wb") as stream:
        stream.truncate(2 * 1024**3)
    said = located(location=str(file), problem=report_too_large(mebibytes=LARGEST >> 20))
    assert probe(target(file)).failures == (Failure(FailureReason.TOO_LARGE, said),)


@UNIX
def test_a_pipe_instead_of_a_report(tmp_path: Path) -> None:
    """Nobody writes to it, and the probe does not wait."""
    file = tmp_path / "rec01.json"
    os.mkfifo(file)
    assert probe(target(file)).failures == (
        Failure(FailureReason.UNREADABLE, located(location=str(file), problem=texts.REPORT_NOT_A_FILE)),
    )


@UNIX
def test_a_folder_instead_of_a_report(tmp_path: Path) -> None:
    """It is no regular file."""
    assert [one.reason for one in probe(target(tmp_path)).failures] == [FailureReason.UNREADABLE]


@UNIX
def test_a_link_to_itself(tmp_path: Path) -> None:
    """The system's own words end up in the failure."""
    file = tmp_path / "rec01.json"
    file.symlink_to(file)
    assert [(one.reason, one.location) for one in probe(target(file)).failures] == [
        (FailureReason.UNREADABLE, "")
    ]


def test_a_share_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe ends in its time and leaves its thread behind."""
    held = threading.Event()
    monkeypatch.setattr("monitor.sources.windows_report._content", lambda path: held.wait(30))
    wanted = target(tmp_path / "rec01.json", policy=Policy(timeout=timedelta(milliseconds=50)))
    try:
        seen = probe(wanted)
    finally:
        held.set()
    said = texts.report_timeout(path=str(tmp_path / "rec01.json"), timeout=timedelta(milliseconds=50))
    assert seen.failures == (Failure(FailureReason.TIMEOUT, said),)


def test_a_share_that_hangs_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty probes of a folder that hangs do not hold up a probe of another."""
    held = threading.Event()
    real = windows_report._content

    def content(path: str) -> tuple[bytes, datetime]:
        if "hung" in path:
            held.wait(30)
        return real(path)

    monkeypatch.setattr(windows_report, "_content", content)
    good = target(report(tmp_path, written(stored(RECORDER))))
    short = Policy(timeout=timedelta(milliseconds=100))
    hung = [target(tmp_path / "hung" / f"rec{number}.json", policy=short) for number in range(20)]

    async def run() -> list[ProbeResult]:
        source = WindowsReportSource(clock=At(TAKEN))
        try:
            return await asyncio.gather(*map(source.probe, [one.request for one in (*hung, good)]))
        finally:
            held.set()
            source.pool.close()

    *lost, seen = asyncio.run(run())
    assert {one.failures[0].reason for one in lost} == {FailureReason.TIMEOUT}
    assert (len(seen.sightings), seen.failures) == (1, ())


def test_a_share_that_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lane is free again when the threads have returned."""
    held = threading.Event()
    real = windows_report._content
    monkeypatch.setattr(windows_report, "_content", lambda path: (held.wait(30), real(path))[1])
    file = report(tmp_path, written(stored(RECORDER)))
    short, patient = (target(file, policy=Policy(timeout=timedelta(seconds=s))) for s in (0.05, 20))

    async def run() -> tuple[list[ProbeResult], ProbeResult]:
        source = WindowsReportSource(clock=At(TAKEN))
        try:
            lost = await asyncio.gather(*(source.probe(short.request) for _ in range(5)))
            held.set()
            return lost, await source.probe(patient.request)
        finally:
            source.pool.close()

    lost, seen = asyncio.run(run())
    assert [one.failures[0].reason for one in lost] == [FailureReason.TIMEOUT] * 5
    assert (len(seen.sightings), seen.failures) == (1, ())


def test_a_file_time_beyond_all_calendars(tmp_path: Path) -> None:
    """What the report itself says counts."""
    file = report(tmp_path, written(stored(RECORDER)))
    try:
        os.utime(file, (1e12, 1e12))
    except (OverflowError, OSError):
        pytest.skip("this file system keeps no such times: use ext4 or tmpfs")
    assert probe(target(file)).failures == ()
