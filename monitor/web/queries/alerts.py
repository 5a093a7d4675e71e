"""The list of alerts, worst first; it decides nothing about them."""

from dataclasses import dataclass
from datetime import datetime

from monitor.model import AlertLevel, Message, Snapshot


@dataclass(frozen=True, slots=True)
class AlertItem:
    """One thing at fault: how bad it is, what it is called, since when it is known, and what is wrong.

    ``site`` is empty where its targets differ; ``problem`` is the first message, ``None`` if there is none.
    """

    level: AlertLevel
    title: str
    site: str
    since: datetime
    problem: Message | None


@dataclass(frozen=True, slots=True)
class AlertList:
    """The worst alerts, and how many ``more`` were left out."""

    items: tuple[AlertItem, ...] = ()
    more: int = 0


def alert_list(snapshot: Snapshot, *, most: int | None = None) -> AlertList:
    """Return the alerts of the last alert pass, at most so many (``None``: all of them)."""
    shown = snapshot.alerts[:most]
    items = (
        AlertItem(one.level, one.title, one.site, one.since, next(iter(one.messages), None)) for one in shown
    )
    return AlertList(tuple(items), len(snapshot.alerts) - len(shown))
