"""Findings from the answers of issuers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.assess import correlate, revoked
from monitor.assess.correlate import texts
from monitor.assess.texts import the_certificate
from monitor.model import (
    Certificate,
    Check,
    Finding,
    Policy,
    Revocation,
    RevocationStatus,
    Severity,
    Snapshot,
    Superseded,
    TargetState,
    text,
)
from support.factories.alerts.world import NOW, certificate, picture, seen, target
from support.written import written

LEAF = certificate(1, name="rec.example")
MIDDLE = certificate(2, name="Middle CA", ca=True)
ROOT = certificate(3, name="Root CA", ca=True)
ASKED = Policy(revocation=("crl",))


def known(
    about: Certificate, revocation_status: RevocationStatus, detail: str = "", attempts: int = 0
) -> Revocation:
    """Return what an issuer said."""
    return Revocation(about.sha256, revocation_status, NOW, message=text(detail), attempts=attempts)


def shown(policy: Policy = ASKED, where: str = "a:443") -> TargetState:
    """Return a target that serves the leaf below two CAs."""
    return seen(where, LEAF, on=target(where, policy=policy), above=(MIDDLE, ROOT))


def found(state: TargetState, *said: Revocation) -> list[Finding]:
    """Return the findings about one target."""
    snapshot = replace(picture(state), revocations={one.sha256: one for one in said})
    return [finding for _, finding in revoked(snapshot, NOW)]


def test_revoked() -> None:
    """A revoked certificate is critical, and the sentence holds what its issuer said."""
    said = known(
        LEAF, RevocationStatus.REVOKED, "on 2026-11-22 12:00 UTC, according to the CRL http://ca.example/x"
    )
    assert found(shown(), said) == [
        Finding(
            Check.REVOKED,
            Severity.CRITICAL,
            texts.revoked(
                who=the_certificate(title="rec.example"),
                how=text("on 2026-11-22 12:00 UTC, according to the CRL http://ca.example/x"),
            ),
            LEAF.sha256,
            "a:443",
        )
    ]


def test_revoked_ca() -> None:
    """A revoked CA is reported as such."""
    (finding,) = found(shown(), known(MIDDLE, RevocationStatus.REVOKED, "by it"))
    assert (written(finding), finding.sha256) == ('the CA "Middle CA" was revoked by it', MIDDLE.sha256)


def test_good() -> None:
    """A good certificate is no finding."""
    assert found(shown(), known(LEAF, RevocationStatus.GOOD), known(MIDDLE, RevocationStatus.GOOD)) == []


def test_not_asked_yet() -> None:
    """What nobody was asked about is no finding."""
    assert found(shown()) == []


@pytest.mark.parametrize(("attempts", "findings"), [(1, 0), (2, 0), (3, 1), (9, 1)])
def test_unknown(attempts: int, findings: int) -> None:
    """That it is unknown is a warning after several attempts, not after one."""
    assert len(found(shown(), known(LEAF, RevocationStatus.UNKNOWN, "why", attempts))) == findings


def test_unknown_in_words() -> None:
    """The sentence says of which certificate, and why."""
    (finding,) = found(shown(), known(LEAF, RevocationStatus.UNKNOWN, "crl: it names no CRL", 3))
    assert (finding.check, finding.severity, written(finding)) == (
        Check.REVOCATION_UNKNOWN,
        Severity.WARNING,
        'it is not known whether the certificate "rec.example" was revoked: crl: it names no CRL',
    )


def test_a_good_answer_that_is_being_refreshed() -> None:
    """While a good answer holds, attempts that fail are no finding."""
    assert found(shown(), known(LEAF, RevocationStatus.GOOD, attempts=9)) == []


def test_targets_that_do_not_ask() -> None:
    """A target whose policy does not ask for revocation hears nothing of it."""
    assert found(shown(Policy()), known(LEAF, RevocationStatus.REVOKED)) == []


def test_an_issuer_that_is_not_known() -> None:
    """Without its issuer's certificate no CA is queried, which is reported; a self-signed one has none."""
    state = shown()
    (path,) = state.assessment.paths

    def ending_at(*certificates: Certificate) -> TargetState:
        bare = replace(path, certificates=certificates, trusted=False)
        return replace(state, assessment=replace(state.assessment, paths=(bare,)))

    (finding,) = found(ending_at(LEAF))
    assert (finding.check, finding.sha256) == (Check.REVOCATION_UNKNOWN, LEAF.sha256)
    assert "the certificate of its issuer is not known" in written(finding)
    assert [one.sha256 for one in found(ending_at(LEAF, MIDDLE))] == [MIDDLE.sha256]
    assert found(ending_at(replace(LEAF, self_issued=True))) == []
    state = shown(Policy(revocation=("staple",)))
    assert found(ending_at(LEAF, MIDDLE)) == []


def test_anchors() -> None:
    """An anchor is trusted as it is."""
    assert found(shown(), known(ROOT, RevocationStatus.REVOKED)) == []


def test_severity_of_the_policy() -> None:
    """The severity can be changed, and each check can be switched off."""
    mild = replace(ASKED, checks=((Check.REVOKED, Severity.WARNING), (Check.REVOCATION_UNKNOWN, None)))
    assert [f.severity for f in found(shown(mild), known(LEAF, RevocationStatus.REVOKED))] == [
        Severity.WARNING
    ]
    assert found(shown(mild), known(LEAF, RevocationStatus.UNKNOWN, attempts=5)) == []


def test_replaced_in_a_folder() -> None:
    """An old certificate beside its successor no longer alarms."""
    state = shown()
    state = replace(state, assessment=replace(state.assessment, superseded=(Superseded(LEAF.sha256, "new"),)))
    assert found(state, known(LEAF, RevocationStatus.REVOKED)) == []


def test_asked_with_the_other_questions() -> None:
    """The finding stands among those that are gathered for the target."""
    snapshot = Snapshot(
        {"endpoint:a:443": shown()},
        revocations={LEAF.sha256: known(LEAF, RevocationStatus.REVOKED, "revoked")},
    )
    assert [f.check for f in correlate(snapshot, NOW + timedelta(0))["endpoint:a:443"]] == [Check.REVOKED]
