"""Judge what a probe received, and snapshots as a whole: pure functions of facts, policy and an instant."""

from monitor.assess.case import is_authority
from monitor.assess.chain_checks import outlived
from monitor.assess.clients import ACCEPTED_BY_GO
from monitor.assess.correlate import correlate
from monitor.assess.correlate.revoked import PATIENCE, asked_of, asked_paths, revoked
from monitor.assess.correlate.target_lists import lists_without_targets
from monitor.assess.damage import damaged
from monitor.assess.flapping import flapping, steady
from monitor.assess.judge import judge
from monitor.assess.names import NameProblem, mismatch
from monitor.assess.paths.links import CertificateWithDer
from monitor.assess.paths.split_chains import split_chains
from monitor.assess.paths.trust import PathFinder
from monitor.assess.traits import made_at_start, missing_names
from monitor.assess.unreachability import failures_named, unreachability, unreachability_changes_at

__all__ = [
    "ACCEPTED_BY_GO",
    "PATIENCE",
    "CertificateWithDer",
    "NameProblem",
    "PathFinder",
    "asked_of",
    "asked_paths",
    "correlate",
    "damaged",
    "failures_named",
    "flapping",
    "is_authority",
    "judge",
    "lists_without_targets",
    "made_at_start",
    "mismatch",
    "missing_names",
    "outlived",
    "revoked",
    "split_chains",
    "steady",
    "unreachability",
    "unreachability_changes_at",
]
