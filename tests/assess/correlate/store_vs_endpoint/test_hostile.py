"""Hostile reports of machines: joining terminates, and findings are about existing targets."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.keys import STORE_VS_ENDPOINT
from monitor.model import (
    Binding,
    Certificate,
    KeyLink,
    KeyPermission,
    PrivateKey,
    ServiceAccount,
    TargetState,
)
from support.factories.assess.machines import CA, MY, NEW, OLD, TRUST, by_target, kept, machine, made, port
from support.pki import NOW
from support.written import written

NAMES = st.one_of(
    st.sampled_from(
        ["rec01", "rec01.vms.example", "REC01.vms.example.", "10.0.0.5", "::1", "localhost", "."]
    ),
    st.text(max_size=30),
)
CERTIFICATES = st.sampled_from([OLD, NEW, CA, made(-400, -1), made(1, 2), made(-3, 300, by=None)])
SIDS = st.sampled_from(["S-1-5-20", "S-1-5-18", "S-1-5-6", "S-1-5-80-0", "s-1-5-21-1", ""])
GRANTS = st.lists(st.builds(KeyPermission, SIDS, allowed=st.booleans()), max_size=4).map(tuple)
KEYS = st.builds(
    PrivateKey,
    st.sampled_from(list(KeyLink)),
    hardware=st.booleans(),
    readers=st.none() | GRANTS,
)
STORES = st.sampled_from([MY, "LocalMachine/Root", "CurrentUser/My", "Services/x/My", "", "My"])
THUMBPRINTS = st.sampled_from([OLD.sha1, NEW.sha1.lower(), "", "x", "F" * 40])
BINDINGS = st.builds(
    Binding,
    st.sampled_from(["0.0.0.0", "::", "[::]:443", "name:443", "", ":", "]"]) | st.text(max_size=8),
    st.integers(-1, 70000),
    THUMBPRINTS,
    st.sampled_from(["My", "", "Root", "/"]),
)
ACCOUNTS = st.builds(
    ServiceAccount,
    st.sampled_from(["Milestone XProtect Recording Server", "MilestoneEventServerService", "", "\u0130"]),
    account=st.sampled_from(["LocalSystem", "NT AUTHORITY\\NetworkService", "\\", "x\\y\\z", ""]),
    sids=st.none() | st.lists(SIDS, max_size=3).map(tuple),
    running=st.none() | st.booleans(),
)


@st.composite
def machines(draw: st.DrawFn) -> TargetState:
    """Return a machine that says anything of itself."""
    stored = [
        kept(draw(CERTIFICATES), draw(KEYS), store=draw(STORES), archived=draw(st.booleans()))
        for _ in range(draw(st.integers(0, 4)))
    ]
    return machine(
        *stored,
        host=draw(NAMES),
        kind=draw(st.sampled_from(["windows_report", "windows_store"])),
        labels=draw(st.sampled_from([(), (("site", "HQ"),)])),
        names=tuple(draw(st.lists(NAMES, max_size=3))),
        stores=tuple(draw(st.lists(STORES, max_size=2))),
        taken_at=draw(st.sampled_from([None, NOW])),
        roots=draw(st.sampled_from([None, (), (CA.sha256,)])),
        bindings=draw(st.none() | st.lists(BINDINGS, max_size=3).map(tuple)),
        accounts=draw(st.none() | st.lists(ACCOUNTS, max_size=3).map(tuple)),
    )


@st.composite
def ports(draw: st.DrawFn) -> TargetState:
    """Return an endpoint under any name."""
    shown: Certificate = draw(CERTIFICATES)
    return port(
        shown,
        draw(st.sampled_from([443, 7563, 9001])),
        host=draw(NAMES),
        aliases=tuple(draw(st.lists(NAMES, max_size=2))),
        group=draw(st.sampled_from(["", "server", "streaming_media"])),
        component=draw(st.sampled_from(["", "recording_server"])),
        site=draw(st.sampled_from(["", "HQ"])),
        location=draw(st.sampled_from(["", "10.0.0.5:443", "odd", "[::1]:7563 (RSA)"])),
        anchor=draw(st.sampled_from([None, CA])),
    )


@given(st.lists(machines(), max_size=3), st.lists(ports(), max_size=4))
def test_joining_never_fails(known: list[TargetState], served: list[TargetState]) -> None:
    """Every finding belongs to a target that is there, and its alert is of its check and a machine."""
    states = [TRUST, *known, *served]
    reported = by_target(*states)
    assert set(reported) <= {state.target.id for state in states}
    joined = [one for several in reported.values() for one in several if one.check in STORE_VS_ENDPOINT]
    assert all(one.shared_alert and one.shared_alert.check is one.check and written(one) for one in joined)


@given(machines(), ports())
def test_the_same_facts_give_the_same_findings(known: TargetState, served: TargetState) -> None:
    """The order in which targets are known does not matter."""
    assert by_target(TRUST, known, served) == by_target(served, known, TRUST)
