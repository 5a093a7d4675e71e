"""Alerts in the Event Log of Windows: what is written, through functions with the signatures of advapi32."""

import ctypes
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.config import default_config
from monitor.daemon.system.alert_events import AlertEvents
from monitor.daemon.system.event_log import SOURCE, EventLog, declared, of_windows
from monitor.daemon.system.events import EventType, WindowsEvent, events_of
from monitor.model import AlertGroup, AlertKey, AlertLevel, AlertLocation, Check, Scope, text
from monitor.pipeline.alert_changes import AlertChange, ChangeKind, alert_changes
from support.factories.alerts.world import NOW
from support.factories.pipeline.world import FakeClock

HANDLE = 0x1234_5678_9ABC
KEY = AlertKey(Check.EXPIRY, Scope.CERTIFICATE, "ab")


@dataclass
class Advapi:
    """The functions as C code has them: what they get has gone through the machine's calling convention."""

    handle: int = HANDLE
    accepts: bool = True
    sources: list[tuple[str | None, str]] = field(default_factory=list)
    reports: list[tuple[int, int, int, int, str]] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make functions that C could call."""
        word, dword = ctypes.c_uint16, ctypes.c_uint32
        register = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_wchar_p, ctypes.c_wchar_p)
        strings = ctypes.POINTER(ctypes.c_wchar_p)
        before = (ctypes.c_void_p, word, word, dword, ctypes.c_void_p, word, dword)
        report = ctypes.CFUNCTYPE(ctypes.c_int, *before, strings, ctypes.c_void_p)
        end = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
        self.RegisterEventSourceW: Any = register(self._register)
        self.ReportEventW: Any = report(self._report)
        self.DeregisterEventSource: Any = end(self._end)

    def _register(self, server: str | None, name: str) -> int:
        self.sources.append((server, name))
        return self.handle

    def _report(  # noqa: PLR0917 - the nine arguments of the function
        self,
        handle: int,
        kind: int,
        category: int,
        number: int,
        sid: int | None,
        strings: int,
        size: int,
        texts: Any,
        data: int | None,
    ) -> int:
        assert (category, sid, size, data) == (0, None, 0, None)
        self.reports.append((handle, kind, number, strings, texts[0]))
        return int(self.accepts)

    def _end(self, handle: int) -> int:
        self.closed.append(handle)
        return 1


def group(level: AlertLevel = AlertLevel.CRITICAL, **changed: Any) -> AlertGroup:
    """Return an alert on the board."""
    known = {
        "title": "Recorder 02",
        "messages": (text("the certificate expires in 3 days"),),
        "locations": (AlertLocation("10.1.2.12:7563", "Recorder 02"),),
        "site": "Harbour",
    }
    return AlertGroup(KEY.id, Check.EXPIRY, level, since=NOW, alerts=(KEY,), **known | changed)


def opened(one: AlertGroup) -> AlertChange:
    """Return that it is new."""
    return AlertChange(ChangeKind.OPENED, one)


def test_an_alert_is_an_event() -> None:
    """It has the level's type and number, and a text that says what, where and since when."""
    (event,) = events_of([opened(group())], NOW)
    assert (event.type, event.number) == (EventType.ERROR, 102)
    assert event.text.split("\r\n") == [
        "Alert opened: Recorder 02 (expiry, critical)",
        "the certificate expires in 3 days",
        "",
        "Locations: 10.1.2.12:7563",
        "Site: Harbour",
        f"Alert: {KEY.id}",
    ]


@pytest.mark.parametrize(
    ("component", "named"), [("recording_server", "Recording Server"), ("door controller", "door controller")]
)
def test_a_component_has_its_name_for_people(component: str, named: str) -> None:
    """That of the vendor; a component that only a configuration knows keeps its own word."""
    (event,) = events_of([opened(group(component=component))], NOW)
    assert f"Component: {named}" in event.text.split("\r\n")


