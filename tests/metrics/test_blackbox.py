"""What a probe says to rules that were written for blackbox_exporter."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from inspect import signature

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.assess import ACCEPTED_BY_GO, texts
from monitor.assess.purpose import texts as purpose_texts
from monitor.assess.purpose.texts import usage_any_only, wrong_key_usage
from monitor.assess.texts import dates_refused_by_openssl
from monitor.metrics import render_probe
from monitor.model import Check, Finding, Message, Severity, Sighting, TargetState, text
from support.factories.web.fakes import NOW, certificate, endpoint, unreachable


def values(state: TargetState) -> dict[str, float]:
    """Return the values of the series that have blackbox_exporter's names and no labels."""
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(render_probe(state, NOW).decode())
        for sample in family.samples
        if sample.name.startswith("probe_") and not sample.labels
    }


def success(state: TargetState) -> float:
    """Return whether the probe counts as a success."""
    return values(state)["probe_success"]


def found(check: Check, severity: Severity = Severity.CRITICAL, *, days: float = 20) -> TargetState:
    """Return an endpoint that is up, with one finding."""
    state = endpoint("rec.example", days)
    finding = Finding(check, severity, text("wrong"))
    return replace(state, assessment=replace(state.assessment, findings=(finding,)))


@pytest.mark.parametrize("kind", [usage_any_only, wrong_key_usage, dates_refused_by_openssl])
def test_what_go_accepts(kind: Callable[..., Message]) -> None:
    """What other clients refuse and blackbox_exporter accepts is a success."""
    state = endpoint("rec.example", 20)
    finding = Finding(Check.USAGE, Severity.WARNING, kind(who=text("it")))
    assert success(replace(state, assessment=replace(state.assessment, findings=(finding,)))) == 1


def test_the_codes_of_what_go_accepts_are_those_of_messages() -> None:
    """A code that was renamed must not be left behind."""
    kinds = [*vars(texts).values(), *vars(purpose_texts).values()]
    codes = {
        kind(**{name: text("it") for name in signature(kind).parameters}).code
        for kind in kinds
        if hasattr(kind, "__wrapped__")
    }
    assert codes >= ACCEPTED_BY_GO


def test_all_three() -> None:
    """A good probe is a success, took its time, and its certificate expires when it expires."""
    state = replace(endpoint("rec.example", 20), duration=timedelta(seconds=0.25))
    assert values(state) == {
        "probe_success": 1,
        "probe_duration_seconds": 0.25,
        "probe_ssl_earliest_cert_expiry": (NOW + timedelta(days=20)).timestamp(),
    }


def test_nothing_seen() -> None:
    """What is down is no success, and nothing is known of an expiry."""
    assert values(unreachable("rec.example")) == {"probe_success": 0, "probe_duration_seconds": 0}


def test_chain_of_a_failed_handshake() -> None:
    """A certificate that was seen before the handshake failed has an expiry, but that is no success."""
    state = replace(endpoint("rec.example", 20), failed_probes=1)
    assert (success(state), "probe_ssl_earliest_cert_expiry" in values(state)) == (0, True)


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.CRITICAL])
@pytest.mark.parametrize(
    "check",
    [
        Check.TRUST,
        Check.NAME,
        Check.NAME_IN_SUBJECT_ONLY,
        Check.NOT_YET_VALID,
        Check.USAGE,
        Check.WEAK_SIGNATURE,
        Check.ENCRYPTION,
    ],
)
def test_what_clients_refuse(check: Check, severity: Severity) -> None:
    """What a client that verifies refuses is no success, however mild the policy calls it."""
    assert success(found(check, severity)) == 0


@pytest.mark.parametrize("check", [Check.WEAK_KEY, Check.REVOKED, Check.OUTLIVES_CA])
def test_what_blackbox_does_not_ask(check: Check) -> None:
    """What has its own series only does not make a target look down."""
    assert success(found(check)) == 1


@pytest.mark.parametrize("check", [Check.EXPIRY, Check.CA_EXPIRY])
def test_expiry_counts_once_it_has_come(check: Check) -> None:
    """Below its critical threshold a certificate is still a success, from its expiry on it is none."""
    assert [success(found(check, days=days)) for days in (1, 0, -1)] == [1, 0, 0]


def test_expired_and_not_asked() -> None:
    """Where expiry is switched off there is no finding, and an expired certificate is a success."""
    assert success(endpoint("rec.example", -1)) == 1


def test_earliest_of_the_served_chain() -> None:
    """Every certificate that was served counts, also one that lies on no path."""
    state = endpoint("rec.example", 20)
    stray = Sighting(state.target.location, 1, certificate(-3, "Old CA"))
    shown = values(replace(state, sightings=(*state.sightings, stray)))
    assert (shown["probe_success"], shown["probe_ssl_earliest_cert_expiry"]) == (
        1,
        (NOW - timedelta(days=3)).timestamp(),
    )
