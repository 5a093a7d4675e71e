"""What a standby that lost its database hands to the same center, which goes on without it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.daemon.targets.discoveries import Discoveries
from monitor.errors import StoreUnusableError
from monitor.model import AccessToken, TargetState


@dataclass(frozen=True, slots=True)
class Handover:
    """Why there is no database, and what was read of it before.

    ``since`` is when the database answered last. The states are those of targets by
    their id. ``link_key`` signs sessions and links.
    """

    error: StoreUnusableError
    states: Mapping[str, TargetState]
    discoveries: Discoveries
    tokens: Sequence[AccessToken]
    link_key: bytes
    since: datetime | None = None
