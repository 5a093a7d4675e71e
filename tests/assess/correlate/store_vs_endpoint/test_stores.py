"""Stale bindings, certificates without keys, and services that may not read theirs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.assess.correlate.store_vs_endpoint import texts
from monitor.model import (
    AlertKey,
    Binding,
    Certificate,
    Check,
    Failure,
    FailureReason,
    Finding,
    KeyLink,
    KeyPermission,
    PrivateKey,
    Scope,
    ServiceAccount,
    Severity,
    TargetState,
    text,
)
from monitor.model.texts import names
from support.factories.assess.machines import (
    ADMINISTRATORS,
    ELSEWHERE,
    GONE,
    HOST,
    MY,
    NEW,
    OLD,
    account,
    bound,
    checks,
    found,
    kept,
    machine,
    made,
    port,
    readable_by,
)
from support.pki import days
from support.written import written

STORE = f"windows_report:{HOST}"
REPORT = f"C:/reports/{HOST}.json"
ENDED = made(-400, -3)


def only(states: tuple[TargetState, ...], check: Check) -> list[Finding]:
    """Return the findings of one check."""
    return [finding for finding in found(*states) if finding.check is check]


# Bindings


@pytest.mark.parametrize(
    ("thumbprint", "severity", "said"),
    [
        (ENDED.sha1, Severity.CRITICAL, "which expired 3 days ago (20 Nov 2026 12:00 UTC)"),
        (ELSEWHERE, Severity.CRITICAL, "which is not in LocalMachine/My: nobody can connect there"),
        (
            OLD.sha1,
            Severity.WARNING,
            (
                "which expires in 25 days (18 Dec 2026 12:00 UTC), although a newer certificate for the "
                f"same names is in LocalMachine/My: {NEW.sha1}, which expires in 363 days "
                "(21 Nov 2027 12:00 UTC)"
            ),
        ),
    ],
    ids=["expired", "elsewhere", "older"],
)
def test_a_binding_that_points_to_nothing_good(thumbprint: str, severity: Severity, said: str) -> None:
    """An expired or missing certificate is critical, a superseded one a warning; the sentence says which."""
    store = machine(kept(OLD), kept(NEW), kept(ENDED), bindings=(bound(thumbprint),))
    (finding,) = found(store)
    assert (finding.check, finding.severity) == (Check.BINDING_STALE, severity)
    assert written(finding) == f"http.sys on {HOST} has 0.0.0.0:443 bound to {thumbprint}, {said}"
    assert finding.shared_alert == AlertKey(Check.BINDING_STALE, Scope.MACHINE, HOST, thumbprint)


@pytest.mark.parametrize(
    "bindings",
    [
        None,
        (),
        (bound(NEW.sha1),),
        (bound(NEW.sha1.lower()),),
        (bound(ELSEWHERE, store="Other"),),
        (bound(""),),
    ],
)
def test_a_binding_that_is_good_or_not_known(bindings: tuple[Binding, ...] | None) -> None:
    """The newest is not stale; of a store or of bindings that were not read nothing is said."""
    assert checks(machine(kept(OLD), kept(NEW), bindings=bindings)) == []


def test_a_store_that_was_not_read_to_its_end() -> None:
    """What is missing from half a store may lie in the other half."""
    missing = bound(ELSEWHERE)
    location = f"{HOST}/{MY}"
    half = machine(
        kept(NEW), bindings=(missing,), failures=(Failure(FailureReason.UNREADABLE, text("cut"), location),)
    )
    odd = Failure(FailureReason.BAD_CERTIFICATE, text("odd"), f"{location}/{ELSEWHERE}")
    assert (checks(half), checks(replace(half, failures=(odd,)))) == ([], [])
    assert checks(machine(kept(NEW), bindings=(missing,), stores=())) == []


def test_a_machine_that_cannot_be_reached() -> None:
    """What was last known of it stays true, so that nothing is reported twice when it is reachable again."""
    away = Failure(FailureReason.TIMEOUT, text("no answer"))
    known = machine(kept(NEW), bindings=(bound(ELSEWHERE),), failures=(away,))
    assert checks(known) == [Check.BINDING_STALE]


def test_an_archived_certificate_is_not_missing() -> None:
    """Windows hides it from people, and its binding still finds it."""
    assert checks(machine(kept(OLD, archived=True), bindings=(bound(OLD.sha1),))) == []


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("0.0.0.0", "0.0.0.0:443"),
        ("0.0.0.0:443", "0.0.0.0:443"),
        ("::", "[::]:443"),
        ("[::]", "[::]:443"),
        ("[::]:443", "[::]:443"),
        ("vms.example", "vms.example:443"),
        ("vms.example:443", "vms.example:443"),
    ],
)
def test_addresses_of_bindings(address: str, shown: str) -> None:
    """An address is shown with its port, whichever way it was written."""
    (finding,) = found(machine(bindings=(bound(ELSEWHERE, address=address),)))
    assert dict(finding.message.parameters)["address"] == shown


def test_a_binding_whose_port_is_watched_is_reported_once() -> None:
    """The alert is about the port that serves the old certificate; the binding is only why."""
    store = machine(kept(OLD), kept(NEW), bindings=(bound(OLD.sha1),))
    assert checks(store, port(OLD, 443)) == [Check.NOT_DEPLOYED]


def test_a_binding_that_was_changed_since() -> None:
    """A port that serves something else by now was bound anew after the bindings were read."""
    store = machine(kept(OLD), kept(NEW), bindings=(bound(OLD.sha1),))
    assert checks(store, port(NEW, 443, after=timedelta(minutes=5))) == []
    assert checks(store, port(NEW, 443)) == [Check.BINDING_STALE]


def test_a_binding_that_was_changed_since_and_does_not_answer() -> None:
    """A failed probe does not undo what was seen after the bindings were read."""
    store = machine(kept(OLD), kept(NEW), bindings=(bound(OLD.sha1),))
    since = port(NEW, 443, up=False, after=timedelta(minutes=10))
    assert checks(store, since) == []


def test_names_of_their_own_on_one_port() -> None:
    """With several bindings on a port one answer says nothing of the others."""
    both = bound(OLD.sha1), bound(NEW.sha1, address="new.vms.example")
    store = machine(kept(OLD), kept(NEW), bindings=both)
    assert checks(store, port(NEW, 443, after=timedelta(minutes=5))) == [Check.BINDING_STALE]


# Keys


def test_a_bound_certificate_without_a_key() -> None:
    """Windows refuses connections there: critical."""
    (finding,) = found(machine(kept(NEW, GONE), bindings=(bound(NEW.sha1),)))
    assert (finding.check, finding.severity) == (Check.KEY_MISSING, Severity.CRITICAL)
    assert finding.message == texts.key_missing(
        sha1=NEW.sha1,
        store="LocalMachine/My",
        host=HOST,
        not_after=days(363),
        use=texts.bound_to(addresses=names(["0.0.0.0:443"])),
    )
    assert (finding.location, finding.sha256) == (f"{HOST}/{MY}/{NEW.sha1}", NEW.sha256)


def test_a_served_certificate_without_a_key() -> None:
    """The port serves it, so somebody has the key; the store has not."""
    (finding,) = found(machine(kept(NEW, GONE)), port(NEW))
    assert (finding.check, finding.severity) == (Check.KEY_MISSING, Severity.WARNING)
    assert written(finding).endswith(f"although it is served at {HOST}:7563")


@pytest.mark.parametrize(
    ("stored", "reported"),
    [
        ((kept(NEW, GONE),), True),
        ((kept(OLD), kept(NEW, GONE)), True),
        ((kept(made(-400, 25, "vms")), kept(made(-2, 363, "vms"), GONE)), True),
        ((kept(made(-2, 363, "peer.vms.example"), GONE),), False),
        ((kept(OLD, GONE), kept(NEW)), False),
        ((kept(NEW, PrivateKey(KeyLink.UNKNOWN)),), False),
        ((kept(NEW, GONE), kept(NEW, store="LocalMachine/WebHosting")), False),
        ((kept(NEW, GONE, store="LocalMachine/TrustedPeople"),), False),
        ((kept(NEW, GONE, archived=True),), False),
        ((kept(made(-400, -1), GONE),), False),
        ((kept(made(-2, 3000, HOST, ca=True), GONE),), False),
    ],
)
def test_the_newest_for_its_names(stored: tuple[tuple[object, Certificate], ...], *, reported: bool) -> None:
    """A renewal imported without its key is reported; certificates of others, old ones and CAs need none."""
    assert (Check.KEY_MISSING in checks(machine(*stored))) is reported  # type: ignore[arg-type]


# Accounts

USER = "S-1-5-21-1-2-3-1104"
GROUP = "S-1-5-21-1-2-3-2001"


def recorder(number: int = 7563) -> TargetState:
    """Return a recorder's port."""
    return port(NEW, number, component="recording_server")


