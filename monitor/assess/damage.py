"""Judge stored items that are damaged while the others are read: the target was seen in part.

It must not judge targets of which nothing is seen: ``unreachability`` does.
"""

from collections.abc import Iterable, Iterator

from monitor.assess import texts
from monitor.model import Check, Failure, Finding, Message, Severity, Target, TargetState, damaged_items
from monitor.model.texts import joined

_SERVING = "endpoint"
_MOST_REASONS = 3


def damaged(state: TargetState) -> tuple[Failure, ...]:
    """Return the failures of single items of what is stored, of which everything else is read.

    Of what a server sends in one handshake nothing is an item of its own.
    """
    if not state.failures or not state.up or state.target.kind == _SERVING:
        return ()
    locations = damaged_items(state.failures)
    return tuple(one for one in state.failures if one.location in locations)


def damage_findings(target: Target, damage: Iterable[Failure]) -> Iterator[Finding]:
    """Yield a finding for each location with damaged items."""
    severity = target.policy.severity(Check.DAMAGED, Severity.WARNING)
    if severity is None:
        return
    said: dict[str, dict[Message, None]] = {}
    for failure in damage:
        said.setdefault(failure.location, {})[failure.message] = None
    for location, messages in said.items():
        why = joined(tuple(messages), _MOST_REASONS)
        yield Finding(Check.DAMAGED, severity, texts.damaged(why=why), location=location)
