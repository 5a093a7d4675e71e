"""Values for the tests of the store: targets, states and looks made of throwaway certificates.

Nothing here is for use outside tests.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from monitor.model import (
    Mail,
    Observation,
    Recipient,
    Seen,
    Sighting,
    Target,
    TargetState,
    Told,
    ToldChange,
)
from monitor.parse import certificate
from monitor.store import Store
from support import pki

T = TypeVar("T")

NOW = pki.NOW
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
VERSION = "1.0"


def url(path: Path) -> str:
    """Return the store URL of an absolute path."""
    return f"sqlite:///{path}"


@cache
def der(name: str) -> bytes:
    """Return the DER bytes of a certificate for a name, the same ones every time."""
    return pki.issue(name).der


def sighting(name: str, place: str = "host:443", position: int = 0) -> Sighting:
    """Return the certificate for a name as seen at a place."""
    return Sighting(place, position, certificate(der(name)))


def sha256(name: str) -> str:
    """Return the fingerprint of the certificate for a name."""
    return certificate(der(name)).sha256


def target(name: str = "host") -> Target:
    """Return an endpoint."""
    return Target(f"endpoint:{name}:443", "endpoint", f"{name}:443", settings=None)


TARGETS = [target(f"h{number}") for number in range(40)]


def look(
    at: datetime, *sightings: Sighting, of: Target | None = None
) -> tuple[TargetState, dict[str, Observation]]:
    """Return the state after a good look that showed just these, and its observation by target id."""
    item = of or target()
    state = TargetState(
        item,
        watched_since=at,
        looked_at=at,
        duration=timedelta(milliseconds=20),
        succeeded_at=at,
        encrypted=True,
        sightings=sightings,
    )
    return state, {item.id: observation(item, at, sightings)}


def observation(item: Target, at: datetime, sightings: Sequence[Sighting]) -> Observation:
    """Return what a look that showed just these gave."""
    ders = {s.certificate.sha256: der(s.certificate.subject_cn) for s in sightings}
    return Observation(
        item.id, at, timedelta(milliseconds=20), Seen(tuple(sightings), (), ders, encrypted=True)
    )


def told(key: str, rung: str = "warning", at: datetime = NOW) -> ToldChange:
    """Return the change that puts one matter."""
    return ToldChange(key, Told(key, rung, at, at, "a title", ("host:443",)))


def mail(number: int, at: datetime = NOW) -> Mail:
    """Return a mail to two recipients, due at once."""
    return Mail(
        f"<{number}@monitor.example>",
        f"subject {number}",
        b"Subject: x\r\n\r\nbody \xff\r\n",
        (("one@vms.example", Recipient.PENDING), ("two@vms.example", Recipient.PENDING)),
        at,
        at,
    )


def using(act: Callable[[Store], Awaitable[T]], where: str) -> T:
    """Return what an asynchronous function does with a store that is closed afterwards."""

    async def main() -> T:
        store = await Store.open(where, app_version=VERSION)
        try:
            return await act(store)
        finally:
            await store.close()

    return asyncio.run(main())


async def loaded(store: Store, *targets: Target) -> list[TargetState]:
    """Return the recorded states of some targets, all pieces together."""
    return [state async for piece in store.load(targets) for state, _ in piece]


def finished(item: Mail) -> Mail:
    """Return a mail that everybody received."""
    return replace(item, recipients=(("one@vms.example", Recipient.SENT),))