@pytest.mark.parametrize(
    ("kind", "level", "expected"),
    [
        (ChangeKind.OPENED, AlertLevel.WARNING, (EventType.WARNING, 101)),
        (ChangeKind.CHANGED, AlertLevel.CRITICAL, (EventType.ERROR, 102)),
        (ChangeKind.CHANGED, AlertLevel.EXPIRED, (EventType.ERROR, 103)),
        (ChangeKind.CLOSED, AlertLevel.EXPIRED, (EventType.INFORMATION, 100)),
    ],
)
def test_types_and_numbers(kind: ChangeKind, level: AlertLevel, expected: tuple[EventType, int]) -> None:
    """They are published: other programs filter by them."""
    (event,) = events_of([AlertChange(kind, group(level))], NOW)
    assert (event.type, event.number) == expected


def test_texts_that_windows_would_change() -> None:
    """A percent sign and a number are no place for a text; text and locations have a bound."""
    places = tuple(AlertLocation(f"[fe80::1%{n}]:443", "") for n in range(1, 99))
    (event,) = events_of([opened(group(locations=places))], NOW)
    assert "[fe80::1% 1]:443" in event.text
    assert "%1" not in event.text
    assert event.text.split("\r\n")[3].endswith(", and 78 more")
    long = tuple(AlertLocation(f"/{number}/{'x' * 900}", "") for number in range(20))
    assert len(events_of([opened(group(locations=long))], NOW)[0].text) == 10_000


def test_what_the_functions_get() -> None:
    """Source, type, number and text arrive as they are, in order, and the handle is given back."""
    system = Advapi()
    log = EventLog(declared(system))
    log.write(
        [
            WindowsEvent(EventType.WARNING, 101, "Größe 語 \U0001f512"),
            WindowsEvent(EventType.INFORMATION, 100, "b"),
        ]
    )
    assert system.sources == [(None, SOURCE)]
    assert system.reports == [(HANDLE, 2, 101, 1, "Größe 語 \U0001f512"), (HANDLE, 4, 100, 1, "b")]
    assert system.closed == [HANDLE]


def no_source(system: Advapi) -> None:
    """Give no handle."""
    system.handle = 0


def no_room(system: Advapi) -> None:
    """Take no event."""
    system.accepts = False


@pytest.mark.parametrize("broken", [no_source, no_room])
def test_a_log_that_takes_nothing(broken: Callable[[Advapi], None], caplog: pytest.LogCaptureFixture) -> None:
    """It is said once, until something is taken again, and stops no alert pass."""
    system, event = Advapi(), WindowsEvent(EventType.WARNING, 101, "a")
    log = EventLog(declared(system), lambda: 1502)
    broken(system)
    for _ in range(3):
        log.write([event, event])
    system.handle, system.accepts = HANDLE, True
    log.write([event])
    broken(system)
    log.write([event])
    said = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
    assert said == ["alerts cannot be written to the Windows Event Log: error 1502"] * 2
    assert len(system.closed) == sum(1 for _ in system.sources) - (4 if broken is no_source else 0)


def test_elsewhere_nothing_is_written() -> None:
    """Other systems have no such functions."""
    assert of_windows() is None
    EventLog().write([WindowsEvent(EventType.WARNING, 101, "a")])


@pytest.mark.parametrize("wanted", [True, False])
def test_the_configuration_decides(wanted: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """With ``event_log: false`` nothing is written."""
    config = default_config()
    config = replace(config, log=config.log.model_copy(update={"event_log": wanted}))
    system = Advapi()
    AlertEvents(FakeClock(), lambda: config, EventLog(declared(system))).write([opened(group())])
    assert len(system.reports) == int(wanted)


def test_changes_between_two_passes() -> None:
    """What is new, has another level, or is over; what a start finds is not new."""
    worse, other = group(AlertLevel.EXPIRED), group()
    before = NOW - timedelta(hours=1)
    assert list(alert_changes((), (other,), NOW)) == [opened(other)]
    assert list(alert_changes((), (replace(other, since=before),), NOW)) == []
    assert list(alert_changes((other,), (other,), NOW)) == []
    assert list(alert_changes((other,), (worse,), NOW)) == [AlertChange(ChangeKind.CHANGED, worse)]
    assert list(alert_changes((other,), (), NOW)) == [AlertChange(ChangeKind.CLOSED, other)]
