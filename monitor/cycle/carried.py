"""Say what stays known of places that could not be looked at this time; pure."""

from collections.abc import Iterable
from datetime import datetime

from monitor.model import Machine, RevocationList, Seen, Sighting, TargetState


def carried(previous: TargetState, seen: Seen, now: datetime) -> tuple[Sighting, ...]:
    """Return the last known sightings of the places that could not be looked at this time."""
    if not previous.sightings:
        return ()
    shown = {sighting.place for sighting in seen.sightings}
    places = _lost(previous, seen, now)
    return tuple(s for s in previous.sightings if s.place not in shown and _within(s.place, places))


def machine_known(previous: TargetState, seen: Seen, kept: tuple[Sighting, ...]) -> Machine | None:
    """Return what is known of the machine: told by this look, else as long as its certificates stay known."""
    return seen.machine or (previous.machine if kept else None)


def lists_known(previous: TargetState, seen: Seen, now: datetime) -> tuple[RevocationList, ...]:
    """Return the CRLs of this look and the last known ones of places that could not be looked at."""
    if not previous.lists:
        return seen.lists
    shown = {one.place for one in seen.lists}
    places = _lost(previous, seen, now)
    return (
        *seen.lists,
        *(one for one in previous.lists if one.place not in shown and _within(one.place, places)),
    )


def _lost(previous: TargetState, seen: Seen, now: datetime) -> list[str]:
    """Return the places that could not be looked at, empty when they have been lost for too long.

    A standby that was seen once falls silent for good reason, for years: it is not forgotten.
    """
    if not seen.failures:
        return []
    since = previous.succeeded_at or previous.watched_since
    too_long = since is not None and now - since > previous.target.policy.forget_after
    if too_long and not previous.target.part.standby:
        return []
    return [""] if seen.partial else [failure.place for failure in seen.blind_failures]


def _within(place: str, places: Iterable[str]) -> bool:
    """Return whether a place is one of the others, or inside one.

    Inside lie a file of a folder, an entry of a store, a key type of a server.
    """
    inside = ("/", "\\", "#", " (")
    return any(
        not lost or place == lost or place.startswith(tuple(lost + part for part in inside))
        for lost in places
    )
