"""Find the files of paths and patterns, within limits; opens no file, only lists folders."""

import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from monitor.model import Failure, FailureReason
from monitor.sources.files import texts
from monitor.sources.files.globs import GlobPattern, States, everything_below, has_magic, parse_pattern

SUFFIXES = (".pem", ".crt", ".cer", ".der", ".p7b", ".p7c", ".crl")
STORE_SUFFIXES = (".p12", ".pfx", ".jks", ".jceks", ".keystore", ".truststore")
ALL_SUFFIXES = (*SUFFIXES, *STORE_SUFFIXES, ".kubeconfig")
MOST_FILES = 100_000
MOST_ENTRIES = 1_000_000


class ExhaustedError(Exception):
    """A limit of one probe is reached; ``failure`` names it and the location where the probe ended."""

    def __init__(self, failure: Failure) -> None:
        """Make the error for a failure."""
        super().__init__(failure.reason)
        self.failure = failure


@dataclass(slots=True)
class Budget:
    """The limits of one probe and what it has used; ``given_up`` lets another thread end it."""

    timeout: float
    deadline: float
    entries: int = MOST_ENTRIES
    files: int = MOST_FILES
    given_up: bool = False
    under_way: bool = False
    at: str = ""

    @classmethod
    def of(cls, timeout: float) -> "Budget":
        """Return a fresh budget that ends ``timeout`` seconds from now."""
        return cls(timeout, time.monotonic() + timeout)

    def enter(self, path: str) -> None:
        """Record the current path; raise ``ExhaustedError`` when the time is over."""
        self.at = path
        if self.given_up or time.monotonic() > self.deadline:
            raise ExhaustedError(self.late())

    def entry(self, path: str) -> None:
        """Count one entry of a folder."""
        self.enter(path)
        self.entries -= 1
        if self.entries < 0:
            raise ExhaustedError(
                Failure(FailureReason.UNREADABLE, texts.too_many_entries(most=MOST_ENTRIES, path=path), path)
            )

    def file(self, path: str) -> None:
        """Count one matched file."""
        self.files -= 1
        if self.files < 0:
            raise ExhaustedError(
                Failure(FailureReason.UNREADABLE, texts.too_many_files(most=MOST_FILES, path=path), path)
            )

    def late(self) -> Failure:
        """Return the failure of a probe that took too long."""
        said = texts.files_timeout(timeout=timedelta(seconds=self.timeout), path=self.at)
        return Failure(FailureReason.TIMEOUT, said, self.at)


@dataclass(frozen=True, slots=True)
class Match:
    """One file to read; ``named`` if its own path was configured and not a pattern or folder."""

    path: str
    named: bool


def walk(
    paths: tuple[str, ...],
    excluded: Callable[[str], bool],
    budget: Budget,
    suffixes: tuple[str, ...] = SUFFIXES,
) -> Iterator[Match | Failure]:
    """Iterate over the files of paths, folders and patterns, each path once, and over the failures.

    A folder means the files below it that end in one of the suffixes.

    Raises ``ExhaustedError`` when a limit is reached.
    """
    given: set[str] = set()
    for path in paths:
        for found in _given(path, excluded, budget, suffixes):
            if isinstance(found, Match):
                if found.path in given:
                    continue
                budget.file(found.path)
                given.add(found.path)
            yield found


def _given(
    path: str, excluded: Callable[[str], bool], budget: Budget, suffixes: tuple[str, ...]
) -> Iterator[Match | Failure]:
    budget.enter(path)
    # What exists is meant by its name: a folder may be called "certs [old]".
    if has_magic(path) and not os.path.lexists(path):
        yield from _below(parse_pattern(path), excluded, budget)
    elif os.path.isdir(path):  # noqa: PTH112 - this whole file works on plain texts, pathlib doubles its cost
        yield from _below(everything_below(path, suffixes), excluded, budget)
    else:
        yield Match(path, named=True)


def _below(wanted: GlobPattern, excluded: Callable[[str], bool], budget: Budget) -> Iterator[Match | Failure]:
    # Symbolic links may form loops and diamonds: a real folder is listed once for each set of states.
    seen: set[tuple[int, int, States]] = set()
    waiting: list[tuple[str, States]] = [(wanted.base, wanted.start)]
    while waiting:
        folder, states = waiting.pop()
        budget.enter(folder)
        try:
            status = os.stat(folder)  # noqa: PTH116 - see _given
            key = (status.st_dev, status.st_ino, states)
            entries = [] if key in seen else _listed(folder, budget)
        except OSError as error:
            if folder == wanted.base or not isinstance(error, FileNotFoundError | NotADirectoryError):
                yield failure_of(error, folder)
            continue
        seen.add(key)
        folders: list[tuple[str, States]] = []
        for entry in entries:
            path = entry.name if folder == os.curdir else entry.path
            reached = wanted.after(states, entry.name)
            if not reached or excluded(path):
                continue
            budget.enter(path)
            if _is_folder(entry):
                folders.append((path, reached))
            elif wanted.accepts(reached, entry.name) and _is_file(entry):
                yield Match(path, named=False)
        waiting += [one for one in reversed(folders) if wanted.leads_on(one[1])]


def _listed(folder: str, budget: Budget) -> list[os.DirEntry[str]]:
    entries = []
    with os.scandir(folder) as listing:
        for entry in listing:
            budget.entry(entry.path)
            entries.append(entry)
    return sorted(entries, key=lambda entry: entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Return false for pipes, sockets, devices and dangling links; other errors surface on reading."""
    try:
        return entry.is_file()
    except OSError:
        return True


def failure_of(error: OSError, path: str) -> Failure:
    """Return the failure for an operating system error."""
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return Failure(FailureReason.NOT_FOUND, texts.file_missing(path=path), path)
        case PermissionError():
            return Failure(FailureReason.PERMISSION, texts.file_denied(path=path), path)
    said = texts.file_error(path=path, error=error.strerror or str(error))
    return Failure(FailureReason.UNREADABLE, said, path)


def is_regular(status: os.stat_result) -> bool:
    """Return whether a status is that of a regular file."""
    return stat.S_ISREG(status.st_mode)
