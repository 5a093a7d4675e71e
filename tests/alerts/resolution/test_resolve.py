"""What is reported when a problem is over: renewed, resolved, reachable again, or nothing at all."""

from dataclasses import replace

import pytest

from monitor.alerts.texts import PROBLEM, ca_renewed, no_longer, renewed
from monitor.model import (
    AlertKey,
    Assessment,
    Certificate,
    Check,
    Finding,
    FormerLeaf,
    Path,
    Policy,
    Scope,
    Severity,
    Sighting,
    Superseded,
    TargetState,
    text,
)
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    Row,
    certificate,
    decide,
    ending,
    failing,
    finding,
    news,
    picture,
    row,
    seen,
    steps,
    target,
    unreachable,
)

OLD = certificate(1, 20, age=340)
NEW = certificate(2, 364, age=1)
ALL = replace(AFTER_INVENTORY, notify_all_renewals=True)


def gone(where: str = "a:443", probes: int = 2, new: Certificate | None = NEW) -> FormerLeaf:
    """Return the news that the old certificate left its location."""
    return FormerLeaf(where, OLD, new, probes)


def notified(check: Check = Check.EXPIRY, *locations: str, of: str = "") -> dict[AlertKey, Row]:
    """Return a notification log with one row about the old certificate."""
    key = AlertKey(check, Scope.CERTIFICATE, OLD.sha256)
    if of:
        key = AlertKey(check, Scope.TARGET, of, OLD.sha256)
    return row(key, "warning", NOW - DAYS, locations=locations or ("a:443",))


def after(before: dict[AlertKey, Row], *states: TargetState) -> tuple[list[object], list[AlertKey]]:
    """Return what is reported and which rows are forgotten."""
    decision = decide(picture(*states), before, NOW, monitor_state=AFTER_INVENTORY)
    return list(news(decision)), [change.key for change in decision.changes if change.record is None]


def test_renewed_after_two_probes() -> None:
    """A reported certificate that was replaced by a later one is reported as renewed, with both of them."""
    state = seen("a:443", NEW, former_leaves=(gone(),))
    (item,) = decide(picture(state), notified(), NOW, monitor_state=AFTER_INVENTORY).items
    assert (item.reason.value, item.replaced_sha256, item.replaced_sha1, item.certificate) == (
        "renewed",
        OLD.sha256,
        OLD.sha1,
        NEW,
    )
    assert item.messages == (renewed(not_after=NEW.not_after, previous=OLD.not_after),)


def test_one_probe_proves_nothing() -> None:
    """After one probe of a new certificate, nothing is reported and the record stays."""
    assert after(notified(), seen("a:443", NEW, former_leaves=(gone(probes=1),))) == ([], [])


def test_renewed_at_one_of_two_locations_is_not_renewed() -> None:
    """As long as the old one is still served somewhere, its problem stays open."""
    states = seen("a:443", NEW, former_leaves=(gone(),)), ending("b:443", OLD)
    assert after(notified(Check.EXPIRY, "a:443", "b:443"), *states) == ([], [])


def test_renewed_at_every_location_is_one_entry() -> None:
    """Two locations with the same successor are one piece of news."""
    states = [seen(where, NEW, former_leaves=(gone(where),)) for where in ("a:443", "b:443")]
    before = notified(Check.EXPIRY, "a:443", "b:443")
    (item,) = decide(picture(*states), before, NOW, monitor_state=AFTER_INVENTORY).items
    assert [one.location for one in item.locations] == ["a:443", "b:443"]


def test_renewed_waits_for_an_unreachable_location() -> None:
    """An unreachable location may still have the old one."""
    silent = unreachable(replace(seen("b:443", OLD), sightings=(), assessment=Assessment()))
    items, forgotten = after(
        notified(Check.EXPIRY, "a:443", "b:443"), seen("a:443", NEW, former_leaves=(gone(),)), silent
    )
    assert (items, forgotten) == ([("first", "warning", "b:443")], [])


