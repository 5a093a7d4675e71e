"""What a center passes to its next start in the same process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.daemon.targets.active_config import ActiveConfig
from monitor.daemon.targets.discoveries import Discoveries
from monitor.errors import StoreUnusableError
from monitor.model import AccessToken, TargetState
from monitor.web_config import WatchedWebConfig


@dataclass(frozen=True, slots=True)
class Handover:
    """Why a standby has no database any more, and what it read of it before.

    ``since`` is when the database answered last. The states are those of targets by their id. ``link_key``
    signs sessions and links.
    """

    error: StoreUnusableError
    states: Mapping[str, TargetState]
    discoveries: Discoveries
    tokens: Sequence[AccessToken]
    link_key: bytes
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class FormerDaemon:
    """What was in force before, for the case that its files have mistakes by now.

    ``handed`` is of a standby that lost its database.
    """

    active: ActiveConfig
    web_config: WatchedWebConfig | None
    handed: Handover | None
