"""Notifications about revoked certificates, and their resolution."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from monitor.assess import correlate
from monitor.delivery.email.content.headlines import headline
from monitor.model import (
    AlertKey,
    Certificate,
    Check,
    FormerLeaf,
    Policy,
    Revocation,
    RevocationStatus,
    Scope,
    Snapshot,
    TargetInfo,
    TargetState,
    text,
)
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    Decided,
    Row,
    apply,
    certificate,
    decide,
    failing,
    picture,
    seen,
    target,
)
from support.written import runbook, written

LEAF = certificate(1, name="rec.example")
NEW = certificate(4, 390, age=1, name="rec.example")
MIDDLE = certificate(2, name="Middle CA", ca=True)
OTHER = certificate(5, name="Other CA", ca=True)
ROOT = certificate(3, name="Root CA", ca=True)
ASKED = Policy(revocation=("crl",))
CA = "VMS Certificate Authority"
REVOKED = AlertKey(Check.REVOKED, Scope.CERTIFICATE, LEAF.sha256)
UNKNOWN = AlertKey(Check.REVOCATION_UNKNOWN, Scope.ISSUER, CA)


def shown(
    leaf: Certificate = LEAF, where: str = "a:443", policy: Policy = ASKED, **more: object
) -> TargetState:
    """Return a target that serves a leaf below two CAs."""
    more = {"above": (MIDDLE, ROOT)} | more
    return seen(where, leaf, on=target(where, policy=policy), **more)  # type: ignore[arg-type]


def said(revocation_status: RevocationStatus, about: Certificate = LEAF, attempts: int = 0) -> Revocation:
    """Return what an issuer said."""
    return Revocation(about.sha256, revocation_status, NOW, message=text("by its CA"), attempts=attempts)


def snapshot(*states: TargetState, known: tuple[Revocation, ...] = ()) -> Snapshot:
    """Return a picture with all its findings."""
    bare = replace(picture(*states), revocations={one.sha256: one for one in known})
    return replace(bare, correlated=correlate(bare, NOW))


def decided(picture: Snapshot, log: Mapping[AlertKey, Row]) -> Decided:
    """Return what is decided after the inventory."""
    return decide(picture, log, NOW, monitor_state=AFTER_INVENTORY)


def log(*keys: AlertKey) -> dict[AlertKey, Row]:
    """Return a notification log with these rows."""
    return {key: Row(key, "critical", NOW - DAYS / 24, NOW - DAYS / 24, "a:443", ("a:443",)) for key in keys}


def outcome(picture: Snapshot, *keys: AlertKey) -> tuple[list[str], list[AlertKey]]:
    """Return the news and the rows that are left."""
    before = log(*keys)
    decision = decided(picture, before)
    news = [f"{item.reason} {','.join(item.checks)}" for item in decision.items]
    return news, list(apply(before, decision))


def test_reported_once_for_all_locations() -> None:
    """A revoked certificate is one piece of news, wherever it is served."""
    where = snapshot(shown(), shown(where="b:443"), known=(said(RevocationStatus.REVOKED),))
    decision = decided(where, {})
    (item,) = decision.items
    assert (item.checks, sorted(one.location for one in item.locations)) == (
        (Check.REVOKED,),
        ["a:443", "b:443"],
    )
    assert decided(where, apply({}, decision)).items == ()


def test_a_ca_speaks_for_itself() -> None:
    """A revoked CA is reported under its own name, once for all that depends on it."""
    states = (shown(), shown(certificate(9), "b:443"))
    (item,) = decided(snapshot(*states, known=(said(RevocationStatus.REVOKED, MIDDLE),)), {}).items
    assert item.title == "Middle CA"


def test_steps() -> None:
    """A revoked certificate needs another one: the steps of a renewal come along, for a CA those of a CA."""
    info = TargetInfo(
        "Recorder 01",
        runbook=runbook("", ("Renew {names}.",), ca_first=("Renew the CA {issuer}.",)),
    )
    state = seen("a:443", LEAF, on=target("a:443", policy=ASKED, info=info), above=(MIDDLE, ROOT))
    state = replace(state, target=replace(state.target, info=info))
    (leaf,) = decided(snapshot(state, known=(said(RevocationStatus.REVOKED),)), {}).items
    (ca,) = decided(snapshot(state, known=(said(RevocationStatus.REVOKED, MIDDLE),)), {}).items
    assert leaf.renewal_steps[0].steps
    assert (
        ca.renewal_steps[0].ca_first,
        written(ca.renewal_steps[0].steps[0]).startswith("Renew the CA"),
    ) == (
        True,
        True,
    )


def test_steps_without_a_preset() -> None:
    """Who has no preset is shown what to do about a revoked certificate all the same."""
    (item,) = decided(snapshot(shown(), known=(said(RevocationStatus.REVOKED),)), {}).items
    assert written(item.renewal_steps[0].steps[-1]).endswith("cert-monitor check a:443")


@pytest.mark.parametrize("key", [REVOKED, UNKNOWN])
def test_a_restart_is_no_recovery(key: AlertKey) -> None:
    """After a start nothing is known until the issuer was asked again: nothing is resolved meanwhile."""
    assert outcome(snapshot(shown()), key) == ([], [key])


@pytest.mark.parametrize("key", [REVOKED, UNKNOWN])
def test_no_answer_is_no_recovery(key: AlertKey) -> None:
    """That it is unknown at the first attempt resolves nothing."""
    assert outcome(snapshot(shown(), known=(said(RevocationStatus.UNKNOWN, attempts=1),)), key) == ([], [key])


def test_revoked_again_after_a_restart() -> None:
    """The same answer again is not reported."""
    assert outcome(snapshot(shown(), known=(said(RevocationStatus.REVOKED),)), REVOKED) == ([], [REVOKED])


def test_good_again() -> None:
    """Only an answer of the issuer resolves it."""
    good = (said(RevocationStatus.GOOD),)
    assert outcome(snapshot(shown(), known=good), REVOKED) == (["resolved revoked"], [])


def test_the_issuer_is_known_again() -> None:
    """An issuer that did not answer is resolved when it has answered about all its certificates."""
    leaf, middle = said(RevocationStatus.GOOD), said(RevocationStatus.GOOD, MIDDLE)
    assert outcome(snapshot(shown(), known=(leaf,)), UNKNOWN) == ([], [UNKNOWN])
    assert outcome(snapshot(shown(), known=(leaf, middle)), UNKNOWN) == (["resolved revocation_unknown"], [])


def test_one_unresponsive_issuer() -> None:
    """An issuer that does not answer about many certificates is one piece of news, under its own name."""
    others = [certificate(100 + n) for n in range(50)]
    states = [shown(one, f"r{n}:443") for n, one in enumerate(others)]
    known = tuple(said(RevocationStatus.UNKNOWN, one, attempts=3) for one in others)
    (item,) = decided(snapshot(*states, known=known), {}).items
    assert (item.title, len(item.locations)) == (CA, 50)
    assert written(headline(item)) == f"{CA}: revocation status unknown (warning)"


def test_unknown_becomes_revoked() -> None:
    """A revoked one is reported separately, and the issuer is reachable again."""
    known = (said(RevocationStatus.REVOKED), said(RevocationStatus.GOOD, MIDDLE))
    assert outcome(snapshot(shown(), known=known), UNKNOWN) == (
        ["first revoked", "resolved revocation_unknown"],
        [REVOKED],
    )


def test_switched_off() -> None:
    """When revocation is turned off, it is removed without a notification."""
    assert outcome(snapshot(shown(policy=Policy())), REVOKED) == ([], [])


def test_check_switched_off() -> None:
    """When the check is turned off, it is removed without a notification."""
    off = replace(ASKED, checks=((Check.REVOKED, None),))
    known = (said(RevocationStatus.REVOKED),)
    assert outcome(snapshot(shown(policy=off), known=known), REVOKED) == ([], [])


def test_renewed() -> None:
    """A new certificate at its location is reported."""
    gone = (FormerLeaf("a:443", LEAF, NEW, 2),)
    assert outcome(snapshot(shown(NEW, former_leaves=gone)), REVOKED) == (["renewed expiry"], [])


def test_one_probe_without_it() -> None:
    """A single probe that shows another certificate proves nothing."""
    gone = (FormerLeaf("a:443", LEAF, NEW, 1),)
    assert outcome(snapshot(shown(NEW, former_leaves=gone)), REVOKED) == ([], [REVOKED])


def test_a_new_ca() -> None:
    """When no certificate depends on the revoked CA any more, that is reported as well."""
    key = AlertKey(Check.REVOKED, Scope.CERTIFICATE, MIDDLE.sha256)
    gone = (FormerLeaf("a:443", LEAF, NEW, 2),)
    state = shown(NEW, former_leaves=gone, above=(OTHER, ROOT))
    assert outcome(snapshot(state), key) == (["resolved revoked"], [])


def test_unreachable() -> None:
    """While the target cannot be probed, nothing is resolved."""
    assert outcome(snapshot(failing(shown()), known=(said(RevocationStatus.GOOD),)), REVOKED) == (
        [],
        [REVOKED],
    )


def test_no_longer_watched() -> None:
    """The alerts of a target that left the configuration are removed."""
    assert outcome(snapshot(shown(certificate(9), "b:443")), REVOKED) == ([], [])
