"""The order of the steps of a plan: the CAs, one recorder as a pilot, then as the vendor's guide has it.

Source: the contents of Milestone's certificates guide name the management server, recording servers and the
mobile server, in this order. Sources differ on the place of the event server (decision 0702).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.model import Message
from monitor.planning.renewal_plan import texts
from monitor.planning.renewal_plan.groups import Group, rank_of

_RECORDER = "recording_server"
_EVENT_SERVER = "event_server"
_GUIDE = ("management_server", "api_gateway", _RECORDER, "failover_recorder", "mobile_server")


@dataclass(frozen=True, slots=True)
class Ordered:
    """The groups in the order of their steps; the first ``pilots`` are those of the pilot."""

    groups: tuple[Group, ...]
    pilots: int


def in_order(groups: Iterable[Group]) -> Ordered:
    """Return groups in the order in which they are carried out."""
    ranked = sorted(groups, key=_rank)
    others = {one.host for one in ranked if one.components != (_RECORDER,)}
    # A machine with other servers on it is no place to try something.
    first = next((one.host for one in ranked if one.host not in others), None)
    pilot = [one for one in ranked if one.host == first]
    return Ordered((*pilot, *(one for one in ranked if one.host != first)), len(pilot))


def doubt(group: Group) -> Message | None:
    """Return why the place of a group in the order is not confirmed, ``None`` where it is."""
    if any(one in _GUIDE for one in group.components):
        return None
    return texts.ORDER_CONFLICT if _EVENT_SERVER in group.components else texts.ORDER_UNKNOWN


def _rank(group: Group) -> tuple[int, str, str]:
    return min(map(rank_of, group.components)), group.server, group.key
