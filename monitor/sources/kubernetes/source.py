"""Look at the certificates in a Kubernetes cluster: secrets, config maps, CA bundles; judges nothing.

A look runs on a thread with a loop of its own: reading a kubeconfig may block, and a page is megabytes of
JSON.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from monitor import parse
from monitor.model import Failure, Reason, Seen, Sighting, Target
from monitor.sources.kubernetes.documents import Held, TooLargeError
from monitor.sources.kubernetes.listings import Listing, listings
from monitor.sources.kubernetes.loop import run
from monitor.sources.kubernetes.settings import Cluster
from monitor.threads import ThreadPool

MOST_SIGHTINGS = 50_000
MOST_FAILURES = 10_000
MOST_OCTETS = 256 * 1024 * 1024
"""Octets of all certificates of one look."""

_HIDDEN = {403: Reason.FORBIDDEN, 404: Reason.NOT_FOUND}


class KubernetesSource:
    """Look at clusters on threads of their own."""

    def __init__(self, threads: int = 4) -> None:
        """Look at up to ``threads`` clusters at once."""
        self.pool = ThreadPool("kubernetes", threads)

    async def look(self, target: Target) -> Seen:
        """Return every certificate that could be listed, and what failed, within the policy's timeout."""
        cluster = target.settings
        if not isinstance(cluster, Cluster):
            raise TypeError(f"{target.id} is no kubernetes target")
        seconds = target.policy.timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                return await self.pool.run(lambda: run(_look(cluster, seconds)))
        except TimeoutError:
            return Seen(
                failures=(Failure(Reason.TIMEOUT, f"no answer from the cluster within {seconds:g} s"),)
            )


async def _look(cluster: Cluster, seconds: float) -> Seen:
    # Here and not above: the library is an extra, and takes most of a second to import.
    from monitor.sources.kubernetes import asking, trouble  # noqa: PLC0415

    found = _Found()
    try:
        async with asyncio.timeout(seconds), asking.connected(cluster) as api:
            for listing in listings(cluster):
                await _listed(api, listing, found)
    except trouble.TROUBLE as error:
        # What came before it is not shown: all last known places stay, none is taken for gone.
        return Seen(failures=(Failure(*trouble.said(error)),))
    return found.seen()


async def _listed(api: Any, listing: Listing, found: "_Found") -> None:
    """Take what one list holds; that we may not see it costs only this list."""
    from monitor.sources.kubernetes import asking  # noqa: PLC0415 - as above

    try:
        async for page in asking.pages(api, listing.path, listing.query):
            for item in page:
                found.take(listing.held(item), named=listing.named)
    except asking.AnswerError as error:
        if error.status not in _HIDDEN:
            raise
        advice = "give the right to list them, or name other resources"
        said = f"{parse.display(error.said)} ({advice})"
        found.failures.append(Failure(_HIDDEN[error.status], said, listing.place))


class _Found:
    """Collect what a look shows."""

    def __init__(self) -> None:
        self.sightings: list[Sighting] = []
        self.ders: dict[str, bytes] = {}
        self.failures: list[Failure] = []
        self._over = False
        self._places: set[str] = set()
        self._octets = 0

    def take(self, held: Iterable[Held], *, named: bool) -> None:
        """Take the certificates out of what an item holds; whatever else lies there is let go.

        A place that was taken before is passed over: two entries may ask for the same, and a list that is
        gone on with may repeat itself. ``named`` tells of a place without a certificate. Raises
        ``TooLargeError``.
        """
        for place, data in held:
            place = parse.display(place)  # noqa: PLW2901 - cleaned, as all that comes from outside
            if place not in self._places:
                self._places.add(place)
                self._take(place, parse.certificates_in(data), named=named)

    def _take(self, place: str, contents: parse.Contents, *, named: bool) -> None:
        for position, der in enumerate(contents.ders):
            self._certificate(place, position, der)
        if not contents.ders and not named:
            return
        for problem in contents.problems:
            self._failed(place, problem)
        if not contents.ders and not contents.problems:
            self._fail(Failure(Reason.NOT_A_CERTIFICATE, f"{place} holds no certificate", place))

    def seen(self) -> Seen:
        """Return what was taken."""
        return Seen(tuple(self.sightings), tuple(self.failures), self.ders)

    def _certificate(self, place: str, position: int, der: bytes) -> None:
        if len(self.sightings) >= MOST_SIGHTINGS:
            if not self._over:
                self._over = True
                said = f"the cluster holds more than {MOST_SIGHTINGS:,} certificates; the others are not seen"
                self.failures.append(Failure(Reason.TOO_LARGE, said, "more"))
            return
        try:
            certificate = parse.certificate(der)
        except parse.UnreadableCertificateError as error:
            self._failed(place, f"certificate {position} cannot be read: {error}")
            return
        self._octets += len(der)
        if self._octets > MOST_OCTETS:
            raise TooLargeError(
                f"the cluster's certificates are larger than {MOST_OCTETS >> 20} MiB together"
            )
        self.sightings.append(Sighting(place, position, certificate))
        self.ders[certificate.sha256] = der

    def _failed(self, place: str, problem: str) -> None:
        self._fail(Failure(Reason.BAD_CERTIFICATE, f"{place}: {problem}", place))

    def _fail(self, failure: Failure) -> None:
        if len(self.failures) >= MOST_FAILURES:
            raise TooLargeError(f"more than {MOST_FAILURES:,} places hold what is no certificate")
        self.failures.append(failure)
