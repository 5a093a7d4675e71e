"""Served certificates that are not stored, CAs that are not installed, and what such findings share."""

from dataclasses import replace

import pytest

from monitor.assess.correlate.store_vs_endpoint import texts
from monitor.model import (
    AlertKey,
    Assessment,
    Certificate,
    Check,
    Failure,
    FailureReason,
    Finding,
    Path,
    Scope,
    Severity,
    TargetState,
    TargetTraits,
    text,
)
from support.factories.assess.machines import (
    CA,
    ELSEWHERE,
    GONE,
    HOST,
    MY,
    NEW,
    OLD,
    TRUST,
    account,
    bound,
    by_target,
    checks,
    client,
    files,
    found,
    kept,
    machine,
    made,
    off,
    port,
    readable_by,
    server,
)
from support.pki import days
from support.written import written

STORE = f"windows_report:{HOST}"
REPORT = f"C:/reports/{HOST}.json"
ENDED = made(-400, -3)


def only(states: tuple[TargetState, ...], check: Check) -> list[Finding]:
    """Return the findings of one check."""
    return [finding for finding in found(*states) if finding.check is check]


# What is served and not stored


def test_a_certificate_that_is_not_in_the_store() -> None:
    """A recorder can serve only what lies in its store: somebody else may answer there."""
    (finding,) = found(machine(kept(OLD)), port(NEW, group="streaming_media"))
    assert (finding.check, finding.severity, finding.sha256) == (
        Check.NOT_IN_STORE,
        Severity.WARNING,
        NEW.sha256,
    )
    assert finding.message == texts.not_in_store(
        location=f"{HOST}:7563", sha1=NEW.sha1, not_after=days(363), host=HOST, stores=("LocalMachine/My",)
    )


RECORDER = port(NEW, group="streaming_media")
CUT = Failure(FailureReason.UNREADABLE, text("cut"), f"{HOST}/{MY}")


@pytest.mark.parametrize(
    ("store", "served", "reported"),
    [
        (machine(), RECORDER, True),
        (machine(bindings=(bound(OLD.sha1, 8443),)), port(NEW, 8443), True),
        (machine(), port(NEW), False),
        (machine(bindings=(bound(OLD.sha1, 8443),)), port(NEW), False),
        (machine(kept(NEW, store="LocalMachine/Other")), RECORDER, False),
        (machine(kept(NEW, archived=True)), RECORDER, False),
        (machine(stores=("LocalMachine/WebHosting",)), RECORDER, False),
        (machine(failures=(CUT,)), RECORDER, False),
        (machine(taken_at=days(-3)), RECORDER, False),
        (machine(), port(NEW, group="streaming_media", up=False), False),
        (machine(), port(NEW, group="streaming_media", host="rec01"), False),
        (machine(names=(HOST, "10.0.0.5")), port(NEW, group="server", host="10.0.0.5"), False),
        (machine(), port(made(-2, 363, by=None), group="mobile"), False),
    ],
)
def test_what_must_be_in_the_store(store: TargetState, served: TargetState, *, reported: bool) -> None:
    """Only ports whose certificate must come from there, on a machine that is surely the one, read since."""
    assert (Check.NOT_IN_STORE in checks(store, served)) is reported


# CAs


def test_a_client_without_the_ca() -> None:
    """The CA of its site's servers is not among its roots: named, with an example of what depends on it."""
    (finding,) = found(TRUST, server(), client("ab" * 32))
    assert (finding.check, finding.severity, finding.sha256) == (
        Check.CA_NOT_INSTALLED,
        Severity.WARNING,
        CA.sha256,
    )
    assert finding.message == texts.ca_not_installed(
        host="client07.vms.example",
        title="VMS Certificate Authority",
        sha1=CA.sha1,
        not_after=CA.not_after,
        location=f"{HOST}:7563",
    )
    assert finding.shared_alert == AlertKey(
        Check.CA_NOT_INSTALLED, Scope.MACHINE, "client07.vms.example", CA.sha1
    )


BETWEEN = made(-9, 900, "between", ca=True)
PINNED = files(BETWEEN, origin="trust", where="/etc/between.cer")


def on_path(*certificates: Certificate, trusted: bool = True) -> TargetState:
    """Return a port of the site with a path of these certificates."""
    state = port(certificates[0], site="HQ")
    path = Path(state.target.location, certificates, trusted=trusted)
    return replace(state, assessment=Assessment(paths=(path,)))


def test_a_ca_in_the_wrong_store() -> None:
    """Among the intermediate ones it is not trusted, and that is said."""
    wrong = replace(client(), machine=replace(client().machine, intermediates=(CA.sha256,)))  # type: ignore[type-var]
    said = written(found(TRUST, server(), wrong)[0])
    assert "(it is among the intermediate ones, where it is not trusted)" in said


