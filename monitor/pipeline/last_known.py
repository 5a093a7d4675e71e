"""The last known results for locations that could not be probed this time; pure."""

from collections.abc import Iterable
from datetime import datetime

from monitor.model import Machine, ProbeResult, RevocationList, Sighting, TargetState


def last_known(previous: TargetState, seen: ProbeResult, now: datetime) -> tuple[Sighting, ...]:
    """Return the last known sightings of the locations that could not be probed this time."""
    if not previous.sightings:
        return ()
    shown = {sighting.location for sighting in seen.sightings}
    locations = _lost(previous, seen, now)
    return tuple(s for s in previous.sightings if s.location not in shown and _within(s.location, locations))


def machine_known(previous: TargetState, seen: ProbeResult, kept: tuple[Sighting, ...]) -> Machine | None:
    """Return the machine of this probe, else the last known one while its certificates are kept."""
    return seen.machine or (previous.machine if kept else None)


def lists_known(previous: TargetState, seen: ProbeResult, now: datetime) -> tuple[RevocationList, ...]:
    """Return the CRLs of this probe and the last known ones of locations that could not be probed."""
    if not previous.lists:
        return seen.lists
    shown = {one.location for one in seen.lists}
    locations = _lost(previous, seen, now)
    return (
        *seen.lists,
        *(one for one in previous.lists if one.location not in shown and _within(one.location, locations)),
    )


def _lost(previous: TargetState, seen: ProbeResult, now: datetime) -> list[str]:
    """Return the locations that could not be probed, empty after ``forget_after``.

    A standby that was seen once may be unreachable for years as intended: it is not forgotten.
    """
    if not seen.failures:
        return []
    since = previous.succeeded_at or previous.watched_since
    too_long = since is not None and now - since > previous.target.policy.forget_after
    if too_long and not previous.target.traits.standby:
        return []
    return [""] if seen.partial else [failure.location for failure in seen.lost_failures]


def _within(location: str, locations: Iterable[str]) -> bool:
    """Return whether a location equals one of the others or is inside one.

    A file is inside a folder, an entry inside a store, a key type inside a server.
    """
    inside = ("/", "\\", "#", " (")
    return any(
        not lost or location == lost or location.startswith(tuple(lost + part for part in inside))
        for lost in locations
    )
