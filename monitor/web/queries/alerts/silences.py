"""The silences that can be made for one alert, and those that apply to it now."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from monitor.alerts.routing.matching import matches_target
from monitor.model import Matcher, Silence, SilenceKind, Snapshot
from monitor.web.queries.alerts.detail import AlertDetail

_MOST_TARGETS = 200


class SilenceReach(StrEnum):
    """How far a silence beside an alert reaches."""

    ALERT = "alert"
    TARGETS = "targets"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class SilenceChoice:
    """One thing that can be silenced beside an alert: the labels that an alert must have."""

    reach: SilenceReach
    matched: Mapping[str, tuple[str, ...]]


def silence_choices(detail: AlertDetail) -> Iterator[SilenceChoice]:
    """Yield what can be silenced, the least first; nothing for what is over.

    An alert at more targets than a silence should list is silenced by its site, or by labels elsewhere.
    """
    if not detail.acknowledgeable:
        return
    # An alert that is about no target is matched by what it is about.
    ids = [one.id for one in detail.targets] or [key.scope_id for key in detail.alerts]
    targets = tuple(dict.fromkeys(ids))
    checks = tuple(sorted({key.check.value for key in detail.alerts}))
    if checks and 0 < len(targets) <= _MOST_TARGETS:
        yield SilenceChoice(SilenceReach.ALERT, {"check": checks, "target": targets})
        if detail.targets:
            yield SilenceChoice(SilenceReach.TARGETS, {"target": targets})
    if detail.site:
        yield SilenceChoice(SilenceReach.SITE, {"site": (detail.site,)})


def silences_of(detail: AlertDetail, silences: Iterable[Silence], snapshot: Snapshot) -> tuple[Silence, ...]:
    """Return the silences that keep an open alert back, with all that is shown as it."""
    if not detail.acknowledgeable:
        return ()
    return tuple(
        one for one in silences if one.kind is SilenceKind.SILENCE and _about(one.matchers, detail, snapshot)
    )


def _about(matchers: Iterable[Matcher], detail: AlertDetail, snapshot: Snapshot) -> bool:
    own = {
        "check": {key.check.value for key in detail.alerts},
        "level": {detail.level.value},
        "target": {key.scope_id for key in detail.alerts},
    }
    of_alert = [one for one in matchers if one.name in {"check", "level"}]
    if any(not own[one.name] <= set(one.values) for one in of_alert):
        return False
    rest = [one for one in matchers if one not in of_alert]
    if not detail.targets:
        return all(one.name == "target" and own["target"] <= set(one.values) for one in rest)
    states = [snapshot.states[one.id] for one in detail.targets if one.id in snapshot.states]
    return all(matches_target(rest, state.target) for state in states)
