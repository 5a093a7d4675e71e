"""Ids of steps and versions of plans."""

from collections.abc import Iterable
from hashlib import sha256
from json import dumps

from monitor.model import DayStep

CA, SWITCH = "ca", "switch"
_LENGTH = 12


def step_id(kind: str, server: str, group: str) -> str:
    """Return the id of a step, the same in every plan of a site."""
    return sha256(dumps((kind, server, group)).encode()).hexdigest()[:_LENGTH]


def version_of(steps: Iterable[DayStep]) -> str:
    """Return what changes when the steps or the certificates of their ports do."""
    facts = [
        (step.id, step.needs, [(port.target_id, port.old_sha256) for port in step.ports]) for step in steps
    ]
    return sha256(dumps(facts).encode()).hexdigest()[:_LENGTH]
