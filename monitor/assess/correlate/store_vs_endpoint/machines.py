"""Which targets show the certificates that a machine has, besides what its ports serve."""

from monitor.model import TargetState

# Files that are watched because we use them ourselves say nothing about who serves what.
_OUR_OWN = frozenset({"trust", "client_cert"})


def has_certificates(state: TargetState) -> bool:
    """Return whether a target shows a machine's certificate stores, or certificate files."""
    if state.machine is not None:
        return True
    return state.target.kind == "files" and bool(state.sightings) and state.target.origin not in _OUR_OWN
