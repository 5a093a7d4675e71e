"""Missing components of the monitor as values, for the page, health and JSON."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model import Message


class Component(StrEnum):
    """What a monitor on more than one machine consists of, beside the center that answers."""

    DATABASE = "database"
    CENTER = "center"
    NATS = "nats"
    WORKERS = "workers"
    ZONE = "zone"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Degradation:
    """One component that is missing: what, since when, what that means, and what to do.

    ``name`` is that of the center, zone or agent (``ZONE/AGENT``), empty where there is one of its kind.
    """

    component: Component
    name: str
    said: Message
    effect: Message
    advice: Message
    since: datetime | None = None
