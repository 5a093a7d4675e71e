"""The rows of the list of discoveries, and what they can be filtered and sorted by."""

from dataclasses import dataclass
from operator import attrgetter

from monitor.model import DiscoveryState, Snapshot
from monitor.web.queries.lists.listing import Facet, Listing
from monitor.web.queries.lists.row_words import joined, one_value

STATES = ("failed", "left_out", "not_fetched", "fetched")
"""The states of a discovery, the most urgent first."""


@dataclass(frozen=True, slots=True)
class DiscoveryRow:
    """One discovery; ``text`` is what words are searched in."""

    discovery: DiscoveryState
    states: tuple[str, ...]
    kinds: tuple[str, ...]
    order: tuple[int, str]
    text: str


DISCOVERIES: Listing[DiscoveryRow] = Listing(
    facets=(Facet("state", attrgetter("states"), STATES), Facet("kind", attrgetter("kinds"))),
    sorts={
        "state": attrgetter("order"),
        "title": lambda row: row.discovery.id.casefold(),
        "found": lambda row: row.discovery.found,
        "fetched": lambda row: row.discovery.succeeded_at,
    },
    text=attrgetter("text"),
)
"""The list of discoveries."""


def discovery_rows(snapshot: Snapshot) -> tuple[DiscoveryRow, ...]:
    """Return a row for each discovery."""
    return tuple(_row(one) for one in snapshot.discoveries.values())


def _row(one: DiscoveryState) -> DiscoveryRow:
    state = _state(one)
    return DiscoveryRow(
        one,
        one_value(state),
        one_value(one.id.partition(":")[0].rpartition("/")[2]),
        (STATES.index(state), one.id.casefold()),
        joined((one.id, one.target_id)),
    )


def _state(one: DiscoveryState) -> str:
    if one.failed:
        return "failed"
    if one.left_out:
        return "left_out"
    return "fetched" if one.succeeded_at else "not_fetched"
