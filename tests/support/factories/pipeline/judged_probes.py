"""A target that is probed again and again, and the state that it has after each probe."""

from datetime import timedelta

from monitor.assess import PathFinder
from monitor.model import (
    Anchor,
    Anchors,
    Failure,
    FailureReason,
    Observation,
    ProbeResult,
    Sighting,
    Target,
    TargetState,
)
from monitor.network.texts import CONNECTION_REFUSED
from monitor.parse import parse_certificate
from monitor.pipeline.judge import Judge
from support.pki import NOW, Issued, authority

HOUR = timedelta(hours=1)
ROOT = authority("Test Root")
ANCHORS = Anchors.of([Anchor(parse_certificate(ROOT.der), ROOT.der, "root.pem")])
ENDPOINT = Target(
    "endpoint:rec.vms.example:443",
    "endpoint",
    "rec.vms.example:443",
    None,
    host="rec.vms.example",
    server_name="rec.vms.example",
)
PLACE = "rec.vms.example:443"
REFUSED = Failure(FailureReason.REFUSED, CONNECTION_REFUSED, PLACE)


def showing(*locations: tuple[str, Issued]) -> ProbeResult:
    """Return what a probe gives that shows one certificate at each location."""
    sightings = tuple(Sighting(location, 0, parse_certificate(issued.der)) for location, issued in locations)
    ders = {parse_certificate(issued.der).sha256: issued.der for _, issued in locations}
    return ProbeResult(sightings, (), ders, encrypted=True)


def after(state: TargetState, seen: ProbeResult, hours: int = 1) -> TargetState:
    """Return the state after a probe some hours after NOW."""
    at = NOW + hours * HOUR
    observation = Observation(state.target.id, at, timedelta(seconds=1), seen)
    return Judge(PathFinder()).observed(state, observation, ANCHORS, at)
