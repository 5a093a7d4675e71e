"""The rows of the list of targets, and what they can be filtered and sorted by."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter

from monitor.alerts.summarize import count_of_target
from monitor.assess import damaged, failures_named
from monitor.model import Check, FailureReason, Finding, Message, TargetState
from monitor.web.queries.cache.row_index import Recipe, RowInput
from monitor.web.queries.lists.levels import LEVELS, level_of, level_rank
from monitor.web.queries.lists.listing import OF_TARGETS, Facet, Listing
from monitor.web.queries.lists.row_words import labels_of, one_value, searched_target, values

STATES = ("need_action", "unreachable", "not_checked", "standby", "fine")
"""The states that the first page counts, the most urgent first."""
_NEVER = datetime.max.replace(tzinfo=UTC)
_NO_ANSWER = frozenset({FailureReason.REFUSED, FailureReason.UNREACHABLE, FailureReason.TIMEOUT})


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target; ``levels`` is the worst level of its findings, ``expires_at`` the earliest on its paths.

    ``text`` is what words are searched in. ``order`` sorts the worst first.
    """

    id: str
    title: str
    states: tuple[str, ...]
    levels: tuple[str, ...]
    checks: tuple[str, ...]
    sites: tuple[str, ...]
    components: tuple[str, ...]
    owners: tuple[str, ...]
    kinds: tuple[str, ...]
    issuers: tuple[str, ...]
    expires_at: datetime | None
    order: tuple[int, int, datetime, str]
    text: str


TARGETS: Listing[TargetRow] = Listing(
    facets=(
        Facet("state", attrgetter("states"), STATES),
        Facet("level", attrgetter("levels"), LEVELS),
        Facet("check", attrgetter("checks"), tuple(Check)),
        *OF_TARGETS,
    ),
    sorts={
        "state": attrgetter("order"),
        "title": lambda row: row.title.casefold(),
        "expires": attrgetter("expires_at"),
        "site": lambda row: row.sites[0].casefold() if row.sites else None,
    },
    text=attrgetter("text"),
    expires_at=attrgetter("expires_at"),
)
"""The list of targets."""


def target_row(seen: RowInput) -> TargetRow:
    """Return the row of a target."""
    state, target = seen.state, seen.state.target
    name = count_of_target(state, needs=seen.needs)
    level = level_of(seen.findings, state.assessment.not_after, seen.now)
    title = target.info.title or target.location
    leaves = [path.leaf for path in state.assessment.paths]
    expires_at = state.assessment.not_after
    sites, components, owners = labels_of(target.labels, target.info.owner)
    return TargetRow(
        id=target.id,
        title=title,
        states=one_value(name),
        levels=one_value(level),
        checks=values(one.check.value for one in seen.findings),
        sites=sites,
        components=components,
        owners=owners,
        kinds=one_value(target.kind),
        issuers=values(one.issuer_cn or one.issuer for one in leaves),
        expires_at=expires_at,
        order=(STATES.index(name), level_rank(level), expires_at or _NEVER, title.casefold()),
        text=searched_target(target, state.sightings),
    )


TARGET_ROWS: Recipe[TargetRow, TargetRow] = Recipe(
    parts=lambda seen: ((seen.state.target.id, target_row(seen)),), fold=lambda rows: rows[0]
)


def problems_of(state: TargetState, findings: Iterable[Finding]) -> Iterator[Message]:
    """Yield what is wrong with a target: the findings, the worst first, then the failures that none names."""
    own = sorted(findings, key=lambda one: -one.severity.rank)
    yield from (finding.message for finding in own)
    checks = {finding.check for finding in own}
    named = failures_named(state.failures) if Check.UNREACHABLE in checks else ()
    if Check.DAMAGED in checks:
        named += tuple(failure.message for failure in damaged(state))
    for failure in state.failures:
        expected = state.idle_standby and failure.reason in _NO_ANSWER
        if not expected and failure.message not in named:
            yield failure.message
