"""A target that is looked at again and again, and the state that it has after each look."""

from datetime import timedelta

from monitor.assess import PathFinder
from monitor.cycle.judge import Judge
from monitor.model import Anchor, Anchors, Failure, Observation, Reason, Seen, Sighting, Target, TargetState
from monitor.parse import certificate
from support.pki import NOW, Issued, authority

HOUR = timedelta(hours=1)
ROOT = authority("Test Root")
ANCHORS = Anchors.of([Anchor(certificate(ROOT.der), ROOT.der, "root.pem")])
ENDPOINT = Target(
    "endpoint:rec.vms.example:443",
    "endpoint",
    "rec.vms.example:443",
    None,
    host="rec.vms.example",
    server_name="rec.vms.example",
)
PLACE = "rec.vms.example:443"
REFUSED = Failure(Reason.REFUSED, "the connection was refused", PLACE)


def showing(*places: tuple[str, Issued]) -> Seen:
    """Return what a look gives that shows one certificate at each place."""
    sightings = tuple(Sighting(place, 0, certificate(issued.der)) for place, issued in places)
    ders = {certificate(issued.der).sha256: issued.der for _, issued in places}
    return Seen(sightings, (), ders, encrypted=True)


def after(state: TargetState, seen: Seen, hours: int = 1) -> TargetState:
    """Return the state after a look some hours after NOW."""
    at = NOW + hours * HOUR
    observation = Observation(state.target.id, at, timedelta(seconds=1), seen)
    return Judge(PathFinder()).observed(state, observation, ANCHORS, at)
