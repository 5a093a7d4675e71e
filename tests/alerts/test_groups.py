"""What is shown as one alert keeps its id while it lasts, and stays shown while it is open."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts import DecisionInput, decide
from monitor.alerts import MonitorState as DecidedState
from monitor.assess import correlate
from monitor.model import (
    AlertGroup,
    AlertKey,
    AlertLevel,
    Certificate,
    Check,
    DiscoveryState,
    Failure,
    FailureReason,
    Finding,
    FormerLeaf,
    Scope,
    Severity,
    Snapshot,
    Target,
    TargetInfo,
    TargetState,
    text,
)
from support.factories.alerts import world as alerts_world
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    STARTED,
    MonitorState,
    certificate,
    ending,
    failing,
    finding,
    picture,
    seen,
    steps,
    target,
    unreachable,
)

CA = certificate(9, 40, name="VMS CA", ca=True)
OLD, NEW = certificate(1, -1), certificate(2)


def groups(*snapshots: Snapshot, state: MonitorState = AFTER_INVENTORY) -> list[tuple[AlertGroup, ...]]:
    """Return the alerts after each snapshot, each recorded before the next, a minute later."""
    timed = [(one, NOW + i * timedelta(minutes=1)) for i, one in enumerate(snapshots)]
    return [decision.groups for decision in steps(*timed, monitor_state=state)]


def names(shown: tuple[AlertGroup, ...]) -> list[tuple[str, str]]:
    """Return level and title of each alert."""
    return [(one.level.value, one.title) for one in shown]


def at_site(state: TargetState, site: str) -> TargetState:
    """Return the same target with a site."""
    return replace(state, target=replace(state.target, labels=(("site", site),)))


def of_ca(*checks: Check, severity: Severity = Severity.WARNING) -> Snapshot:
    """Return servers that depend on a CA about which these checks find something."""
    outlives = AlertKey(Check.OUTLIVES_CA, Scope.CERTIFICATE, CA.sha256)
    states = []
    for number in (1, 2):
        leaf, where = certificate(number), f"rec{number}:443"
        found = [finding(one, CA, where, severity) for one in checks if one is not Check.OUTLIVES_CA]
        if Check.OUTLIVES_CA in checks:
            said = text("outlives it")
            found.append(
                Finding(Check.OUTLIVES_CA, Severity.WARNING, said, leaf.sha256, where, shared_alert=outlives)
            )
        states.append(seen(where, leaf, *found, above=(CA,)))
    return picture(*states)


def test_a_ca_with_all_that_depends_on_it_is_one() -> None:
    """Its own expiry and certificates that outlive it are one alert, named by the CA."""
    [shown] = groups(of_ca(Check.CA_EXPIRY, Check.OUTLIVES_CA))
    assert (names(shown), len(shown[0].targets)) == ([("warning", "VMS CA")], 2)


def test_what_joins_and_gets_worse_changes_no_id() -> None:
    """A worse alert of the same thing changes the level, and neither id nor check."""
    first, second = groups(of_ca(Check.OUTLIVES_CA), of_ca(Check.CA_EXPIRY, Check.OUTLIVES_CA))
    third = groups(of_ca(Check.OUTLIVES_CA), of_ca(Check.CA_EXPIRY, severity=Severity.CRITICAL))[1]
    assert [(one[0].id, one[0].check) for one in (first, second)] == [(first[0].id, Check.OUTLIVES_CA)] * 2
    # What led is over there.
    assert names(third) == [("critical", "VMS CA")]


def test_level_follows_the_worst_alert() -> None:
    """A certificate that expires keeps its id from warning to expired."""
    leaf = certificate(1, 20)
    warned, critical = (picture(ending("a:443", leaf, one)) for one in (Severity.WARNING, Severity.CRITICAL))
    found = groups(warned, critical)
    expired = groups(picture(ending("a:443", OLD, Severity.CRITICAL)))
    assert [one[0].level for one in (*found, *expired)] == list(AlertLevel)
    assert found[0][0].id == found[1][0].id


def test_alerts_need_no_receiver() -> None:
    """Without any receiver the same alerts are there, and recorded."""
    given = DecisionInput(picture(ending("a:443", OLD)), {}, (), NOW, DecidedState(STARTED))
    decision = decide(given)
    assert (names(decision.groups), len(decision.alert_changes)) == ([("expired", "a:443")], 1)


def test_a_renewal_is_over_when_it_is_certain() -> None:
    """A certificate that only one probe missed is an alert still; one that two missed is none."""

    def after(probes: int) -> Snapshot:
        return picture(seen("a:443", NEW, former_leaves=(FormerLeaf("a:443", OLD, NEW, probes),)))

    before, once, twice = groups(picture(ending("a:443", OLD)), after(1), after(2))
    assert ([one.id for one in once], names(once)) == ([before[0].id], [("expired", "a:443")])
    assert twice == ()


def test_a_restart_keeps_what_is_not_known_yet() -> None:
    """A stale target list stays an alert, with its id and title, until its list was fetched again."""
    site = "xprotect_site:https://vms01"
    refused = (Failure(FailureReason.UNAUTHORIZED, text("the login was refused")),)
    stale = DiscoveryState(site, asked_at=NOW, failed=3, failures=refused)
    states = (stale, DiscoveryState(site, succeeded_at=NOW - DAYS), replace(stale, failed=0, failures=()))

    def listed(one: DiscoveryState) -> Snapshot:
        plain = replace(picture(seen("vms01:443", certificate(1))), discoveries={site: one})
        return replace(plain, correlated=correlate(plain, NOW))

    before, after, again = groups(*map(listed, states))
    assert [(one.id, one.title) for one in after] == [(one.id, one.title) for one in before]
    assert (len(before), again) == (1, ())


def hosts(*states: TargetState) -> Snapshot:
    """Return these targets among enough others that few of them are unreachable."""
    return picture(*states, *(seen(f"other{i}:443", certificate(100 + i)) for i in range(20)))


def port(number: int) -> TargetState:
    """Return one port of a recorder at a site."""
    info = TargetInfo(title=f"Recorder 01, port {number}", server="Recorder 01")
    return at_site(
        seen(f"rec:{number}", certificate(number), on=target(f"rec:{number}", info=info)), "harbor"
    )


def test_an_unreachable_host_keeps_its_id() -> None:
    """Whichever ports fail, and also while a restart leaves it open whether they do, it is one alert."""
    one, two = port(1), port(2)
    found = groups(
        hosts(unreachable(one), two),
        hosts(unreachable(one), unreachable(two)),
        hosts(failing(one), failing(two)),
        hosts(failing(one), unreachable(two)),
        hosts(one, unreachable(two)),
        hosts(one, two),
    )
    assert [[(g.id, g.check, g.site) for g in shown] for shown in found[:5]] == [
        [(found[0][0].id, Check.UNREACHABLE, "harbor")]
    ] * 5
    titles = [[g.title for g in shown] for shown in found]
    assert titles[:3] == [["Recorder 01, port 1"], ["Recorder 01"], ["Recorder 01"]]
    assert found[5] == ()


def test_many_unreachable_hosts_are_an_alert_of_their_own() -> None:
    """It takes no host's id, and a host that stays unreachable is an alert of its own afterwards."""
    states = [seen(f"h{i}:443", certificate(i)) for i in range(10)]

    def down(count: int) -> Snapshot:
        return picture(*(unreachable(one) for one in states[:count]), *states[count:])

    one, many, again = groups(down(1), down(6), down(1))
    assert [names(shown) for shown in (one, many, again)] == [
        [("warning", "h0:443")],
        [("warning", "Many targets")],
        [("warning", "h0:443")],
    ]
    assert one[0].id == again[0].id != many[0].id