def test_several_failures_of_one_renewed_certificate_are_one_entry() -> None:
    """Expiry, weak key and wrong name are resolved by one renewal."""
    before = notified() | notified(Check.WEAK_KEY) | notified(Check.NAME, of="endpoint:a:443")
    items, forgotten = after(before, seen("a:443", NEW, former_leaves=(gone(),)))
    assert (items, set(forgotten)) == ([("renewed", "", "a:443")], set(before))


@pytest.mark.parametrize(
    ("former_leaves", "shown"),
    [
        pytest.param((gone(new=None),), NEW, id="the file was deleted"),
        pytest.param((gone(new=certificate(3, 300, age=900)),), NEW, id="an earlier one came back"),
        pytest.param((), NEW, id="nothing is known of it"),
        pytest.param((), OLD, id="thresholds changed"),
    ],
)
def test_certificate_that_simply_left_is_quiet(
    former_leaves: tuple[FormerLeaf, ...], shown: Certificate
) -> None:
    """A certificate that left without a successor, or is no longer due, needs no mail."""
    assert after(notified(), seen("a:443", shown, former_leaves=former_leaves)) == ([], list(notified()))


def test_removed_target_is_quiet() -> None:
    """The records of a target that is no longer configured are removed."""
    before = notified() | notified(Check.NAME, of="endpoint:a:443")
    assert after(before, seen("z:443", NEW)) == ([], list(before))


def test_superseded_in_a_collection_is_renewed() -> None:
    """An older certificate beside its successor causes no more alerts and is reported as renewed."""
    folder = replace(target("web servers"), collection=True)
    locations = Sighting("/a/old.pem", 0, OLD), Sighting("/a/new.pem", 0, NEW)
    paths = tuple(Path(s.location, (s.certificate,), trusted=True) for s in locations)
    assessment = Assessment((), paths, (Superseded(OLD.sha256, NEW.sha256),))
    state = TargetState(folder, NOW, NOW, sightings=locations, assessment=assessment)
    assert after(notified(Check.EXPIRY, "/a/old.pem"), state)[0] == [("renewed", "", "web servers")]


def test_ca_is_renewed_when_one_of_its_name_took_over() -> None:
    """The successor of a CA above a leaf is recognized by its name."""
    ca = certificate(8, 3000, name="VMS CA", ca=True)
    before = row(
        AlertKey(Check.CA_EXPIRY, Scope.CERTIFICATE, certificate(7).sha256), "warning", NOW, "VMS CA"
    )
    state = seen("a:443", NEW, above=(ca,))
    (item,) = decide(picture(state), before, NOW, monitor_state=AFTER_INVENTORY).items
    assert (item.reason.value, item.title, item.certificate) == ("renewed", "VMS CA", ca)
    assert item.messages == (ca_renewed(not_after=ca.not_after),)


@pytest.mark.parametrize("check", [Check.NAME, Check.TRUST, Check.USAGE, Check.OUTLIVES_CA])
def test_resolved_fact_is_reported(check: Check) -> None:
    """A fact about a target that no longer holds while it was seen is reported as resolved."""
    before = notified(check, of="endpoint:a:443")
    assert after(before, seen("a:443", OLD)) == ([("resolved", "", "a:443")], list(before))
    (item,) = decide(picture(seen("a:443", OLD)), before, NOW, monitor_state=AFTER_INVENTORY).items
    assert (item.checks, item.messages) == ((check,), (no_longer(problem=PROBLEM[check]),))


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(failing(replace(seen("a:443", OLD), assessment=Assessment())), id="unreachable"),
        pytest.param(seen("a:443", NEW, former_leaves=(gone(probes=1),)), id="seen once"),
    ],
)
def test_unsure_is_not_resolved(state: TargetState) -> None:
    """Unreachable is never resolved by one probe."""
    assert after(notified(Check.TRUST, of="endpoint:a:443"), state) == ([], [])


def test_same_fault_on_the_next_certificate_is_not_resolved() -> None:
    """A new certificate with the same fault is reported, the old one is not called resolved."""
    state = seen("a:443", NEW, finding(Check.NAME, NEW, "a:443"), former_leaves=(gone(),))
    assert after(notified(Check.NAME, of="endpoint:a:443"), state)[0] == [("first", "critical", "a:443")]


