"""The map of a site: servers with their ports, worst first, devices apart, nothing of other sites."""

from dataclasses import replace

from monitor.alerts import alerts_of_target
from monitor.model import Snapshot, TargetState, TargetTraits
from monitor.web.queries.site import site_map, sites
from support.factories.web.fakes import NOW, endpoint, pending, snapshot, standby


def placed(state: TargetState, host: str, *, site: str = "harbour", low_impact: bool = False) -> TargetState:
    """Return a state of a target of a host at a site."""
    info = replace(state.target.info, low_impact=low_impact)
    target = replace(state.target, host=host, labels=(("site", site),), info=info)
    return replace(state, target=target)


def alerted(*states: TargetState) -> Snapshot:
    """Return a snapshot with the alerts about each target."""
    found = [one for state in states for one in alerts_of_target(state, NOW)]
    return replace(snapshot(*states), alerts=tuple(found))


BAD = placed(endpoint("rec", -2, sentence="it expired", title="Recorder"), "rec")
SECOND = placed(endpoint("rec:2", 90), "rec")
GOOD = placed(endpoint("mobile", 90), "mobile")
CAMERA = placed(endpoint("camera", 90, title="Camera 1"), "camera", low_impact=True)
ELSEWHERE = placed(endpoint("other", 90), "other", site="lab")
SHOWN = alerted(GOOD, BAD, SECOND, CAMERA, ELSEWHERE)


def test_ports_of_a_host_are_one_server() -> None:
    """The worst server comes first, with the state of its worst port."""
    found = site_map(SHOWN, "Harbour")
    assert found is not None
    assert [(one.name, one.state, len(one.ports)) for one in found.servers] == [
        ("rec", "expired", 2),
        ("mobile", "ok", 1),
    ]
    assert [one.title for one in found.devices] == ["Camera 1"]
    assert dict(found.states) == {"expired": 1, "ok": 3}
    assert ELSEWHERE.target.id not in found.targets


def test_states_without_an_alert() -> None:
    """A standby that does not answer is one, and what was never checked says so."""
    shown = alerted(placed(standby("failover"), "failover"), placed(pending("new"), "new"))
    found = site_map(shown, "harbour")
    assert found is not None
    assert [(one.name, one.state) for one in found.servers] == [
        ("new", "not_checked"),
        ("failover", "standby"),
    ]


def test_who_stands_in_for_whom() -> None:
    """A failover server names the hosts that it takes over from."""
    traits = TargetTraits(standby=True, stands_in_for=("rec",))
    failover = replace(GOOD, target=replace(GOOD.target, traits=traits))
    found = site_map(alerted(failover), "harbour")
    assert found is not None
    assert found.servers[0].stands_in_for == ("rec",)


def test_sites_are_counted_worst_first() -> None:
    """Each site with the states of its targets."""
    assert [(one.name, one.targets, dict(one.states)) for one in sites(SHOWN)] == [
        ("harbour", 4, {"expired": 1, "ok": 3}),
        ("lab", 1, {"ok": 1}),
    ]


def test_a_site_that_no_target_has() -> None:
    """There is no map of it."""
    assert site_map(SHOWN, "attic") is None
