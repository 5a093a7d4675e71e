"""What a forecast cannot know is counted."""

from dataclasses import replace

import pytest

from monitor.assess import texts
from monitor.model import (
    Check,
    DiscoveryState,
    Path,
    Policy,
    Snapshot,
    TargetState,
    TargetTraits,
    text,
)
from monitor.planning import Unknown, index_certificates
from support.factories.alerts.world import NOW, certificate, failing, picture, seen, target

SEEN = seen("a:443", certificate(1))
BARE = TargetState(target("a:443"))
STANDBY = replace(target("a:443"), traits=TargetTraits(standby=True))
OFF = target("a:443", policy=Policy(checks=((Check.EXPIRY, None),)))


def generated() -> TargetState:
    """Return a database server that has made its certificate itself."""
    on = replace(target("a:1433"), traits=TargetTraits(self_signed_name="Fallback"))
    made = replace(certificate(1, name="Fallback"), self_issued=True)
    problem = replace(text(""), code=texts.SELF_SIGNED)
    state = seen("a:1433", made, on=on)
    path = Path("a:1433", (made,), trusted=False, problem=problem)
    return replace(state, assessment=replace(state.assessment, paths=(path,)))


@pytest.mark.parametrize(
    ("state", "counted"),
    [
        (SEEN, Unknown()),
        (BARE, Unknown(not_checked=1)),
        (failing(BARE), Unknown(unreachable=1)),
        (failing(replace(BARE, target=STANDBY)), Unknown(standby=1)),
        (replace(BARE, probed_at=NOW), Unknown(without_certificate=1)),
        (failing(SEEN), Unknown(last_known=1)),
        (replace(SEEN, target=OFF), Unknown(switched_off=1)),
        (generated(), Unknown(generated=1)),
    ],
)
def test_each_target_counts_for_what_is_not_known_of_it(state: TargetState, counted: Unknown) -> None:
    """A target of which something is not known is counted once, for the reason."""
    assert index_certificates(picture(state), NOW).unknown == counted


def test_targets_without_a_known_certificate_are_summed() -> None:
    """The last known certificates count, so those targets are not among them."""
    states = [replace(BARE, target=target(f"{n}:443")) for n in range(2)]
    assert index_certificates(picture(*states, failing(SEEN)), NOW).unknown.targets == 2


def test_lists_that_were_not_fetched_and_targets_left_out_are_counted() -> None:
    """Nobody knows what else is there."""
    lists = {"x": DiscoveryState("x", failed=2), "y": DiscoveryState("y", left_out=7)}
    assert index_certificates(Snapshot(discoveries=lists), NOW).unknown == Unknown(left_out=7, lists=1)
