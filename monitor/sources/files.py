"""Look at certificate files, in folders and by pattern too; judges nothing and keeps no private key."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from weakref import WeakKeyDictionary

from pydantic import Field, field_validator

from monitor.model import Failure, Meaning, Policy, Reason, Seen, Sighting, Target
from monitor.secrets import SecretReference
from monitor.settings import LocalPath, LocalPattern, TargetSettings
from monitor.sources.address import read_host
from monitor.sources.certfile import CertFile, UnfitError, inside, read_file
from monitor.sources.globs import excluded_by, has_magic
from monitor.sources.passphrases import MOST, Passphrases, PassphraseSettings
from monitor.sources.walk import (
    ALL_SUFFIXES,
    STORE_SUFFIXES,
    Budget,
    ExhaustedError,
    Match,
    failure_of,
    walk,
)
from monitor.threads import ThreadPool


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Files:
    """Hold which files one target means."""

    paths: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    passphrases: tuple[SecretReference, ...] = ()


class FilesSettings(TargetSettings):
    """Hold the configuration of one set of certificate files."""

    kind: Literal["files"]
    name: str = Field("", description="names the target; the paths if left out")
    paths: tuple[LocalPath, ...] = Field(
        min_length=1,
        description=f"files, folders (with everything below that ends in {' '.join(ALL_SUFFIXES)}) "
        "and patterns with *, ?, [...] and ** for any depth",
    )
    exclude: tuple[LocalPattern, ...] = Field((), description="patterns of files and folders to leave out")
    passphrases: tuple[PassphraseSettings, ...] = Field(
        (), max_length=MOST, description="where the passphrases of key stores lie, tried in this order"
    )
    host: str = Field(
        "", description="machine that serves these certificates; the monitor's own machine if left out"
    )

    @field_validator("host")
    @classmethod
    def _host(cls, text: str) -> str:
        return read_host(text) if text else ""

    def target(self, policy: Policy) -> Target:
        """Return the target these settings describe; asks the disk whether a path is a folder."""
        where = ", ".join(self.paths)
        return Target(
            id=f"files:{self.name or where}",
            kind=self.kind,
            where=where,
            settings=Files(self.paths, self.exclude, tuple(one.reference for one in self.passphrases)),
            policy=policy,
            labels=tuple(sorted(self.labels.items())),
            host=self.host,
            collection=any(_many(path) for path in self.paths),
            meaning=Meaning(title=self.title or self.name),
        )


def _many(path: str) -> bool:
    """Return whether an older certificate may lie beside its successor: in folders, patterns and stores."""
    if has_magic(path) or path.lower().endswith(STORE_SUFFIXES):
        return True
    # The suffix answers for nearly every file, so that a hanging network disk is not asked here.
    return not _by_name(path) and Path(path).is_dir()


def _by_name(path: str) -> bool:
    return path.lower().endswith(ALL_SUFFIXES)


class FilesSource:
    """Look at certificate files on threads of their own; unchanged files are not read again."""

    def __init__(self, threads: int = 8) -> None:
        """Look at up to ``threads`` targets at once."""
        self.pool = ThreadPool("files", threads)
        # Weak: what was read is forgotten with the target that asked for it.
        self._known: WeakKeyDictionary[Files, dict[str, CertFile]] = WeakKeyDictionary()

    async def look(self, target: Target) -> Seen:
        """Return the certificates and CRLs of every file, and what failed, within the policy's timeout."""
        files = target.settings
        if not isinstance(files, Files):
            raise TypeError(f"{target.id} is no files target")
        look = _Look(files, self._known.get(files, {}), Budget.of(target.policy.timeout.total_seconds()))
        try:
            async with asyncio.timeout(look.budget.timeout):
                await self.pool.run(look.run)
        except TimeoutError:
            # A call hangs in the operating system: take what there is and leave its thread behind.
            look.give_up()
        self._known[files] = look.read if look.finished else look.known | look.read
        return look.seen()


class _Look:
    """One look: filled by a thread, read by the loop, also while the thread still hangs."""

    def __init__(self, files: Files, known: dict[str, CertFile], budget: Budget) -> None:
        self.known = known
        self.read: dict[str, CertFile] = {}
        self.budget = budget
        self.finished = False
        self._files = files
        self._excluded: Callable[[str], bool] = excluded_by(files.exclude)
        self._passphrases = Passphrases(files.passphrases)
        self._failures: list[Failure] = []
        self._lock = threading.Lock()

    def run(self) -> None:
        """Walk and read until everything is seen or a bound is reached."""
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
        """Let the thread end at its next step and record that the time is over."""
        self.budget.given_up = True
        if not self.budget.at:
            self.budget.at = self._files.paths[0]
        with self._lock:
            if not any(failure.reason is Reason.TIMEOUT for failure in self._failures):
                self._failures.append(self.budget.late())
            self.read = dict(self.read)

    def seen(self) -> Seen:
        """Return what was seen so far."""
        with self._lock:
            read, failures = dict(self.read), tuple(self._failures)
        sightings: list[Sighting] = []
        ders: dict[str, bytes] = {}
        for path, one in read.items():
            for position, certificate, der, alias in one.certificates:
                sightings.append(Sighting(inside(path, alias), position, certificate))
                ders[certificate.sha256] = der
        lists = tuple(found for one in read.values() for found in one.lists)
        return Seen(tuple(sightings), failures, ders, lists=lists)

    def _file(self, match: Match) -> None:
        try:
            one = read_file(match.path, self.known.get(match.path), self._passphrases)
        except OSError as error:
            # A file of a folder or pattern may come and go; one that was named may not.
            if match.named or not isinstance(error, FileNotFoundError):
                self._failed(failure_of(error, match.path))
        except UnfitError as error:
            # A pattern may match anything; what is called like a certificate file must not be passed over.
            if match.named or (error.reason is Reason.TOO_LARGE and _by_name(match.path)):
                self._failed(Failure(error.reason, str(error), match.path))
        else:
            self._keep(match, one)

    def _keep(self, match: Match, one: CertFile) -> None:
        with self._lock:
            if self.budget.given_up:
                return
            self.read[match.path] = one
        for problem in one.problems:
            self._failed(Failure(Reason.BAD_CERTIFICATE, f"{match.path}: {problem}", match.path))
        for alias, said in one.locked:
            place = inside(match.path, alias)
            self._failed(Failure(Reason.PASSPHRASE, f"{place}: {said}", place))
        if match.named and not (one.certificates or one.lists or one.problems or one.locked):
            detail = f"{match.path} holds no certificate" + (f": {one.hint}" if one.hint else "")
            self._failed(Failure(Reason.NOT_A_CERTIFICATE, detail, match.path))

    def _failed(self, failure: Failure) -> None:
        with self._lock:
            if not self.budget.given_up:
                self._failures.append(failure)

    def _nothing(self, matched: int) -> Failure:
        where = ", ".join(self._files.paths)
        if matched:
            detail = f"none of the {matched} files at {where} holds a certificate"
            return Failure(Reason.NOT_A_CERTIFICATE, detail, where)
        return Failure(Reason.NOT_FOUND, f"no file is at {where}", where)
