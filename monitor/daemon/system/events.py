"""Alerts, and what the service logs, as events of the Windows Event Log: type, number and text; pure.

The numbers are published. They are below 1000, so that Windows' own ``EventCreate.exe`` can serve as the
message file: its text of each number up to 1000 is what was written.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from monitor.messages import Writer, english
from monitor.model import AlertGroup, AlertLevel
from monitor.model.label_names import component_name
from monitor.pipeline.alert_changes import AlertChange, ChangeKind


class EventType(IntEnum):
    """The types of events (winnt.h)."""

    ERROR = 1
    WARNING = 2
    INFORMATION = 4


@dataclass(frozen=True, slots=True)
class WindowsEvent:
    """One event."""

    type: EventType
    number: int
    text: str


CLOSED = 100
OF_LEVEL = {
    AlertLevel.WARNING: (EventType.WARNING, 101),
    AlertLevel.CRITICAL: (EventType.ERROR, 102),
    AlertLevel.EXPIRED: (EventType.ERROR, 103),
}

SERVICE_NOTICE, BAD_CONFIGURATION = 200, 203
OF_LOG_LEVEL = (
    (logging.ERROR, (EventType.ERROR, 202)),
    (logging.WARNING, (EventType.WARNING, 201)),
    (logging.NOTSET, (EventType.INFORMATION, SERVICE_NOTICE)),
)
EVENT_NUMBER = "cert_monitor_event"
"""The attribute of a log record that asks for an event with this number, whatever its level."""

_MOST_MESSAGES, _MOST_LOCATIONS = 3, 20
_LONGEST = 10_000
"""Letters of a text; Windows takes 31,839 (https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-reporteventw)."""
_INSERTION = re.compile(r"%(?=\d)")


def events_of(changes: Sequence[AlertChange], now: datetime) -> tuple[WindowsEvent, ...]:
    """Return an event for each change."""
    writer = english(now)
    return tuple(_event(change, writer) for change in changes)


def _event(change: AlertChange, writer: Writer) -> WindowsEvent:
    kind, number = OF_LEVEL[change.group.level]
    if change.kind is ChangeKind.CLOSED:
        kind, number = EventType.INFORMATION, CLOSED
    return WindowsEvent(kind, number, event_text("\r\n".join(_lines(change, writer))))


def event_text(text: str) -> str:
    """Return a text as an event may have it: not too long, and without places for other texts.

    Windows takes a percent sign and a number for such a place, also in an address such as fe80::1%1.
    """
    return _INSERTION.sub("% ", text)[:_LONGEST]


def _lines(change: AlertChange, writer: Writer) -> Iterator[str]:
    group = change.group
    yield f"Alert {change.kind}: {group.title} ({group.check.value}, {group.level.value})"
    if change.kind is not ChangeKind.CLOSED:
        yield from map(writer.write, group.messages[:_MOST_MESSAGES])
    yield ""
    yield from (f"{name}: {value}" for name, value in _facts(group, writer) if value)


def _facts(group: AlertGroup, writer: Writer) -> Iterator[tuple[str, str]]:
    places = list(dict.fromkeys(one.location for one in group.locations))
    more = f", and {len(places) - _MOST_LOCATIONS} more" if len(places) > _MOST_LOCATIONS else ""
    yield "Locations", ", ".join(places[:_MOST_LOCATIONS]) + more
    yield "Owner", group.owner
    yield "Site", group.site
    yield "Component", writer.write(component_name(group.component))
    yield "Alert", group.id
