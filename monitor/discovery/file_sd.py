"""Find the endpoints listed in files of Prometheus' file_sd format, and notice changes; writes nothing."""

import asyncio
import glob
import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field

from monitor.discovery import texts
from monitor.discovery.base import BaseDiscovery, DiscoveryResult
from monitor.discovery.groups import parse_groups
from monitor.discovery.settings import DiscoverySettings
from monitor.documents import Document, read_list
from monitor.errors import ConfigError
from monitor.model import DiscoveredTarget, Failure, FailureReason
from monitor.model.texts import names
from monitor.parse import display
from monitor.settings import Duration, LocalPath
from monitor.threads import ThreadPool

_SUFFIXES = (".json", ".yml", ".yaml")
_LONGEST = 60.0
_MOST_SAID = 5


def _suffixed(value: str) -> str:
    if not value.lower().endswith(_SUFFIXES):
        raise ValueError(f"must end in {', '.join(_SUFFIXES[:-1])} or {_SUFFIXES[-1]}")
    return value


class FileSdSettings(DiscoverySettings):
    """Configuration of one list of targets kept in files."""

    kind: Literal["file_sd"]
    files: tuple[Annotated[LocalPath, AfterValidator(_suffixed)], ...] = Field(
        min_length=1, description="JSON or YAML files in Prometheus' file_sd format; globs allowed"
    )
    name: str = Field("", description="name of the list for people; else its files")
    refresh: Duration = Field(timedelta(seconds=30), description="time between two checks for changed files")
    grace: Duration = Field(
        timedelta(minutes=5), description="how long a target that left the list stays watched"
    )

    @property
    def id(self) -> str:
        """Return ``file_sd:NAME``, else the files instead of the name."""
        return f"file_sd:{self.name or ','.join(self.files)}"

    def discovery(self) -> "FileSd":
        """Return the discovery that these settings describe."""
        return FileSd(self)


class _Version(NamedTuple):
    """File metadata that changes when a file is written."""

    modified: int
    size: int
    inode: int


class FileSd(BaseDiscovery):
    """The endpoints listed in files; a file is read again only after it has changed."""

    def __init__(self, settings: FileSdSettings) -> None:
        """Prepare without reading anything."""
        super().__init__(settings)
        self._settings = settings
        self._pool = ThreadPool("file_sd", 1)
        self._known: dict[str, tuple[_Version, DiscoveryResult]] = {}

    async def discover(self) -> DiscoveryResult:
        """Return the endpoints of all files; a file that cannot be read, or only in part, is a failure."""
        try:
            async with asyncio.timeout(_LONGEST):
                return await self._pool.run(self._read)
        except TimeoutError:
            timeout = timedelta(seconds=_LONGEST)
            said = texts.lists_timeout(paths=names(self._settings.files), timeout=timeout)
            return DiscoveryResult(failures=(Failure(FailureReason.TIMEOUT, said, self.id),))

    async def close(self) -> None:
        """Close the thread pool."""
        self._pool.close()

    def _read(self) -> DiscoveryResult:
        found: list[DiscoveredTarget] = []
        failures: list[Failure] = []
        notes: list[str] = []
        paths: dict[str, None] = {}
        for pattern in self._settings.files:
            matches = _matching(pattern)
            if not matches:
                notes.append(f"no file matches {pattern}")
            paths |= dict.fromkeys(matches)
        for path in paths:
            one = self._file(path)
            found += one.found
            failures += one.failures
            notes += one.notes
        self._known = {path: known for path, known in self._known.items() if path in paths}
        # A plain path is known to have a file; a pattern without files may mean a disk that is not mounted.
        return DiscoveryResult(tuple(found), tuple(failures), tuple(notes), certain=bool(paths))

    def _file(self, path: str) -> DiscoveryResult:
        try:
            status = os.stat(path)  # noqa: PTH116 - the same, without an object for each of many files
        except OSError as error:
            return unreadable(path, error)
        version = _Version(status.st_mtime_ns, status.st_size, status.st_ino)
        known = self._known.get(path)
        if known is None or known[0] != version or known[1].failures:
            known = (version, _content(path))
            self._known[path] = known
        return known[1]


def _matching(pattern: str) -> list[str]:
    """Return the files that match a pattern; a plain path is returned even when it does not exist."""
    if not glob.has_magic(pattern) or os.path.lexists(pattern):
        return [pattern]
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern


def unreadable(path: str, error: OSError) -> DiscoveryResult:
    """Return the failure for an error of the operating system at a file."""
    reason = {FileNotFoundError: FailureReason.NOT_FOUND, PermissionError: FailureReason.PERMISSION}.get(
        type(error), FailureReason.UNREADABLE
    )
    if reason is FailureReason.NOT_FOUND:
        said = texts.file_missing(path=path)
    else:
        said = texts.file_error(path=path, error=error.strerror or str(error))
    return DiscoveryResult(failures=(Failure(reason, said, path),))


def _content(path: str) -> DiscoveryResult:
    try:
        document = read_list(Path(path))
    except ConfigError as error:
        reason = FailureReason.UNREADABLE if os.access(path, os.R_OK) else FailureReason.PERMISSION
        return DiscoveryResult(
            failures=(Failure(reason, texts.wrong_entries(problems=display(str(error), 1000)), path),)
        )
    answer = parse_groups(document.data)
    problems = [*document.problems, *(document.problem(one.keys, one.message) for one in answer.errors)]
    notes = tuple(f"{path}: {note}" for note in answer.notes)
    return DiscoveryResult(answer.found, _failures(document, [str(problem) for problem in problems]), notes)


def _failures(document: Document, sentences: list[str]) -> tuple[Failure, ...]:
    if not sentences:
        return ()
    more = len(sentences) - _MOST_SAID
    said = "; ".join(sentences[:_MOST_SAID]) + (f"; and {more} more" if more > 0 else "")
    return (
        Failure(
            FailureReason.UNREADABLE, texts.wrong_entries(problems=display(said, 1000)), str(document.file)
        ),
    )
