"""Make the plan of a site from what is known of it."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from monitor.model import Snapshot
from monitor.planning.renewal_plan import texts
from monitor.planning.renewal_plan.authorities import authorities
from monitor.planning.renewal_plan.groups import Chosen, Group, choose
from monitor.planning.renewal_plan.ids import version_of
from monitor.planning.renewal_plan.order import in_order
from monitor.planning.renewal_plan.plan import LaterStep, PlannedStep, RenewalPlan
from monitor.planning.renewal_plan.switches import switch
from monitor.planning.renewal_plan.undo import going_back, key_links

MOST_STEPS = 1000
"""Nobody renews more in one go, and a page of them could not be read."""


class PlanProblem(StrEnum):
    """Why there is no plan for a site."""

    NO_SITE = "no_site"
    NOTHING_SEEN = "nothing_seen"
    TOO_MANY = "too_many"


def plan_for_site(snapshot: Snapshot, site: str, now: datetime) -> RenewalPlan | PlanProblem:
    """Return the plan of a site, whose name is a label of its targets without regard to case."""
    names = [state.target.label("site") for state in snapshot]
    name = next((one for one in names if one and one.casefold() == site.casefold()), None)
    if name is None:
        return PlanProblem.NO_SITE
    chosen = choose(snapshot, name, now)
    if len(chosen.groups) > MOST_STEPS:
        return PlanProblem.TOO_MANY
    return _plan(chosen, snapshot, name, now) if chosen.groups else PlanProblem.NOTHING_SEEN


def _plan(chosen: Chosen, snapshot: Snapshot, site: str, now: datetime) -> RenewalPlan:
    ordered = in_order(chosen.groups)
    first = tuple(authorities(ordered.groups, snapshot, site, now))
    cas = tuple(one.step.id for one in first)
    pilots = _switches(ordered.groups[: ordered.pilots], cas, snapshot, pilot=True)
    needs = (*cas, *(one.step.id for one in pilots))
    rest = _switches(ordered.groups[ordered.pilots :], needs, snapshot, pilot=False)
    switches = (*pilots, *rest)
    undone, links = zip(ordered.groups, switches, strict=True), key_links(snapshot)
    without_pilot = () if pilots else (texts.NO_PILOT,)
    return RenewalPlan(
        site,
        now,
        version_of(one.step for one in (*first, *switches)),
        (*first, *switches),
        tuple(going_back(group, step, links, now) for group, step in undone),
        tuple(LaterStep(one.title, one.expires_at) for one in chosen.later),
        (*chosen.unknown, *without_pilot),
    )


def _switches(
    groups: tuple[Group, ...], needs: tuple[str, ...], snapshot: Snapshot, *, pilot: bool
) -> tuple[PlannedStep, ...]:
    """Return the steps of groups; the first one of a pilot says what a pilot is."""
    made = tuple(switch(one, needs, snapshot, pilot=pilot) for one in groups)
    if not pilot or not made:
        return made
    return (replace(made[0], remarks=(texts.PILOT, *made[0].remarks)), *made[1:])