def test_a_service_that_may_not_read_its_key() -> None:
    """The recorder's own socket needs the key at the service's next start: critical."""
    (finding,) = found(machine(kept(NEW, readable_by()), accounts=(account(USER),)), recorder())
    assert (finding.check, finding.severity) == (Check.KEY_INACCESSIBLE, Severity.CRITICAL)
    assert written(finding) == (
        f"the account VMS\\svc of the service Milestone XProtect Recording Server on {HOST} may not read the "
        f"private key of {NEW.sha1}, which is served at {HOST}:7563: it may fail the next time the service "
        "starts"
    )


@pytest.mark.parametrize(
    ("number", "bindings", "severity"),
    [
        (9001, (), Severity.WARNING),
        (443, None, Severity.WARNING),
        (7563, None, Severity.CRITICAL),
        (9002, (), Severity.CRITICAL),
        (9002, (bound(NEW.sha1, 9002),), Severity.WARNING),
    ],
)
def test_windows_uses_the_key_itself(
    number: int, bindings: tuple[Binding, ...] | None, severity: Severity
) -> None:
    """On ports of http.sys nothing stops, since it reads the key as SYSTEM; the guide was not followed."""
    store = machine(kept(NEW, readable_by()), accounts=(account(USER),), bindings=bindings)
    assert [f.severity for f in only((store, recorder(number)), Check.KEY_INACCESSIBLE)] == [severity]


