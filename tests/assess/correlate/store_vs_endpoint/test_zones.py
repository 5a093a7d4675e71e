"""Machines of the same name in two zones are two machines."""

from dataclasses import replace

import pytest

from monitor.model import AlertKey, Check, Scope, TargetState
from support.factories.assess.machines import (
    ELSEWHERE,
    GONE,
    HOST,
    NEW,
    OLD,
    bound,
    by_target,
    checks,
    found,
    in_zone,
    kept,
    machine,
    port,
)

RENEWED_STORE = machine(kept(OLD), kept(NEW))


@pytest.mark.parametrize(
    ("zones", "expected"),
    [
        (("", ""), [Check.NOT_DEPLOYED]),
        (("dmz", "dmz"), [Check.NOT_DEPLOYED]),
        (("dmz", ""), []),
        (("", "dmz"), []),
        (("dmz", "lab"), []),
    ],
)
def test_a_machine_has_the_ports_of_its_zone(zones: tuple[str, str], expected: list[Check]) -> None:
    """What is in a store says nothing about a port of the same host name in another network."""
    store, served = zones
    assert checks(in_zone(RENEWED_STORE, store), in_zone(port(OLD), served)) == expected


def test_the_monitor_s_own_machine_is_not_that_of_a_zone() -> None:
    """Each zone has a machine called localhost."""
    store = machine(kept(OLD), kept(NEW), kind="windows_store")
    ours, theirs = port(OLD, host="localhost"), in_zone(port(OLD, host="localhost"), "dmz")
    assert list(by_target(store, ours, theirs)) == [ours.target.id]


def test_two_machines_of_one_name() -> None:
    """Each is judged with its own ports, and what is shared names the zone."""
    states = [in_zone(one, zone) for zone in ("", "dmz") for one in (RENEWED_STORE, port(OLD))]
    shared = {key: [one.shared_alert for one in several] for key, several in by_target(*states).items()}
    assert shared == {
        f"endpoint:{HOST}:7563": [AlertKey(Check.NOT_DEPLOYED, Scope.MACHINE, HOST, OLD.sha256)],
        f"dmz/endpoint:{HOST}:7563": [AlertKey(Check.NOT_DEPLOYED, Scope.MACHINE, f"dmz/{HOST}", OLD.sha256)],
    }


@pytest.mark.parametrize(
    ("state", "check"),
    [
        (machine(bindings=(bound(ELSEWHERE, 443),)), Check.BINDING_STALE),
        (machine(kept(NEW, GONE), bindings=(bound(NEW.sha1, 443),)), Check.KEY_MISSING),
    ],
)
def test_what_is_found_on_a_machine_names_its_zone(state: TargetState, check: Check) -> None:
    """Other machines of that name have alerts of their own."""
    (plain,), (zoned,) = found(state), found(in_zone(state, "dmz"))
    assert plain.shared_alert is not None
    assert (plain.shared_alert.check, plain.shared_alert.scope_id) == (check, HOST)
    assert zoned.shared_alert == replace(plain.shared_alert, scope_id=f"dmz/{HOST}")
    assert zoned.message == plain.message
