"""Equal values become one object, so that many targets do not hold many copies."""

from monitor.model import Policy, TargetInfo, TargetTraits, shared
from monitor.sources.endpoint.settings import EndpointSettings


def test_equal_values_are_one_object() -> None:
    """The first of some equal values is returned for all of them."""
    values = [shared(TargetInfo(title="Recorder 01")) for _ in range(2)]
    assert values[0] is values[1]


def test_equal_values_of_other_types_stay_what_they_are() -> None:
    """A number that equals a truth value does not become one."""
    assert [type(shared(value)) for value in (True, 1, 1.0)] == [bool, int, float]


def test_targets_share_what_is_equal() -> None:
    """Targets of one site share labels, info and traits."""
    first, second = (
        EndpointSettings(kind="endpoint", address=f"10.0.0.{number}:443", labels={"site": "harbor"}).target(
            Policy()
        )
        for number in (1, 2)
    )
    assert first.labels is second.labels
    assert first.info is second.info
    assert first.traits is second.traits == TargetTraits()
