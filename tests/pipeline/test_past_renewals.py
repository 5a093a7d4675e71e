"""Renewals are remembered where they are confirmed, and are no longer where the old certificate is back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from monitor.model import Certificate, Path, ProbeResult, Sighting, TargetState
from monitor.pipeline.former_leaves import former_leaves
from monitor.pipeline.past_renewals import past_renewals
from support.factories.alerts.world import NOW, certificate, seen, target

WHERE = "host1:443"
HOUR = timedelta(hours=1)
FIRST, SECOND, THIRD = (certificate(number, 300, age=65 - number) for number in (1, 2, 3))


def after(*shown: Certificate) -> TargetState:
    """Return the state after hourly probes that show these certificates."""
    state = TargetState(target(WHERE))
    for number, leaf in enumerate(shown):
        paths = (Path(WHERE, (leaf,), trusted=True),)
        gone = former_leaves(state, paths, ProbeResult((Sighting(WHERE, 0, leaf),)))
        past = past_renewals(state, gone, paths, NOW + number * HOUR)
        state = replace(seen(WHERE, leaf, on=state.target, former_leaves=gone), past_renewals=past)
    return state


def numbers(shown: Sequence[Certificate]) -> list[tuple[str, int]]:
    """Return what is remembered: the replaced certificates, and the hours at which that was seen."""
    past = after(*shown).past_renewals
    return [(one.sha256[-1], (one.at - NOW) // HOUR) for one in past]


def test_a_renewal_is_remembered_once_two_probes_confirm_it() -> None:
    """With the time of the second."""
    assert numbers([FIRST, SECOND]) == []
    assert numbers([FIRST, SECOND, SECOND]) == [("1", 2)]
    assert numbers([FIRST, SECOND, SECOND, SECOND, THIRD, THIRD, THIRD]) == [("1", 2), ("2", 5)]


def test_machines_that_answer_in_turn_renew_nothing() -> None:
    """What is back was not renewed, and an older certificate in its place is no renewal."""
    assert numbers([FIRST, SECOND, FIRST, SECOND]) == []
    assert numbers([FIRST, SECOND, SECOND, FIRST, FIRST, FIRST]) == []


def test_a_mistake_that_is_corrected_is_no_renewal() -> None:
    """A certificate that is replaced in the first tenth of its life."""
    young = certificate(4, 360, age=5)
    assert numbers([young, certificate(5, 364, age=1), certificate(5, 364, age=1)]) == []


def test_a_server_with_another_certificate_each_time_has_no_habit() -> None:
    """Nothing is remembered after the first change, which might have been a renewal."""
    assert numbers([certificate(number, age=65 - number / 1000) for number in range(1, 9)]) == [("1", 2)]


def test_the_newest_of_each_location_are_kept() -> None:
    """Four."""
    shown = [certificate(number, 300, age=65 - number) for number in range(1, 8) for _ in range(4)]
    assert [number for number, _ in numbers(shown)] == ["3", "4", "5", "6"]
