"""Probe the report that a Windows machine wrote about its certificate stores; opens no connection to it."""

import asyncio
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from weakref import WeakValueDictionary

from pydantic import Field

from monitor.clock import SystemClock
from monitor.model import (
    Clock,
    Failure,
    FailureReason,
    Message,
    Policy,
    ProbeRequest,
    ProbeResult,
    Target,
    TargetInfo,
    make_target_id,
)
from monitor.model.texts import located
from monitor.settings import Duration, TargetSettings
from monitor.sources import texts
from monitor.sources.files.opening import open_descriptor
from monitor.sources.files.walk import failure_of, is_regular
from monitor.threads import ThreadPool
from monitor.windows.document import Report
from monitor.windows.report import LARGEST, ReportError, machine_names, parse_report, report_result
from monitor.windows.texts import report_too_large

KIND = "windows_report"
SKEW = timedelta(minutes=5)
"""How far a clock may be ahead of ours before that is said."""

PER_FOLDER = 2


@dataclass(frozen=True, slots=True)
class ReportFile:
    """The path of one machine's report, and its maximum age."""

    file: str
    host: str
    late_after: timedelta
    kind: Literal["windows_report"] = field(default="windows_report", kw_only=True)


class WindowsReportFile(TargetSettings):
    """The settings of one discovered report; configuration entries name the folder instead."""

    kind: Literal["windows_report"]
    file: str = Field(min_length=1)
    host: str = Field(min_length=1)
    folder_name: str = ""
    late_after: Duration

    def target(self, policy: Policy, origin: str = "") -> Target:
        """Return the target of this machine, found by the discovery ``origin``; reads nothing."""
        within = f"{self.folder_name}/" if self.folder_name else ""
        return Target(
            id=make_target_id(KIND, f"{within}{self.host}"),
            kind=KIND,
            location=self.file,
            settings=ReportFile(self.file, self.host, self.late_after),
            policy=policy,
            labels=tuple(sorted(self.labels.items())),
            host=self.host,
            collection=True,
            info=TargetInfo(title=self.title or f"{self.host} (Windows)"),
            origin=origin,
        )


class WindowsReportSource:
    """Reads reports on its own threads: the folder may be on a share that hangs."""

    def __init__(self, threads: int = 8, clock: Clock | None = None) -> None:
        """Read up to ``threads`` reports at once, and two of one folder."""
        self.pool = ThreadPool(KIND, threads)
        self._clock = clock or SystemClock()
        self._lanes: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Return the result of a report; a stale one counts too, until ``forget_after``."""
        wanted = request.settings
        if not isinstance(wanted, ReportFile):
            raise TypeError(f"{request.target_id} is no windows_report target")
        try:
            async with asyncio.timeout(request.timeout.total_seconds()):
                return await self._read(wanted, request.forget_after)
        except TimeoutError:
            return _failed(
                FailureReason.TIMEOUT, texts.report_timeout(path=wanted.file, timeout=request.timeout)
            )

    async def _read(self, wanted: ReportFile, forget_after: timedelta) -> ProbeResult:
        """Read on a thread; a slot of the folder is released only when its thread returns.

        So a share that hangs blocks two threads and leaves the others to other folders.
        """
        folder = os.path.dirname(wanted.file)  # noqa: PTH120 - a text, as everywhere in this file
        lane = self._lanes.get(folder)
        if lane is None:
            lane = self._lanes[folder] = asyncio.Semaphore(PER_FOLDER)
        await lane.acquire()
        reading = asyncio.ensure_future(self.pool.run(_probe, wanted, forget_after, self._clock.now()))
        reading.add_done_callback(lambda _: lane.release())
        return await asyncio.shield(reading)


def _failed(reason: FailureReason, message: Message) -> ProbeResult:
    return ProbeResult(failures=(Failure(reason, message),))


def _probe(wanted: ReportFile, forget_after: timedelta, now: datetime) -> ProbeResult:
    try:
        data, filed_at = _content(wanted.file)
        report = parse_report(data)
    except OSError as error:
        failure = failure_of(error, wanted.file)
        return _failed(failure.reason, failure.message)
    except ReportError as error:
        return _failed(error.reason, located(location=wanted.file, problem=error.message))
    if not _is_of(report, wanted.host):
        said = texts.report_of_another_machine(path=wanted.file, machine=machine_names(report)[0])
        return _failed(FailureReason.BAD_ANSWER, said)
    age = _Age(report.taken_at, filed_at, now)
    seen = report_result(report, wanted.host)
    if age.real is None or age.real > wanted.late_after:
        forgotten = age.real is not None and age.real > forget_after
        return _with(
            ProbeResult() if forgotten else seen,
            Failure(FailureReason.LATE, _late(wanted, age), wanted.file),
        )
    if seen.sightings and (clock := _skewed(wanted, age)):
        # At a location with sightings: the failure is reported there and makes nothing unreachable.
        return _with(seen, Failure(FailureReason.BAD_ANSWER, clock, seen.sightings[0].location))
    return seen


def _content(path: str) -> tuple[bytes, datetime]:
    """Return a file's bytes and its modification time; raise ``ReportError`` for an unusable file."""
    descriptor = open_descriptor(path)
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not is_regular(status):
            raise ReportError(FailureReason.UNREADABLE, texts.REPORT_NOT_A_FILE)
        if status.st_size > LARGEST:
            raise ReportError(FailureReason.TOO_LARGE, report_too_large(mebibytes=LARGEST >> 20))
        return stream.read(LARGEST + 1), _time(status.st_mtime)


def _time(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.max.replace(tzinfo=UTC)  # no file system reports such a time: it means nothing


def _is_of(report: Report, host: str) -> bool:
    """Return whether a report is from this machine: by its full name, or by its short one."""
    short = report.host.netbios.lower()
    return host in (short, report.host.fqdn.lower()) or host.partition(".")[0] == short


def _with(seen: ProbeResult, failure: Failure) -> ProbeResult:
    return replace(seen, failures=(failure, *seen.failures))


@dataclass(frozen=True, slots=True)
class _Age:
    """Both times of a report: by the machine's clock, and by that of the folder."""

    taken_at: datetime
    filed_at: datetime
    now: datetime

    @property
    def real(self) -> timedelta | None:
        """Return the age by the later of the times that are not in the future, ``None`` without any."""
        ages = [self.now - at for at in (self.taken_at, self.filed_at) if at <= self.now + SKEW]
        return min(ages, default=None)


def _late(wanted: ReportFile, age: _Age) -> Message:
    if age.real is None:
        return texts.report_age_unknown(host=wanted.host, taken_at=age.taken_at, filed_at=age.filed_at)
    return texts.report_late(host=wanted.host, at=age.now - age.real)


def _skewed(wanted: ReportFile, age: _Age) -> Message | None:
    """Return the message about a machine's clock, ``None`` when it may be right."""
    ahead = age.taken_at > age.now + SKEW
    if not ahead and age.now - age.taken_at <= wanted.late_after:
        return None
    return texts.report_clock(host=wanted.host, taken_at=age.taken_at, filed_at=age.filed_at)
