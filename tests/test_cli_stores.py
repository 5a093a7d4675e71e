"""Certificate stores in the output of ``check``."""

from pki import NOW, leaf

from monitor.assess import Anchors, PathFinder
from monitor.cli.report import elements
from monitor.cycle.judge import Judge
from monitor.model import Failure, Observation, Reason, Seen, Sighting, Target, TargetState
from monitor.parse import certificate

WHERE = "rec01/LocalMachine/My"
TARGET = Target("windows_store:My", "windows_store", WHERE, None, collection=True)
OWN = certificate(leaf("own").der)


def shown(seen: Seen) -> list[str]:
    """Return what the elements of one look at a store are called."""
    state = Judge(PathFinder()).observed(
        TargetState(TARGET), Observation(TARGET.id, NOW, NOW - NOW, seen), Anchors(), NOW
    )
    return [element.target for element in elements(WHERE, state, split=True)]


def test_each_certificate_is_an_element() -> None:
    """Named by its place."""
    place = f"{WHERE}/{OWN.sha1}"
    der = leaf("own").der
    assert shown(Seen((Sighting(place, 0, OWN),), (), {OWN.sha256: der})) == [place]


def test_an_empty_store_is_an_element() -> None:
    """It was looked at, and there is nothing in it: that must not look like nothing asked."""
    assert shown(Seen()) == [WHERE]


def test_a_failed_store_is_an_element() -> None:
    """What failed stands under the store."""
    assert shown(Seen(failures=(Failure(Reason.NOT_FOUND, "gone", WHERE),))) == [WHERE]