EXPECTED = {
    "installed": (server(), client(CA.sha256), False),
    "another site": (server(), client(site="Harbour"), False),
    "no site": (server(site=""), client(site=""), False),
    "one discovery": (server(site="", origin="xprotect:a"), client(site="", origin="xprotect:a"), True),
    "another discovery": (server(site="", origin="xprotect:a"), client(site="", origin="xprotect:b"), False),
    "its own port": (server(site=""), client(site="", host=HOST), True),
    "roots not seen": (server(), client(known=False), False),
    "not seen now": (server(), replace(client(), failed_probes=1), True),
    "another CA": (server(anchor=made(-9, 900, ca=True)), client(), False),
    "a pinned certificate": (on_path(CA), client(), False),
    "a path that is not trusted": (on_path(NEW, CA, trusted=False), client(), False),
    "a pinned intermediate": (on_path(NEW, BETWEEN), client(), False),
    "an intermediate below it": (on_path(NEW, BETWEEN, CA), client(), True),
}


@pytest.mark.parametrize(("served", "asked", "reported"), EXPECTED.values(), ids=list(EXPECTED))
def test_who_is_expected_to_trust(served: TargetState, asked: TargetState, *, reported: bool) -> None:
    """Machines of the same site or discovery, or the server itself; unknown roots tell nothing."""
    assert (Check.CA_NOT_INSTALLED in checks(TRUST, PINNED, served, asked)) is reported


def test_public_cas_are_not_asked_for() -> None:
    """An anchor that is in no file under trust is the system's: Windows fetches such roots by itself."""
    assert checks(server(), client()) == []


def test_a_ca_file_that_is_watched_by_its_own_entry() -> None:
    """A file under trust that is also a target of its own still says which CA is private."""
    policy = replace(server().target.policy, trust=("/etc/vms-ca.cer",))
    trusting = replace(server(), target=replace(server().target, policy=policy))
    assert checks(replace(TRUST, target=replace(TRUST.target, origin="")), trusting, client()) == [
        Check.CA_NOT_INSTALLED
    ]


# All of them

USER = "S-1-5-21-1-2-3-1104"


def recorder(number: int = 7563) -> TargetState:
    """Return a recorder's port."""
    return port(NEW, number, component="recording_server")


EVERYTHING = {
    Check.NOT_DEPLOYED: (machine(kept(NEW)), port(OLD)),
    Check.BINDING_STALE: (machine(bindings=(bound(ELSEWHERE),)),),
    Check.KEY_MISSING: (machine(kept(NEW, GONE)),),
    Check.KEY_INACCESSIBLE: (machine(kept(NEW, readable_by()), accounts=(account(USER),)), recorder()),
    Check.NOT_IN_STORE: (machine(), RECORDER),
    Check.CA_NOT_INSTALLED: (TRUST, server(), client()),
}


@pytest.mark.parametrize(("check", "states"), EVERYTHING.items())
def test_each_can_be_switched_off(check: Check, states: tuple[TargetState, ...]) -> None:
    """A check that the policy switches off says nothing, whatever is wrong."""
    quiet = (replace(s, target=replace(s.target, policy=off(check))) for s in states)
    assert (checks(*states), checks(*quiet)) == ([check], [])


@pytest.mark.parametrize(("check", "states"), EVERYTHING.items())
def test_each_is_an_alert_of_its_check(check: Check, states: tuple[TargetState, ...]) -> None:
    """What is reported once begins with its check and the machine, and belongs to a target that is known."""
    ((target_id, (finding,)),) = by_target(*states).items()
    assert finding.shared_alert is not None
    assert finding.shared_alert.check is check
    assert target_id in {state.target.id for state in states}


def test_without_machines_and_files_nothing_is_asked() -> None:
    """Endpoints alone give nothing to compare."""
    assert by_target(port(OLD), port(NEW, 443)) == {}


def test_a_ca_that_has_expired_is_not_missed() -> None:
    """Nobody is asked to install what is of no use any more."""
    ended = made(-900, -1, "Old CA", by=None, ca=True)
    anchors = files(ended, origin="trust", where="/etc/old-ca.cer")
    assert checks(anchors, on_path(NEW, ended), client()) == []


def test_what_is_in_a_store_is_not_served() -> None:
    """Questions about what a machine's ports serve among themselves do not take its store for a port."""
    labels = (("certificate_group", "server"), ("component", "recording_server"))
    store = machine(kept(OLD), labels=labels, stores=())
    here = replace(store, target=replace(store.target, host=HOST))
    pair = port(NEW, group="streaming_media", component="recording_server")
    standing_in = port(OLD, host="failover.vms.example")
    part = TargetTraits(stands_in_for=(HOST,))
    later = machine(kept(NEW), stores=())
    stand_in = replace(standing_in, target=replace(standing_in.target, traits=part))
    assert checks(here, pair) == []
    assert checks(replace(later, target=replace(later.target, host=HOST)), stand_in) == []
