"""Find the reports of Windows machines in a folder, one target for each; opens none of them."""

import asyncio
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

from pydantic import Field

from monitor.discovery import texts
from monitor.discovery.base import BaseDiscovery, DiscoveryResult
from monitor.discovery.file_sd import unreadable
from monitor.discovery.settings import DiscoverySettings
from monitor.model import DiscoveredTarget, Failure, FailureReason, Message
from monitor.parse import display
from monitor.settings import Duration, LocalPath
from monitor.threads import ThreadPool

MOST_REPORTS = 20_000
MOST_ENTRIES = 200_000

_LONGEST = 60.0
_MOST_SAID = 5
_SUFFIX = ".json"
_HOST = re.compile(r"[^\s/\\:*?\"<>|\x00-\x1f.][^\s/\\:*?\"<>|\x00-\x1f]{0,252}")


class WindowsReportSettings(DiscoverySettings):
    """Configuration of one folder of reports."""

    kind: Literal["windows_report"]
    folder: LocalPath = Field(description="folder or share to which the machines write HOST.json")
    late_after: Duration = Field(timedelta(hours=3), description="age at which a report is too old (3h)")
    name: str = Field("", description="distinguishes machines of the same name in several folders")
    refresh: Duration = Field(timedelta(minutes=5), description="time between two checks for new machines")
    grace: Duration = Field(
        timedelta(days=1), description="how long a machine without a report stays watched"
    )

    @property
    def id(self) -> str:
        """Return ``windows_report:NAME``, else the folder instead of the name."""
        return f"windows_report:{self.name or self.folder}"

    def discovery(self) -> "WindowsReports":
        """Return the discovery that these settings describe."""
        return WindowsReports(self)


class WindowsReports(BaseDiscovery):
    """The machines that have written a report; only probing the target shows whether the report is valid."""

    def __init__(self, settings: WindowsReportSettings) -> None:
        """Prepare without reading the folder."""
        super().__init__(settings)
        self._settings = settings
        self._pool = ThreadPool("windows_report folder", 1)

    async def discover(self) -> DiscoveryResult:
        """Return a target for each report; a folder that cannot be listed completely is a failure.

        An empty folder is not ``certain``: it may be a share that is not mounted.
        """
        folder = self._settings.folder
        try:
            async with asyncio.timeout(_LONGEST):
                return await self._pool.run(self._listed, folder)
        except TimeoutError:
            said = texts.folder_timeout(path=folder, timeout=timedelta(seconds=_LONGEST))
            return DiscoveryResult(failures=(Failure(FailureReason.TIMEOUT, said, folder),))

    async def close(self) -> None:
        """Close the thread pool."""
        self._pool.close()

    def _listed(self, folder: str) -> DiscoveryResult:
        try:
            reports = sorted(_reports(folder))
        except OSError as error:
            return unreadable(folder, error)
        except _TooManyError as error:
            return DiscoveryResult(failures=(Failure(FailureReason.TOO_LARGE, error.message, folder),))
        odd = [name for name in reports if not _HOST.fullmatch(_host(name))]
        found = tuple(self._found(folder, name) for name in reports if name not in odd)
        notes = [f"{display(name)} is called by no machine's name" for name in odd[:_MOST_SAID]]
        if not found:
            notes.append(f"no report is in {folder}")
        return DiscoveryResult(found, notes=tuple(notes))

    def _found(self, folder: str, name: str) -> DiscoveredTarget:
        settings, host = self._settings, _host(name)
        path = os.path.join(folder, name)  # noqa: PTH118 - pathlib would drop a leading ./
        short = host.partition(".")[0]
        keys = {
            "file": path,
            "host": host,
            "folder_name": settings.name,
            "late_after": f"{settings.late_after // timedelta(milliseconds=1)}ms",
        }
        return DiscoveredTarget(
            path,
            title=f"{settings.title}: {host}" if settings.title else "",
            aliases=(short,) if short != host else (),
            kind=settings.kind,
            keys=tuple(keys.items()),
        )


class _TooManyError(Exception):
    """A folder has too many files; never leaves this file."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.code)
        self.message = message


def _host(name: str) -> str:
    return name[: -len(_SUFFIX)].lower()


def _reports(folder: str) -> Iterator[str]:
    """Iterate over the names of reports; raise ``_TooManyError`` for too many files."""
    reports = 0
    with os.scandir(folder) as listing:
        for count, entry in enumerate(listing, 1):
            if count > MOST_ENTRIES:
                raise _TooManyError(texts.folder_too_many_entries(path=folder, most=MOST_ENTRIES))
            if not entry.name.lower().endswith(_SUFFIX) or entry.name.startswith("."):
                continue
            reports += 1
            if reports > MOST_REPORTS:
                raise _TooManyError(texts.folder_too_many_reports(path=folder, most=MOST_REPORTS))
            yield entry.name
