"""Certificate stores, and servers with several certificates, in the output of ``check``."""

from dataclasses import replace

from monitor.assess import PathFinder
from monitor.cli.check.report import elements, exit_code
from monitor.model import (
    Anchors,
    Assessment,
    Check,
    Failure,
    FailureReason,
    Finding,
    Observation,
    ProbeResult,
    Severity,
    Sighting,
    Target,
    TargetState,
    text,
)
from monitor.parse import parse_certificate
from monitor.pipeline.judge import Judge
from support.pki import NOW, leaf

WHERE = "rec01/LocalMachine/My"
TARGET = Target("windows_store:My", "windows_store", WHERE, None, collection=True)
OWN = parse_certificate(leaf("own").der)


def judged(seen: ProbeResult) -> TargetState:
    """Return what one probe of a store gives."""
    return Judge(PathFinder()).observed(
        TargetState(TARGET), Observation(TARGET.id, NOW, NOW - NOW, seen), Anchors(), NOW
    )


def shown(seen: ProbeResult) -> list[str]:
    """Return what the elements of one probe of a store are called."""
    return [element.target for element in elements(WHERE, judged(seen), split=True)]


def test_each_certificate_is_an_element() -> None:
    """Named by its location."""
    location = f"{WHERE}/{OWN.sha1}"
    der = leaf("own").der
    assert shown(ProbeResult((Sighting(location, 0, OWN),), (), {OWN.sha256: der})) == [location]


def test_an_empty_store_is_an_element() -> None:
    """It was probed, and there is nothing in it: that must not look like nothing asked."""
    assert shown(ProbeResult()) == [WHERE]


def test_a_failed_store_is_an_element() -> None:
    """What failed is listed under the store."""
    assert shown(ProbeResult(failures=(Failure(FailureReason.NOT_FOUND, text("gone"), WHERE),))) == [WHERE]


def test_what_is_wrong_with_the_machine_is_an_element() -> None:
    """A stale binding belongs to no certificate of the store; it is said, and counts in the exit code."""
    location, der = f"{WHERE}/{OWN.sha1}", leaf("own").der
    state = judged(ProbeResult((Sighting(location, 0, OWN),), (), {OWN.sha256: der}))
    stale = Finding(Check.BINDING_STALE, Severity.CRITICAL, text("nobody can connect there"))
    found = elements("rec01", replace(state, assessment=Assessment((stale,))), split=True)
    assert [(one.target, one.findings) for one in found] == [(location, ()), ("rec01", (stale,))]
    assert exit_code(found) == 2


def test_each_certificate_of_a_server_is_an_element() -> None:
    """A server's RSA and ECDSA certificates expire on days of their own."""
    target = Target("endpoint:a:443", "endpoint", "a:443", None)
    locations = ("a:443 (RSA)", "a:443 (ECDSA)")
    state = TargetState(target, sightings=tuple(Sighting(location, 0, OWN) for location in locations))
    assert [one.target for one in elements("a:443", state, split=False)] == list(locations)