@pytest.mark.parametrize(
    "policy",
    [Policy(checks=((Check.TRUST, None),)), Policy(accept=frozenset({OLD.sha256}))],
    ids=["off", "accepted"],
)
def test_question_no_longer_asked_is_quiet(policy: Policy) -> None:
    """Turning a check off or accepting a certificate causes no mail."""
    state = seen("a:443", OLD, on=target("a:443", policy=policy))
    before = notified(Check.TRUST, of="endpoint:a:443")
    assert after(before, state) == ([], list(before))


def test_shared_alert_is_resolved() -> None:
    """A name that answers the same everywhere again is reported."""
    key = AlertKey(Check.INCONSISTENT, Scope.NAME, "www.vms.example")
    before = row(key, "warning", NOW, "www.vms.example", ("a:443", "b:443"))
    states = seen("a:443", NEW), seen("b:443", NEW)
    assert after(before, *states) == ([("resolved", "", "www.vms.example")], [key])


def test_shared_alert_waits_for_an_unreachable_member() -> None:
    """While one of the targets does not answer, it is unknown whether they agree."""
    key = AlertKey(Check.INCONSISTENT, Scope.NAME, "www.vms.example")
    before = row(key, "warning", NOW, "www.vms.example", ("a:443", "b:443"))
    assert after(before, seen("a:443", NEW), failing(seen("b:443", OLD))) == ([], [])


def test_renewal_without_a_problem_is_quiet() -> None:
    """A certificate that was never reported is renewed without a mail."""
    assert after({}, seen("a:443", NEW, former_leaves=(gone(),))) == ([], [])


def test_every_renewal_is_reported_once_where_wanted() -> None:
    """With ``notify_renewals: all`` each renewal is reported once, and forgotten when out of sight."""
    renewed, later = seen("a:443", NEW, former_leaves=(gone(),)), seen("a:443", NEW)
    decisions = list(
        steps((picture(renewed), NOW), (picture(renewed), NOW), (picture(later), NOW), monitor_state=ALL)
    )
    assert [news(decision) for decision in decisions] == [[("renewed", "", "a:443")], [], []]
    pair = OLD.sha256, NEW.sha256
    assert decisions[0].receiver.changes.renewals_added == (pair,)
    assert decisions[2].receiver.changes.renewals_removed == (pair,)


def test_renewal_reported_for_its_problem_is_not_reported_again() -> None:
    """With ``notify_renewals: all`` a renewal that resolves a reported problem is still one item."""
    state = seen("a:443", NEW, former_leaves=(gone(),))
    assert news(decide(picture(state), notified(), NOW, monitor_state=ALL)) == [("renewed", "", "a:443")]


def test_whole_story_of_one_certificate() -> None:
    """Warning, critical, expired, renewed: four mails, and none between them."""
    unknown = Finding(Check.UNREACHABLE, Severity.UNKNOWN, text("not yet"))
    one = certificate(1, 8, age=340)
    probes = [
        (ending("a:443", one), 0),
        (ending("a:443", one), 0.5),
        (ending("a:443", one, Severity.CRITICAL), 6),
        (ending("a:443", one, Severity.CRITICAL), 6.5),
        (ending("a:443", one, Severity.CRITICAL), 8),
        (replace(failing(ending("a:443", one, Severity.CRITICAL)), unreachable=unknown), 8.1),
        (seen("a:443", NEW, former_leaves=(replace(gone(probes=1), old=one),)), 8.2),
        (seen("a:443", NEW, former_leaves=(replace(gone(), old=one),)), 8.3),
        (seen("a:443", NEW, former_leaves=(replace(gone(probes=3), old=one),)), 8.4),
    ]
    decisions = steps(*((picture(state), NOW + days * DAYS) for state, days in probes))
    assert [item for decision in decisions for item in news(decision)] == [
        ("first", "warning", "a:443"),
        ("worse", "critical", "a:443"),
        ("worse", "expired", "a:443"),
        ("renewed", "", "a:443"),
    ]
