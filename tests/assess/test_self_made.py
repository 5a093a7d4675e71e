"""A certificate that a server creates at every start is a state, not an alert."""

from dataclasses import replace

import pytest

from monitor.assess import PathFinder, judge
from monitor.assess.texts import made_at_start
from monitor.model import Anchor, Anchors, Assessment, Check, Policy, Severity, Sighting, Target, TargetTraits
from monitor.parse import parse_certificate
from monitor.sources.endpoint.settings import EndpointSettings
from support.pki import NOW, Issued, authority, days, issue, leaf

NAME = "SSL_Self_Signed_Fallback"
PLACE = "sql.example:1433"
SQL = Target(
    f"endpoint:{PLACE}",
    "endpoint",
    PLACE,
    None,
    server_name="sql.example",
    traits=TargetTraits(self_signed_name=NAME),
)
ROOT = authority()
FALLBACK = issue(NAME)
ENDED = issue(NAME, start=days(-90), end=days(-1))


def judged(*chain: Issued, target: Target = SQL, trusted: Issued = ROOT) -> Assessment:
    """Judge an SQL Server that serves a chain."""
    shown = [(parse_certificate(one.der), one.der) for one in chain]
    sightings = tuple(Sighting(PLACE, position, one) for position, (one, _) in enumerate(shown))
    anchors = Anchors.of([Anchor(parse_certificate(trusted.der), trusted.der, "test")])
    return judge(target, sightings, (PathFinder().find(PLACE, shown, anchors, NOW),), NOW)


def verdicts(found: Assessment) -> set[tuple[Check, Severity]]:
    """Return the findings without their words."""
    return {(finding.check, finding.severity) for finding in found.findings}


def with_trust(severity: Severity | None) -> Target:
    """Return the target with another severity for trust."""
    return replace(SQL, policy=Policy(checks=((Check.TRUST, severity),)))


@pytest.mark.parametrize("made", [FALLBACK, ENDED], ids=["valid", "ended"])
def test_it_is_one_finding_that_alarms_nobody(made: Issued) -> None:
    """Whatever its dates and name, there is one finding, and that is ok."""
    assert verdicts(judged(made)) == {(Check.TRUST, Severity.OK)}


def test_it_says_what_it_is() -> None:
    """The sentence has the certificate's name and says that the server has no other."""
    (finding,) = judged(FALLBACK).findings
    assert finding.message == made_at_start(title="SSL_Self_Signed_Fallback")


def test_it_never_becomes_due() -> None:
    """No instant is known from which it would have to be renewed."""
    found = judged(FALLBACK)
    assert (found.warning_due_at, found.critical_due_at) == (None, None)


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.CRITICAL])
def test_who_gave_the_server_a_certificate_can_be_alarmed(severity: Severity) -> None:
    """The policy's severity for trust counts for it too."""
    assert verdicts(judged(FALLBACK, target=with_trust(severity))) == {(Check.TRUST, severity)}


def test_trust_switched_off() -> None:
    """With the check off nothing is said."""
    assert verdicts(judged(FALLBACK, target=with_trust(None))) == set()


def test_accepted() -> None:
    """An accepted fingerprint is not mentioned."""
    target = replace(SQL, policy=Policy(accept=frozenset({FALLBACK.sha256})))
    assert verdicts(judged(FALLBACK, target=target)) == set()


def test_elsewhere_it_is_a_certificate_like_any_other() -> None:
    """A server of another kind that shows this name is not trusted and not what was asked for."""
    found = verdicts(judged(FALLBACK, target=replace(SQL, traits=TargetTraits())))
    assert {(Check.TRUST, Severity.CRITICAL), (Check.NAME, Severity.CRITICAL)} <= found


def test_another_self_signed_certificate() -> None:
    """A self-signed certificate of another name was made by somebody, and is judged."""
    assert (Check.TRUST, Severity.CRITICAL) in verdicts(judged(issue("sql.example", names=["sql.example"])))


def test_the_name_alone_does_not_do() -> None:
    """A certificate of this name that another CA signed is judged."""
    other = leaf(NAME, authority("Other"))
    assert (Check.TRUST, Severity.CRITICAL) in verdicts(judged(other))


def test_the_endpoint_knows_by_its_protocol() -> None:
    """A target in SQL Server's protocol carries the name, but not in strict encryption, which verifies."""
    parts = [
        EndpointSettings(kind="endpoint", address="sql.example", protocol=protocol).target(Policy()).traits
        for protocol in ("mssql", "mssql-strict", "tls")
    ]
    assert [part.self_signed_name for part in parts] == [NAME, "", ""]
