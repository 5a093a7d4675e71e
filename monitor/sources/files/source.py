"""Probe certificate files, also in folders and by pattern; judges nothing and keeps no private key."""

import asyncio
import threading
from collections.abc import Callable
from weakref import WeakKeyDictionary

from monitor.model import Failure, FailureReason, Message, ProbeRequest, ProbeResult, Sighting
from monitor.model.texts import located, names
from monitor.sources.files import texts
from monitor.sources.files.certfile import CertFile, UnusableFileError, alias_location, read_file
from monitor.sources.files.globs import excluded_by
from monitor.sources.files.passphrases import Passphrases
from monitor.sources.files.settings import Files, has_certificate_suffix
from monitor.sources.files.walk import (
    ALL_SUFFIXES,
    Budget,
    ExhaustedError,
    Match,
    failure_of,
    walk,
)
from monitor.threads import ThreadPool

MOST_HANGING = 56
"""So many targets may hang at once, each with a thread of its own, before others have to wait."""


class FilesSource:
    """Probes certificate files on its own threads; unchanged files are not read again.

    A target on a disk that hangs blocks one thread, however often it is probed, and no other target.
    """

    def __init__(self, threads: int = 8) -> None:
        """Probe up to ``threads`` targets at once, besides those that hang."""
        self.pool = ThreadPool("files", threads, spare=MOST_HANGING)
        # Weak, but for as long as its thread is away: that holds the settings that it was given.
        self._hanging: WeakKeyDictionary[Files, Budget] = WeakKeyDictionary()
        # Weak: cached contents are dropped together with the target.
        self._known: WeakKeyDictionary[Files, dict[str, CertFile]] = WeakKeyDictionary()

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Return the certificates and CRLs of every file, and the failures, within the timeout."""
        files = request.settings
        if not isinstance(files, Files):
            raise TypeError(f"{request.target_id} is no files target")
        before = self._hanging.get(files)
        if before is not None and before.under_way:
            return _still(before)
        self._hanging.pop(files, None)
        probe = _Probe(files, self._known.get(files, {}), Budget.of(request.timeout.total_seconds()))
        try:
            async with asyncio.timeout(probe.budget.timeout):
                await self.pool.run(probe.run)
        except TimeoutError:
            # A call hangs in the operating system: return what there is and abandon its thread.
            probe.give_up()
            self._hanging[files] = probe.budget
        self._known[files] = probe.read if probe.finished else probe.known | probe.read
        return probe.seen()


def _still(budget: Budget) -> ProbeResult:
    """Return that the thread of an earlier probe is still blocked."""
    said = texts.files_hanging(path=budget.at)
    return ProbeResult(failures=(Failure(FailureReason.TIMEOUT, said, budget.at),), partial=True)


class _Probe:
    """One probe: filled by a thread, read by the loop, also while the thread hangs."""

    def __init__(self, files: Files, known: dict[str, CertFile], budget: Budget) -> None:
        self.known = known
        self.read: dict[str, CertFile] = {}
        self.budget = budget
        self.finished = False
        self._files = files
        self._excluded: Callable[[str], bool] = excluded_by(files.exclude)
        self._passphrases = Passphrases(files.passphrases)
        self._failures: list[Failure] = []
        self._isolated: set[str] = set()
        self._lock = threading.Lock()

    def run(self) -> None:
        """Walk and read until everything is read or a limit is reached."""
        self.budget.under_way = True
        try:
            self._run()
        finally:
            self.budget.under_way = False

    def _run(self) -> None:
        matched = 0
        try:
            for found in walk(self._files.paths, self._excluded, self.budget, ALL_SUFFIXES):
                if isinstance(found, Failure):
                    self._failed(found)
                else:
                    matched += 1
                    self.budget.enter(found.path)
                    self._file(found)
        except ExhaustedError as error:
            self._failed(error.failure)
            return
        if not self._failures and not any(one.certificates or one.lists for one in self.read.values()):
            self._failed(self._nothing(matched))
        self.finished = True

    def give_up(self) -> None:
        """Stop the thread at its next step and record the timeout."""
        self.budget.given_up = True
        if not self.budget.at:
            self.budget.at = self._files.paths[0]
        with self._lock:
            if not any(failure.reason is FailureReason.TIMEOUT for failure in self._failures):
                self._failures.append(self.budget.late())
            self.read = dict(self.read)

    def seen(self) -> ProbeResult:
        """Return the result so far."""
        with self._lock:
            read, failures, isolated = dict(self.read), tuple(self._failures), frozenset(self._isolated)
        sightings: list[Sighting] = []
        ders: dict[str, bytes] = {}
        for path, one in read.items():
            for found in one.certificates:
                location = alias_location(path, found.alias)
                sightings.append(Sighting(location, found.position, found.certificate, found.own_key))
                ders[found.certificate.sha256] = found.der
        lists = tuple(crl for one in read.values() for crl in one.lists)
        return ProbeResult(
            tuple(sightings), failures, ders, lists=lists, partial=not self.finished, isolated=isolated
        )

    def _file(self, match: Match) -> None:
        try:
            one = read_file(match.path, self.known.get(match.path), self._passphrases)
        except OSError as error:
            # A file of a folder or pattern may come and go; a configured file may not.
            if match.named or not isinstance(error, FileNotFoundError):
                self._failed(failure_of(error, match.path))
        except UnusableFileError as error:
            # A pattern may match anything; a file named like a certificate file must not be ignored.
            if match.named or (
                error.reason is FailureReason.TOO_LARGE and has_certificate_suffix(match.path)
            ):
                self._failed(Failure(error.reason, error.message, match.path))
        else:
            self._keep(match, one)

    def _keep(self, match: Match, one: CertFile) -> None:
        with self._lock:
            if self.budget.given_up:
                return
            self.read[match.path] = one
            # What a pattern found is one of many; what was named is what somebody wants to know about.
            if one.problems and not one.locked and not match.named:
                self._isolated.add(match.path)
        for problem in one.problems:
            said = located(location=match.path, problem=problem)
            self._failed(Failure(FailureReason.BAD_CERTIFICATE, said, match.path))
        for alias, problem in one.locked:
            location = alias_location(match.path, alias)
            said = located(location=location, problem=problem)
            self._failed(Failure(FailureReason.PASSPHRASE, said, location))
        if match.named and not (one.certificates or one.lists or one.problems or one.locked):
            self._failed(Failure(FailureReason.NOT_A_CERTIFICATE, _empty(match.path, one), match.path))

    def _failed(self, failure: Failure) -> None:
        with self._lock:
            if not self.budget.given_up:
                self._failures.append(failure)

    def _nothing(self, matched: int) -> Failure:
        where, paths = ", ".join(self._files.paths), names(self._files.paths)
        if matched:
            said = texts.no_certificate_in_files(files=matched, paths=paths)
            return Failure(FailureReason.NOT_A_CERTIFICATE, said, where)
        return Failure(FailureReason.NOT_FOUND, texts.no_file(paths=paths), where)


def _empty(path: str, one: CertFile) -> Message:
    if one.hint is None:
        return texts.no_certificate_in(path=path)
    return texts.no_certificate_in_because(path=path, hint=one.hint)
