"""The rows of the list of alerts, and what they can be filtered and sorted by."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from monitor.model import (
    AlertGroup,
    AlertLevel,
    AlertLocation,
    AlertRecord,
    AlertState,
    Check,
    MonitorCheck,
    Snapshot,
    Target,
)
from monitor.web.queries.lists.listing import OF_TARGETS, Facet, Listing

RESOLVED = "resolved"
"""The state of alerts that are over, which are read from the store where they are asked for."""
_SEPARATOR = "\n"


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert of the board with the labels of its targets; ``rank`` is 0 for the worst.

    ``text`` is what words are searched in. ``record`` is what is known of one that is over.
    """

    group: AlertGroup
    rank: int
    states: tuple[str, ...]
    levels: tuple[str, ...]
    checks: tuple[str, ...]
    sites: tuple[str, ...]
    components: tuple[str, ...]
    owners: tuple[str, ...]
    kinds: tuple[str, ...]
    issuers: tuple[str, ...]
    text: str
    record: AlertRecord | None = None

    @property
    def expires_at(self) -> datetime | None:
        """Return the expiry of the certificate that it is about."""
        return self.group.certificate.not_after if self.group.certificate else None


ALERTS: Listing[AlertRow] = Listing(
    facets=(
        Facet("state", attrgetter("states"), (*AlertState, RESOLVED), AlertState.ACTIVE.value),
        Facet("level", attrgetter("levels"), tuple(reversed(AlertLevel))),
        Facet("check", attrgetter("checks"), (*Check, *MonitorCheck)),
        *OF_TARGETS,
    ),
    sorts={
        "level": attrgetter("rank"),
        "title": lambda row: row.group.title.casefold(),
        "since": lambda row: row.group.since,
        "expires": attrgetter("expires_at"),
        "site": lambda row: row.group.site.casefold() or None,
    },
    text=attrgetter("text"),
    expires_at=attrgetter("expires_at"),
)
"""The list of alerts; without a choice it has those that nobody acknowledged or silenced."""


def alert_rows(snapshot: Snapshot, resolved: Sequence[AlertRecord] = ()) -> tuple[AlertRow, ...]:
    """Return a row for each alert of the board, and for each that is over by the record, in their order."""
    shown = [_row(group, rank, snapshot) for rank, group in enumerate(snapshot.alerts)]
    over = [_resolved(record, rank, snapshot) for rank, record in enumerate(resolved, len(shown))]
    return (*shown, *over)


def _resolved(record: AlertRecord, rank: int, snapshot: Snapshot) -> AlertRow:
    """Return the row of an alert that is over; its record has the locations, and the target if it is one."""
    group = AlertGroup(
        record.key.id,
        record.key.check,
        record.level,
        record.title,
        record.opened_at,
        (record.key,),
        targets=tuple(one for one in (record.key.scope_id,) if one in snapshot.states),
        locations=tuple(AlertLocation(one, one) for one in record.locations),
    )
    return replace(_row(group, rank, snapshot), states=(RESOLVED,), record=record)


def _row(group: AlertGroup, rank: int, snapshot: Snapshot) -> AlertRow:
    targets = [snapshot.states[one].target for one in group.targets if one in snapshot.states]
    issuer = group.certificate.issuer_cn or group.certificate.issuer if group.certificate else ""
    return AlertRow(
        group=group,
        rank=rank,
        states=(group.state.value,),
        levels=(group.level.value,),
        checks=(group.check.value,),
        sites=_values(group.site, (one.label("site") for one in targets)),
        components=_values(group.component, (one.label("component") for one in targets)),
        owners=_values(group.owner, (one.label("owner") for one in targets)),
        kinds=_values("", (one.kind for one in targets)),
        issuers=_values(issuer, ()),
        text=_SEPARATOR.join(_searched(group, targets)).casefold(),
    )


def _values(own: str, others: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in (own, *others) if value))


def _searched(group: AlertGroup, targets: Iterable[Target]) -> Iterator[str]:
    yield from (group.id, group.title, group.check.value, group.site, group.component, group.owner)
    for at in group.locations:
        yield from (at.location, at.title, at.server, at.server_name)
    if group.certificate:
        shown = group.certificate
        yield from (shown.sha256, shown.sha1, shown.serial, shown.subject, *shown.dns_names)
    for target in targets:
        yield from (target.id, target.host, target.info.note, target.label("owner"))
        yield from (value for _, value in target.labels)
