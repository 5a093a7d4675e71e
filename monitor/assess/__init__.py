"""Judge what was seen: pure functions of facts, policy and an instant."""

from monitor.assess.blind import blind_changes_at, blindness
from monitor.assess.correlate import correlate
from monitor.assess.expiry import day_and_minute, end_in_words
from monitor.assess.heads import heads
from monitor.assess.judge import judge
from monitor.assess.links import Held
from monitor.assess.names import NameProblem, mismatch
from monitor.assess.part import missing_names
from monitor.assess.revoked import PATIENCE, asked_of, asked_paths, revoked
from monitor.assess.stale import lists_of_nothing
from monitor.assess.trust import PathFinder

__all__ = [
    "PATIENCE",
    "Held",
    "NameProblem",
    "PathFinder",
    "asked_of",
    "asked_paths",
    "blind_changes_at",
    "blindness",
    "correlate",
    "day_and_minute",
    "end_in_words",
    "heads",
    "judge",
    "lists_of_nothing",
    "mismatch",
    "missing_names",
    "revoked",
]