def test_what_the_inventory_names_as_unreachable_is_an_alert() -> None:
    """Its hosts are alerts from then on, each with all its ports, before they would be by themselves."""
    snapshot = hosts(failing(port(1)), failing(port(2)))
    due = hosts(unreachable(port(1)), unreachable(port(2)))
    _, after, later = groups(snapshot, snapshot, due, state=MonitorState(STARTED))
    assert names(after) == [("warning", "Recorder 01")]
    assert [one.id for one in later] == [one.id for one in after]


def test_labels_are_those_that_all_targets_have() -> None:
    """An alert at two sites has none, as nobody can say who is concerned."""

    def served(leaf: Certificate, *sites: str) -> Snapshot:
        states = [ending(f"{i}.vms.example:443", leaf) for i in range(len(sites))]
        return picture(*(at_site(state, site) for state, site in zip(states, sites, strict=True)))

    both, one = groups(served(OLD, "harbor", "airport"))[0], groups(served(OLD, "harbor", "harbor"))[0]
    assert ([g.site for g in both], [g.site for g in one]) == ([""], ["harbor"])


def low(where: str, *, impact: bool = True) -> Target:
    """Return a target of low impact, or one of any other kind."""
    return target(where, info=TargetInfo(low_impact=impact))


@pytest.mark.parametrize(("second", "expected"), [(True, True), (False, False)])
def test_low_impact_at_all_targets(*, second: bool, expected: bool) -> None:
    """A certificate has a low impact only where that is so at each of its targets."""
    both = [low("a:443"), low("b:443", impact=second)]
    states = [ending(on.location, OLD, on=on) for on in both]
    decided = alerts_world.decide(picture(*states), {}, NOW, monitor_state=AFTER_INVENTORY)
    assert [group.low_impact for group in decided.groups] == [expected]
    assert [item.low_impact for item in decided.items] == [expected]


def test_low_impact_of_unreachable_hosts() -> None:
    """An unreachable host has a low impact where all its targets have."""
    states = [unreachable(ending(f"{h}:443", OLD, on=low(f"{h}:443", impact=h == "a"))) for h in "ab"]
    decided = alerts_world.decide(picture(*states), {}, NOW, monitor_state=AFTER_INVENTORY)
    found = {g.title: g.low_impact for g in decided.groups if g.check is Check.UNREACHABLE}
    assert found == {"a:443": True, "b:443": False}
