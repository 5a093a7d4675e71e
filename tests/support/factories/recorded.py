"""Values for the tests of the store: targets, states and probes made of throwaway certificates.

Nothing here is for use outside tests.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from monitor.model import (
    AlertKey,
    AlertLevel,
    AlertRecord,
    Check,
    LogChange,
    Notification,
    NotificationKind,
    NotificationRecord,
    NotifiedAlert,
    Observation,
    ProbeResult,
    ReceiverChanges,
    RecipientStatus,
    Scope,
    Sighting,
    Target,
    TargetState,
)
from monitor.parse import parse_certificate
from monitor.store import Store
from monitor.store.schema import MIGRATIONS
from support import pki

T = TypeVar("T")

RECEIVER = "email"
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


def sighting(name: str, location: str = "host:443", position: int = 0) -> Sighting:
    """Return the certificate for a name as seen at a location."""
    return Sighting(location, position, parse_certificate(der(name)))


def sha256(name: str) -> str:
    """Return the fingerprint of the certificate for a name."""
    return parse_certificate(der(name)).sha256


def target(name: str = "host") -> Target:
    """Return an endpoint."""
    return Target(f"endpoint:{name}:443", "endpoint", f"{name}:443", settings=None)


TARGETS = [target(f"h{number}") for number in range(40)]


def probe(
    at: datetime, *sightings: Sighting, of: Target | None = None
) -> tuple[TargetState, dict[str, Observation]]:
    """Return the state after a good probe that showed just these, and its observation by target id."""
    item = of or target()
    state = TargetState(
        item,
        watched_since=at,
        probed_at=at,
        duration=timedelta(milliseconds=20),
        succeeded_at=at,
        encrypted=True,
        sightings=sightings,
    )
    return state, {item.id: observation(item, at, sightings)}


def observation(item: Target, at: datetime, sightings: Sequence[Sighting]) -> Observation:
    """Return what a probe that showed just these gave."""
    ders = {s.certificate.sha256: der(s.certificate.subject_cn) for s in sightings}
    return Observation(
        item.id, at, timedelta(milliseconds=20), ProbeResult(tuple(sightings), (), ders, encrypted=True)
    )


def alert_key(name: str) -> AlertKey:
    """Return the key of an alert about a certificate of this name."""
    return AlertKey(Check.EXPIRY, Scope.CERTIFICATE, name)


def notified(
    *names: str, level: AlertLevel = AlertLevel.WARNING, at: datetime = NOW
) -> tuple[list[AlertRecord], dict[str, ReceiverChanges]]:
    """Return what is written when one receiver is notified of alerts about certificates of these names."""
    keys = [alert_key(name) for name in names]
    alerts = [AlertRecord(key, level, at, at, "a title", ("host:443",), keys[0].id) for key in keys]
    log = tuple(LogChange(key, NotificationRecord(key, level, at, at, "first")) for key in keys)
    return alerts, {RECEIVER: ReceiverChanges(log)}


def numbered(number: int) -> str:
    """Return the id of a waiting notification."""
    return f"00000000-0000-4000-8000-{number:012}"


def waiting(number: int, at: datetime = NOW) -> Notification:
    """Return a notification to two recipients about an alert, due at once."""
    return Notification(
        numbered(number),
        "email",
        NotificationKind.NOTICE,
        f"body {number}",
        (("one@vms.example", RecipientStatus.PENDING), ("two@vms.example", RecipientStatus.PENDING)),
        at,
        at,
        alerts=(NotifiedAlert(f"alert {number}", "first", "warning"),),
        rendered=b"Subject: x\r\n\r\nbody \xff\r\n",
        rendered_at=at,
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


def finished(item: Notification) -> Notification:
    """Return a notification that everybody received."""
    return replace(item, recipients=(("one@vms.example", RecipientStatus.ACCEPTED),))


def made_at(path: Path, revision: str) -> None:
    """Make a database file as a version with an older schema made it, without rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        command.upgrade(config, revision)
    engine.dispose()
