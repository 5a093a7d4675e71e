"""Load the trust anchors that policies name; a broken file never removes working anchors.

Calls block on the disk (and on the system's store): run them on a thread.
"""

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from monitor.model import Anchor, Anchors, Failure, FailureReason
from monitor.model.texts import joined, located
from monitor.sources.files.certfile import CertFile, UnusableFileError, read_file
from monitor.sources.files.texts import NO_CERTIFICATE
from monitor.sources.files.walk import Budget, ExhaustedError, Match, failure_of, walk
from monitor.sources.system import SYSTEM, bundle

if sys.platform == "win32":
    from monitor.sources.win32.anchors import windows_anchors

RECHECK_AFTER = 60.0
_LONGEST = 10.0


@dataclass(slots=True)
class _Kept:
    """The last good result for one path (or ``system``), and its current problems."""

    checked_at: float
    anchors: tuple[Anchor, ...] = ()
    problems: tuple[Failure, ...] = ()
    files: dict[str, CertFile] = field(default_factory=dict)


class TrustStoreLoader:
    """Loads the anchors of each ``trust`` list, again whenever their files change."""

    def __init__(self) -> None:
        """Start without anchors; files are read on demand."""
        self._kept: dict[str, _Kept] = {}
        self._sets: dict[tuple[str, ...], tuple[tuple[tuple[Anchor, ...], ...], Anchors]] = {}
        self._lock = threading.Lock()

    def anchors(self, trust: tuple[str, ...], monotonic: float) -> Anchors:
        """Return the anchors of a list; the same object as long as no file has changed.

        Files are compared at most once a minute of ``monotonic`` (seconds that never step). A file that is
        missing or unreadable now keeps its last good anchors; see ``problems``.
        """
        with self._lock:
            parts = tuple(self._fresh(path, monotonic).anchors for path in trust)
            known = self._sets.get(trust)
            if known is not None and all(a is b for a, b in zip(known[0], parts, strict=True)):
                return known[1]
            anchors = Anchors.of(anchor for part in parts for anchor in part)
            self._sets[trust] = (parts, anchors)
            return anchors

    def problems(self, trust: tuple[str, ...]) -> tuple[Failure, ...]:
        """Return the problems found when the files of a list were last read."""
        with self._lock:
            return tuple(p for path in trust if path in self._kept for p in self._kept[path].problems)

    def _fresh(self, path: str, monotonic: float) -> _Kept:
        kept = self._kept.get(path)
        if kept is None or monotonic - kept.checked_at >= RECHECK_AFTER:
            kept = self._kept[path] = _read(path, kept or _Kept(monotonic), monotonic)
        return kept


def _read(path: str, before: _Kept, monotonic: float) -> _Kept:
    if path == SYSTEM and sys.platform == "win32":
        anchors, problems = windows_anchors()
        return _Kept(monotonic, _steady(before.anchors, anchors or before.anchors), problems)
    if path == SYSTEM:
        files, problems = bundle(before.files)
        kept = files or before.files
    else:
        found = dict(_files(path, before.files))
        problems = tuple(problem for name, one in found.items() for problem in _problems(name, one))
        kept = _last_good(found, before.files)
    return _Kept(monotonic, _steady(before.anchors, tuple(_anchors(kept))), problems, kept)


def _last_good(found: dict[str, CertFile | Failure], before: dict[str, CertFile]) -> dict[str, CertFile]:
    """Return each file as it is now, or its last good version if it (or its folder) is broken now.

    A file that a readable folder no longer contains is removed: that is how trust is withdrawn.
    """
    kept: dict[str, CertFile] = {}
    for name, one in found.items():
        if isinstance(one, CertFile) and not one.problems:
            kept[name] = one
            continue
        below = name.rstrip(os.sep) + os.sep
        kept |= {path: file for path, file in before.items() if path == name or path.startswith(below)}
        if isinstance(one, CertFile):
            kept.setdefault(name, one)
    return kept


def _files(path: str, known: dict[str, CertFile]) -> Iterator[tuple[str, CertFile | Failure]]:
    """Iterate over the files at a path with their contents, or why there are none."""
    found: Match | Failure
    try:
        for found in walk((path,), lambda _: False, Budget.of(_LONGEST)):
            if isinstance(found, Failure):
                yield found.location, found
            else:
                yield found.path, _file(found, known.get(found.path))
    except ExhaustedError as error:
        # Any file may be missing now: the failure is for all files of this path.
        yield path, error.failure


def _file(match: Match, known: CertFile | None) -> CertFile | Failure:
    try:
        one = read_file(match.path, known)
    except OSError as error:
        return failure_of(error, match.path)
    except UnusableFileError as error:
        return Failure(error.reason, error.message, match.path)
    if match.named and not one.certificates:
        said = one.problems or tuple(problem for _, problem in one.locked) or (NO_CERTIFICATE,)
        problem = located(location=match.path, problem=joined(said))
        return Failure(FailureReason.NOT_A_CERTIFICATE, problem, match.path)
    return one


def _problems(path: str, one: CertFile | Failure) -> Iterator[Failure]:
    if isinstance(one, Failure):
        yield one
    else:
        for problem in one.problems:
            yield Failure(FailureReason.BAD_CERTIFICATE, problem, path)


def _anchors(files: dict[str, CertFile]) -> Iterator[Anchor]:
    for path, one in files.items():
        for stored in one.certificates:
            yield Anchor(stored.certificate, stored.der, path)


def _steady(before: tuple[Anchor, ...], now: tuple[Anchor, ...]) -> tuple[Anchor, ...]:
    """Return the earlier object when nothing changed: caches above compare by identity."""
    return before if before == now else now
