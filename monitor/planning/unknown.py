"""What a forecast cannot know: targets and certificates that it says nothing about."""

from dataclasses import dataclass

from monitor.model import Snapshot, TargetState
from monitor.planning.leaves import is_generated, is_switched_off


@dataclass(frozen=True, slots=True)
class Unknown:
    """How many targets lie beyond what is known; each target counts for one of the first six at most.

    No certificate is known of targets that are ``not_checked`` yet, ``unreachable`` since they are watched,
    on ``standby``, or that answered ``without_certificate``. Targets ``last_known`` are unreachable now: the
    certificates seen there last count, and may have been renewed since. ``left_out`` targets were on lists
    and are not watched for want of room; ``lists`` could not be fetched the last time. Not counted on
    purpose: targets that are ``switched_off``, and those that serve a ``generated`` certificate.
    """

    not_checked: int = 0
    unreachable: int = 0
    standby: int = 0
    without_certificate: int = 0
    last_known: int = 0
    switched_off: int = 0
    generated: int = 0
    left_out: int = 0
    lists: int = 0

    @property
    def targets(self) -> int:
        """Return the number of targets of which no certificate is known."""
        return self.not_checked + self.unreachable + self.standby + self.without_certificate


def unknown(snapshot: Snapshot) -> Unknown:
    """Count what lies beyond the knowledge of a snapshot."""
    counts = dict.fromkeys(_KINDS, 0)
    for state in snapshot.states.values():
        # Few targets are anything but well, and this runs for each.
        if state.failed_probes or not state.assessment.paths or _is_special(state):
            kind = _kind(state)
            if kind:
                counts[kind] += 1
    discoveries = snapshot.discoveries.values()
    return Unknown(
        **counts,
        left_out=sum(one.left_out for one in discoveries),
        lists=sum(1 for one in discoveries if one.failed),
    )


_KINDS = (
    "not_checked",
    "unreachable",
    "standby",
    "without_certificate",
    "last_known",
    "switched_off",
    "generated",
)


def _is_special(state: TargetState) -> bool:
    return bool(state.target.policy.checks or state.target.traits.self_signed_name)


def _kind(state: TargetState) -> str:
    if is_switched_off(state.target):
        return "switched_off"
    if is_generated(state):
        return "generated"
    if state.assessment.paths:
        return "last_known" if state.up is False else ""
    if state.probed_at is None:
        return "not_checked"
    if state.target.traits.standby and state.up is False:
        return "standby"
    return "without_certificate" if state.up else "unreachable"