@pytest.mark.parametrize(
    ("key", "account_of", "reported"),
    [
        (readable_by(KeyPermission(USER)), account(USER), False),
        (readable_by(KeyPermission(GROUP)), account(USER, GROUP), False),
        (readable_by(KeyPermission(GROUP, allowed=False), KeyPermission(USER)), account(USER, GROUP), True),
        (
            readable_by(KeyPermission("S-1-5-20")),
            account("S-1-5-20", name="NT AUTHORITY\\NetworkService"),
            False,
        ),
        (readable_by(), account(name="NT AUTHORITY\\NetworkService"), True),
        (readable_by(), account("S-1-5-18", name="LocalSystem"), False),
        (readable_by(), account(), False),
        (readable_by(hardware=True), account(USER), False),
        (PrivateKey(KeyLink.PRESENT), account(USER), False),
        (PrivateKey(KeyLink.UNKNOWN, readers=ADMINISTRATORS), account(USER), False),
        (readable_by(), account(USER, service="Spooler"), False),
        (readable_by(), account(USER, service="MilestoneEventServerService"), False),
        (readable_by(), account(USER, service="Milestone XProtect Failover Recording Server"), False),
        (readable_by(), replace(account(USER), running=False), False),
        (readable_by(), replace(account(USER), running=None), True),
    ],
)
def test_only_what_is_sure_is_reported(
    key: PrivateKey, account_of: ServiceAccount, *, reported: bool
) -> None:
    """Hardware, unseen lists and groups, other services and services that do not run give no finding."""
    store = machine(kept(NEW, key), accounts=(account_of,))
    assert (Check.KEY_INACCESSIBLE in checks(store, recorder())) is reported


@pytest.mark.parametrize(("number", "reported"), [(7563, True), (9001, True), (22331, False), (8443, False)])
def test_a_port_of_which_nothing_is_said(number: int, *, reported: bool) -> None:
    """On a machine with a recorder its usual ports are the recorder's."""
    store = machine(kept(NEW, readable_by()), accounts=(account(USER),))
    assert (Check.KEY_INACCESSIBLE in checks(store, port(NEW, number))) is reported


def test_a_readable_copy_in_another_store() -> None:
    """Any copy of the certificate with a readable key will do."""
    copy = kept(NEW, readable_by(KeyPermission(USER)), store="LocalMachine/WebHosting")
    assert checks(machine(kept(NEW, readable_by()), copy, accounts=(account(USER),)), recorder()) == []
