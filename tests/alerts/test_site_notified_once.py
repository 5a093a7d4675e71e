"""Each alert of a site is notified once, in any sequence of events."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts import FIRST_PASS_AT_MOST
from monitor.assess import correlate, unreachability
from monitor.model import (
    AlertKey,
    Certificate,
    DiscoveryState,
    Policy,
    Snapshot,
    TargetState,
    TargetTraits,
)
from support.factories.alerts.recorders import CA, LABELS, LEAF, recorder
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    NOW,
    STARTED,
    MonitorState,
    Row,
    apply,
    certificate,
    decide,
    picture,
    seen,
)

PORTS = [(host, number) for host in ("rec1", "rec2", "spare") for number in (7563, 9001)]
LEAVES = (LEAF, certificate(2, 300), certificate(3, 300), None)
sites = st.lists(
    st.tuples(st.sampled_from(LEAVES), st.booleans(), st.sampled_from([0, 0, 2, 9])),
    min_size=len(PORTS),
    max_size=len(PORTS),
)


def port_of(host: str, number: int, shown: Certificate | None, failed: int) -> TargetState:
    """Return one port of a recorder or of its spare."""
    spare = (
        TargetTraits(standby=True, stands_in_for=("rec1", "rec2"))
        if host == "spare"
        else TargetTraits(plain_possible=True)
    )
    on = recorder(f"{host}:{number}", traits=spare)
    group = ("certificate_group", "streaming_media" if number == 7563 else "server")
    on = replace(on, labels=(group, *LABELS[1:]), policy=Policy(encryption="any"))
    state = TargetState(on, watched_since=STARTED, probed_at=NOW, failed_probes=failed)
    if shown is not None:
        state = replace(seen(on.location, shown, on=on, above=(CA,)), failed_probes=failed, encrypted=True)
    elif host != "spare":
        state = replace(state, succeeded_at=NOW, encrypted=False)
    return replace(state, unreachable=unreachability(state, NOW))


def site_of(rows: list[tuple[Certificate | None, bool, int]]) -> Snapshot:
    """Return a picture of a small site, with what shows across it."""
    states = [
        port_of(host, number, shown, failed)
        for (host, number), (shown, there, failed) in zip(PORTS, rows, strict=True)
        if there
    ]
    stale = DiscoveryState("xprotect:hq", target_id="endpoint:rec1:7563", failed=rows[0][2])
    plain = replace(picture(*states), discoveries={stale.id: stale})
    return replace(plain, correlated=correlate(plain, NOW))


@given(st.lists(sites, min_size=1, max_size=4), st.booleans())
def test_whatever_happens_to_a_site_is_reported_once(
    history: list[list[tuple[Certificate | None, bool, int]]],
    inventory: bool,  # noqa: FBT001 - drawn
) -> None:
    """After every change of a site one decision reports it, and deciding again reports and stores nothing."""
    rows: Mapping[AlertKey, Row] = {}
    # A picture without any target waits for the end of the first pass, whatever lists are missing.
    monitor_state = AFTER_INVENTORY if inventory else MonitorState(NOW - FIRST_PASS_AT_MOST)
    for snapshot in map(site_of, history):
        rows = apply(rows, decide(snapshot, rows, NOW, monitor_state=monitor_state))
        again = decide(snapshot, rows, NOW, monitor_state=AFTER_INVENTORY)
        assert (again.nothing_to_send, again.changes) == (True, ())
        monitor_state = AFTER_INVENTORY
