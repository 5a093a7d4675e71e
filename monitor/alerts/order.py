"""From matters to entries: one for each certificate, host or shared matter, the worst first."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from monitor.alerts.advice import joined_advice
from monitor.alerts.decision import Entry, Why
from monitor.alerts.matter import Matter
from monitor.model import Check

_REASONS = (Why.FIRST, Why.WORSE, Why.REMINDER, Why.INVENTORY)
_ORDER = {check: location for location, check in enumerate(Check)}
_NEVER = datetime.max.replace(tzinfo=UTC)


def as_entries(tell: Sequence[tuple[Matter, Why]], matters: Iterable[Matter]) -> list[Entry]:
    """Return one entry for each group with something to tell; the rest known of the group comes along."""
    reasons: dict[str, list[Why]] = {}
    worst: dict[str, list[Matter]] = {}
    for matter, why in tell:
        reasons.setdefault(matter.group, []).append(why)
        worst.setdefault(matter.group, []).append(matter)
    members: dict[str, list[Matter]] = {group: [] for group in reasons}
    for matter in matters if reasons else ():
        if matter.group in members:
            members[matter.group].append(matter)
    return [
        _entry(_sorted(worst[group]), _sorted(members[group]), min(reasons[group], key=_REASONS.index))
        for group in reasons
    ]


def worst_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries in the order in which a person should read them; good news comes last."""
    return tuple(sorted(entries, key=_badness))


def _sorted(matters: list[Matter]) -> list[Matter]:
    return sorted(matters, key=lambda matter: (-matter.rung.rank, _ORDER[matter.check]))


def _entry(due: list[Matter], members: list[Matter], why: Why) -> Entry:
    ordered = due + [matter for matter in members if matter not in due]
    return Entry(
        why=why,
        rung=due[0].rung,
        checks=tuple(dict.fromkeys(matter.check for matter in ordered)),
        title=due[0].title,
        sentences=tuple(dict.fromkeys(s for matter in ordered for s in matter.sentences)),
        spots=tuple(dict.fromkeys(spot for matter in ordered for spot in matter.spots.values())),
        certificate=next((matter.certificate for matter in ordered if matter.certificate), None),
        advice=joined_advice([matter.advice for matter in ordered]),
    )


def _badness(entry: Entry) -> tuple[int, datetime, str]:
    ends_at = entry.certificate.not_after if entry.certificate else _NEVER
    return -(entry.rung.rank if entry.rung else 0), ends_at, entry.title
