"""A server that shows another certificate at every probe: one alert, however often it changes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pytest

from monitor.alerts.active.collect import collect_alerts
from monitor.assess.flapping import flapping, flapping_findings
from monitor.model import (
    Certificate,
    Check,
    Path,
    Policy,
    ProbeResult,
    Scope,
    Sighting,
    TargetState,
)
from monitor.pipeline.former_leaves import former_leaves
from support.factories.alerts.world import NOW, certificate, finding, picture, seen, target
from support.servers.daemon.small_monitor import HOUR, MINUTE, SmallMonitor, during

WHERE = "host1:443"


def probes(
    shown: Iterable[Certificate], *checks: Check, policy: Policy | None = None
) -> Iterator[TargetState]:
    """Yield the state after each probe that shows these certificates, each with these faults."""
    state = TargetState(target(WHERE, policy=policy))
    for leaf in shown:
        result = ProbeResult((Sighting(WHERE, 0, leaf),), (), {}, encrypted=True)
        gone = former_leaves(state, (Path(WHERE, (leaf,), trusted=True),), result)
        faults = [finding(check, leaf, WHERE) for check in checks]
        faults += flapping_findings(state.target, flapping(gone))
        state = seen(WHERE, leaf, *faults, on=state.target, former_leaves=gone)
        yield state


def others(count: int) -> Sequence[Certificate]:
    """Return certificates of which each was made after the one before."""
    return [certificate(number, age=65 - number / 1000) for number in range(1, count + 1)]


def is_flapping(*numbers: int) -> list[bool]:
    """Return after which probe a server that shows the certificates of these numbers counts as flapping."""
    leaves = [certificate(number) for number in numbers]
    return [any(one.check is Check.FLAPPING for one in state.findings) for state in probes(leaves)]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((1, 2, 3, 4, 5), [False, False, False, True, True]),
        ((1, 2, 3, 3, 3), [False] * 5),
        ((1, 2, 1, 2, 1, 2), [False] * 6),
        ((1, 2, 3, 1, 2, 3, 1, 2, 3), [False] * 9),
        ((1, 1, 2, 2, 3, 3, 4, 4), [False] * 8),
        ((1, 2, 3, 4, 4), [False, False, False, True, False]),
    ],
)
def test_what_flapping_is(numbers: tuple[int, ...], expected: list[bool]) -> None:
    """Three certificates never seen before at three probes; machines that answer in turn are none."""
    assert is_flapping(*numbers) == expected


def test_a_policy_may_turn_it_off() -> None:
    """For a proxy that makes its own certificates it may be as it should be."""
    quiet = Policy(checks=((Check.FLAPPING, None),))
    assert not any(state.findings for state in probes(others(9), policy=quiet))


def mailed(states: Iterable[TargetState], *, all_renewals: bool = True) -> list[str]:
    """Return the subjects of the mails when each state is followed by an alert pass."""

    async def act(monitor: SmallMonitor) -> list[str]:
        monitor.all_renewals = all_renewals
        for state in states:
            await monitor.step(state, after=MINUTE)
        return monitor.subjects[1:]

    return during(act)


def test_hundreds_of_changes_are_one_alert() -> None:
    """With ``notify_renewals: all`` the first two changes are renewals, and after that there is one mail."""
    subjects = mailed(probes(others(300)))
    assert len(subjects) <= 3
    assert "another certificate at every probe" in subjects[-1]


@pytest.mark.parametrize("check", [Check.TRUST, Check.EXPIRY, Check.WEAK_KEY, Check.NAME])
def test_what_is_wrong_with_each_certificate_is_one_alert_too(check: Check) -> None:
    """A server whose every certificate has a fault is not notified again at each probe."""
    assert len(mailed(probes(others(200), check), all_renewals=False)) <= 5


def test_the_faults_of_such_a_server_are_of_the_target() -> None:
    """They belong to one group, whichever certificate is there."""
    *_, state = probes(others(9), Check.EXPIRY, Check.TRUST)
    alerts = collect_alerts(picture(state), NOW)
    assert {(key.check, key.scope, key.scope_id, key.subject) for key in alerts} == {
        (check, Scope.TARGET, state.target.id, "") for check in (Check.EXPIRY, Check.TRUST, Check.FLAPPING)
    }
    assert len({alert.group for alert in alerts.values()}) == 1


def test_it_is_over_once_the_certificate_stays() -> None:
    """After three probes without a change the alert is resolved; before it stays open."""

    async def act(monitor: SmallMonitor) -> list[int]:
        mails = []
        for state in probes([*others(9), *others(9)[-1:] * 4]):
            await monitor.step(replace(state), after=HOUR)
            mails.append(len(monitor.subjects))
        assert monitor.subjects[-1].endswith("(resolved)")
        return mails[8:]

    assert during(act) == [2, 2, 3, 3, 3]


def test_memory_is_bounded() -> None:
    """A target remembers a few former certificates, however many there were."""
    *_, state = probes(others(1000))
    assert len(state.former_leaves) == 5
