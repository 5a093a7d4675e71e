"""Ports of a site that serve the old certificate of a renewal day; used by several test files."""

from dataclasses import replace

from monitor.model import TargetState
from support.factories.renewals.renewal_days import OLD, served


def port(where: str, component: str, group: str = "", *, site: str = "Harbour") -> TargetState:
    """Return a port of a site that serves the old certificate."""
    state = served(where, OLD)
    labels = (("site", site), ("component", component), ("certificate_group", group))
    return replace(state, target=replace(state.target, labels=labels))
