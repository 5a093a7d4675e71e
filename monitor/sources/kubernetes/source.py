"""Probe the certificates in a Kubernetes cluster: secrets, config maps, CA bundles; judges nothing.

A probe runs on a thread with its own loop: reading a kubeconfig may block, and a page is megabytes of JSON.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from monitor import parse
from monitor.model import (
    Failure,
    FailureReason,
    Message,
    ProbeRequest,
    ProbeResult,
    Sighting,
    damaged_items,
)
from monitor.model.texts import located
from monitor.sources.files.texts import certificate_unreadable
from monitor.sources.kubernetes import texts
from monitor.sources.kubernetes.documents import ListingTooLargeError, StoredValue
from monitor.sources.kubernetes.listings import ResourceListing, listings
from monitor.sources.kubernetes.loop import run
from monitor.sources.kubernetes.settings import Cluster
from monitor.threads import ThreadPool

MOST_SIGHTINGS = 50_000
MOST_FAILURES = 10_000
MOST_OCTETS = 256 * 1024 * 1024
"""Octets of all certificates of one probe."""

_HIDDEN = {403: FailureReason.FORBIDDEN, 404: FailureReason.NOT_FOUND}


class KubernetesSource:
    """Probes clusters on its own threads."""

    def __init__(self, threads: int = 4) -> None:
        """Probe up to ``threads`` clusters at once."""
        self.pool = ThreadPool("kubernetes", threads)

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Return every certificate in the listed objects, and the failures, within the timeout."""
        cluster = request.settings
        if not isinstance(cluster, Cluster):
            raise TypeError(f"{request.target_id} is no kubernetes target")
        seconds = request.timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                return await self.pool.run(lambda: run(_probe(cluster, seconds)))
        except TimeoutError:
            said = texts.no_answer(timeout=request.timeout)
            return ProbeResult(failures=(Failure(FailureReason.TIMEOUT, said),))


async def _probe(cluster: Cluster, seconds: float) -> ProbeResult:
    # Imported here: the library is an optional extra, and takes most of a second to import.
    from monitor.sources.kubernetes import failures, requests  # noqa: PLC0415

    found = _Found()
    try:
        async with asyncio.timeout(seconds), requests.connect(cluster, seconds) as api:
            for listing in listings(cluster):
                await _listed(api, listing, found)
    except failures.TROUBLE as error:
        # Earlier results are discarded: all last known locations stay, none counts as removed.
        return ProbeResult(failures=(failures.failure(error),))
    return found.seen()


async def _listed(api: Any, listing: ResourceListing, found: "_Found") -> None:
    """Read one list; a missing permission affects only this list."""
    from monitor.sources.kubernetes import requests  # noqa: PLC0415 - as above

    try:
        async for page in requests.pages(api, listing.path, listing.query):
            for item in page:
                found.take(listing.values_in(item), named=listing.named)
    except requests.ApiError as error:
        if error.status not in _HIDDEN:
            raise
        said = texts.not_listed(error=parse.display(error.said))
        found.failures.append(Failure(_HIDDEN[error.status], said, listing.location))


class _Found:
    """The sightings and failures of one probe."""

    def __init__(self) -> None:
        self.sightings: list[Sighting] = []
        self.ders: dict[str, bytes] = {}
        self.failures: list[Failure] = []
        self._over = False
        self._locations: set[str] = set()
        self._octets = 0

    def take(self, values: Iterable[StoredValue], *, named: bool) -> None:
        """Take the certificates from the contents of an item; everything else is dropped.

        A location that was taken before is skipped: two entries may request the same list, and a continued
        list may repeat items. ``named`` makes a location without a certificate a failure. Raises
        ``ListingTooLargeError``.
        """
        for location, data in values:
            location = parse.display(location)  # noqa: PLW2901 - cleaned, as all that comes from outside
            if location not in self._locations:
                self._locations.add(location)
                self._take(location, parse.find_certificates(data), named=named)

    def _take(self, location: str, contents: parse.FileContents, *, named: bool) -> None:
        for position, der in enumerate(contents.ders):
            self._certificate(location, position, der)
        if not contents.ders and not named:
            return
        for problem in contents.problems:
            self._failed(location, problem)
        if not contents.ders and not contents.problems:
            self._fail(
                Failure(FailureReason.NOT_A_CERTIFICATE, texts.no_certificate(location=location), location)
            )

    def seen(self) -> ProbeResult:
        """Return the result."""
        # One bad object among many others is no reason to call the cluster unreachable.
        isolated = damaged_items(self.failures)
        return ProbeResult(tuple(self.sightings), tuple(self.failures), self.ders, isolated=isolated)

    def _certificate(self, location: str, position: int, der: bytes) -> None:
        if len(self.sightings) >= MOST_SIGHTINGS:
            if not self._over:
                self._over = True
                said = texts.too_many(most=MOST_SIGHTINGS)
                self.failures.append(Failure(FailureReason.TOO_LARGE, said, "more"))
            return
        try:
            certificate = parse.parse_certificate(der)
        except parse.UnreadableCertificateError as error:
            self._failed(location, certificate_unreadable(position=position, problem=error.message))
            return
        self._octets += len(der)
        if self._octets > MOST_OCTETS:
            raise ListingTooLargeError(texts.too_large(mebibytes=MOST_OCTETS >> 20))
        self.sightings.append(Sighting(location, position, certificate))
        self.ders[certificate.sha256] = der

    def _failed(self, location: str, problem: Message) -> None:
        said = located(location=location, problem=problem)
        self._fail(Failure(FailureReason.BAD_CERTIFICATE, said, location))

    def _fail(self, failure: Failure) -> None:
        if len(self.failures) >= MOST_FAILURES:
            raise ListingTooLargeError(texts.too_many_failures(most=MOST_FAILURES))
        self.failures.append(failure)
