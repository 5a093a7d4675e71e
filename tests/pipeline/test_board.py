"""The board that holds the snapshot."""

from dataclasses import replace

from monitor.model import Check, Finding, Policy, Severity, TargetState, text
from monitor.pipeline import Board
from monitor.sources.endpoint.connect_options import Endpoint
from support.factories.pipeline.world import target


def test_a_result_for_a_removed_target_does_not_bring_it_back() -> None:
    """A probe that ends after a reload took its target away is forgotten."""
    board = Board()
    board.replace([TargetState(target(1))])
    board.put([TargetState(target(1), failed_probes=1), TargetState(target(2))])
    assert list(board.snapshot.states) == [target(1).id]
    assert board.snapshot.states[target(1).id].failed_probes == 1


def test_a_snapshot_never_changes() -> None:
    """A reader keeps the picture it took while the board goes on."""
    board = Board()
    board.replace([TargetState(target(1))])
    before = board.snapshot
    board.put([TargetState(target(1), failed_probes=5)])
    assert before.states[target(1).id].failed_probes == 0


def test_a_state_is_given_under_the_present_definition() -> None:
    """A probe that began before a reload finds the known facts under the new policy."""
    board = Board()
    changed = replace(target(1), policy=Policy(unreachable_after=9))
    board.replace([TargetState(changed, failed_probes=2)])
    state = board.state(target(1).request)
    assert state is not None
    assert (state.failed_probes, state.target.policy.unreachable_after) == (2, 9)


def test_nothing_is_known_under_other_settings() -> None:
    """What was asked of a target that means something else by now is not about what it is."""
    board = Board()
    board.replace([TargetState(target(1))])
    other = replace(target(1), settings=Endpoint("host1", 443, "host1", "smtp"))
    assert (board.state(other.request), board.state(target(2).request)) == (None, None)


def test_settings_are_compared_by_value() -> None:
    """A request may come from another process."""
    board = Board()
    board.replace([TargetState(target(1))])
    equal = replace(target(1), settings=Endpoint("host1", 443, "host1"))
    assert board.state(equal.request) is board.snapshot.states[target(1).id]


def test_shared_findings_leave_with_their_target() -> None:
    """A finding of many targets is not kept for one that is gone."""
    board = Board()
    board.replace([TargetState(target(1)), TargetState(target(2))])
    shared = (Finding(Check.INCONSISTENT, Severity.WARNING, text("they differ")),)
    board.set_correlated({target(1).id: shared, target(2).id: shared})
    board.replace([TargetState(target(2))])
    assert dict(board.snapshot.correlated) == {target(2).id: shared}
