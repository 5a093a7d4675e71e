"""A narrowed snapshot that is made from the one before shows what one made anew would."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts import alerts_of_target
from monitor.model import Matcher, Snapshot, TargetState
from monitor.web.queries.cache import scoped_snapshots
from monitor.web.queries.cache.scoped_snapshots import ScopedSnapshots
from monitor.web.queries.scope import TargetScope, scoped
from support.factories.web.fakes import NOW, endpoint, snapshot

HARBOUR = (Matcher("site", ("harbour",)),)
ATTIC = (Matcher("site", ("attic",)),)


def state(name: str, site: str, days: int) -> TargetState:
    """Return a state of a target at a site, critical below ten days."""
    one = endpoint(name, days, sentence="it expires" if days < 10 else "", title=f"{name} at {site}")
    return replace(one, target=replace(one.target, labels=(("site", site),)))


def board(*states: TargetState) -> Snapshot:
    """Return a snapshot in which all alerts are one."""
    groups = [group for one in states for group in alerts_of_target(one, NOW)]
    shown = snapshot(*states)
    if not groups:
        return shown
    targets = tuple(target for group in groups for target in group.targets)
    locations = tuple(location for group in groups for location in group.locations)
    return replace(shown, alerts=(replace(groups[0], targets=targets, locations=locations),))


STATES = st.builds(
    state, st.sampled_from("abcd"), st.sampled_from(["harbour", "attic"]), st.sampled_from([5, 90])
)


@given(st.lists(st.lists(STATES, max_size=4), max_size=5))
def test_each_is_that_of_its_scope_alone(several: list[list[TargetState]]) -> None:
    """Whatever came, went, expired or moved to another site since."""
    known = ScopedSnapshots()
    for states in several:
        whole = board(*states)
        for matchers in (HARBOUR, ATTIC):
            assert known.of(whole, matchers) == scoped(whole, TargetScope(matchers))


def test_quiet_probes_and_new_alerts() -> None:
    """Alerts are those of the last snapshot, whether targets changed or not."""
    known, one = ScopedSnapshots(), state("a", "harbour", 5)
    whole = board(one, state("b", "attic", 5))
    first = known.of(whole, HARBOUR)
    quiet = replace(whole, states={**whole.states, one.target.id: replace(one, probed_at=None)})
    later = replace(quiet, alerts=())
    assert known.of(whole, HARBOUR) is first
    assert known.of(quiet, HARBOUR) == scoped(quiet, TargetScope(HARBOUR))
    assert known.of(later, HARBOUR).alerts == ()


def test_nothing_is_hidden_without_matchers() -> None:
    """Then it is the snapshot itself."""
    whole = board(state("a", "attic", 5))
    assert ScopedSnapshots().of(whole, ()) is whole


def test_not_more_than_some_are_kept() -> None:
    """Memory is bounded whatever tokens there are."""
    known, whole = ScopedSnapshots(), board(state("a", "harbour", 5))
    first = known.of(whole, HARBOUR)
    for number in range(scoped_snapshots._MOST_KEPT):
        known.of(whole, (Matcher("site", (str(number),)),))
    again = known.of(whole, HARBOUR)
    assert (again is first, again == first) == (False, True)
