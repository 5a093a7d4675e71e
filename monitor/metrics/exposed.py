"""Select which of a target's sightings become series and rows; judges nothing."""

from collections.abc import Iterator
from typing import Literal

from monitor.model import Sighting, TargetState

Chain = Literal["leaf", "path"]


def exposed_sightings(state: TargetState, chain: Chain = "leaf") -> tuple[Sighting, ...]:
    """Return the sightings to expose: the leaf of every path, or with ``path`` all certificates on one.

    The first certificate of a location that no path explains is exposed too. No location and position
    repeats, and no leaf repeats at one location (some servers send their leaf twice).
    """
    wanted = _heads(state) if chain == "leaf" else _on_path(state)
    return tuple({(sighting.location, sighting.position): sighting for sighting in wanted}.values())


def _heads(state: TargetState) -> Iterator[Sighting]:
    heads = {(path.location, path.leaf.sha256) for path in state.assessment.paths}
    explained = _explained(state)
    shown: set[tuple[str, str]] = set()
    for sighting in state.sightings:
        key = (sighting.location, sighting.certificate.sha256)
        alone = sighting.position == 0 and key not in explained
        if key not in shown and (alone or key in heads):
            shown.add(key)
            yield sighting


def _on_path(state: TargetState) -> Iterator[Sighting]:
    explained = _explained(state)
    for sighting in state.sightings:
        if sighting.position == 0 or (sighting.location, sighting.certificate.sha256) in explained:
            yield sighting


def _explained(state: TargetState) -> set[tuple[str, str]]:
    # A set and not ``Assessment.on_path``: a bundle of 10,000 certificates would be compared with itself.
    return {(path.location, c.sha256) for path in state.assessment.paths for c in path.certificates}
