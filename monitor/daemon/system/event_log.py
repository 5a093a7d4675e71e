"""Write events to the Event Log of this Windows machine; elsewhere nothing is written.

https://learn.microsoft.com/windows/win32/eventlog/event-logging-functions
"""

import ctypes
import logging
import sys
from collections.abc import Callable, Sequence
from ctypes import wintypes
from typing import Any, Protocol

from monitor.daemon.system.events import WindowsEvent

log = logging.getLogger(__name__)

SOURCE = "cert-monitor"
"""The source of the monitor's events; Windows files those of no registered source under Application too."""


class EventFunctions(Protocol):
    """The three functions of advapi32."""

    RegisterEventSourceW: Any
    ReportEventW: Any
    DeregisterEventSource: Any


def declared(functions: EventFunctions) -> EventFunctions:
    """Return the functions with the types of their arguments (winbase.h)."""
    register, report, end = (
        functions.RegisterEventSourceW,
        functions.ReportEventW,
        functions.DeregisterEventSource,
    )
    register.argtypes = (wintypes.LPCWSTR, wintypes.LPCWSTR)
    register.restype = wintypes.HANDLE
    report.argtypes = (
        wintypes.HANDLE,
        wintypes.WORD,
        wintypes.WORD,
        wintypes.DWORD,
        ctypes.c_void_p,
        wintypes.WORD,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.LPCWSTR),
        ctypes.c_void_p,
    )
    report.restype = wintypes.BOOL
    end.argtypes = (wintypes.HANDLE,)
    end.restype = wintypes.BOOL
    return functions


def of_windows() -> EventFunctions | None:
    """Return the functions of Windows, ``None`` on another system."""
    if sys.platform == "win32":
        return declared(ctypes.WinDLL("advapi32", use_last_error=True))
    else:  # noqa: RET505 - the type checker sees one branch on each system
        return None


def _last_error() -> int:
    if sys.platform == "win32":
        return ctypes.get_last_error()
    else:  # noqa: RET505 - the same
        return 0


class EventLog:
    """The Event Log; what cannot be written there is logged once, until something can."""

    def __init__(
        self,
        functions: EventFunctions | None = None,
        last_error: Callable[[], int] | None = None,
        source: str = SOURCE,
    ) -> None:
        """Take the functions, by default those of this system, and the source of the events."""
        self._source = source
        self._functions = functions or of_windows()
        self._last_error = last_error or _last_error
        self._failing = False

    def write(self, events: Sequence[WindowsEvent]) -> None:
        """Write events in their order; may block, and raises nothing for a log that does not take them."""
        if self._functions is None:
            return
        handle = self._functions.RegisterEventSourceW(None, self._source)
        if not handle:
            self._failed()
            return
        try:
            for event in events:
                if not self._reported(self._functions, handle, event):
                    self._failed()
                    return
            self._failing = False
        finally:
            self._functions.DeregisterEventSource(handle)

    def _reported(self, functions: EventFunctions, handle: Any, event: WindowsEvent) -> bool:
        texts = (wintypes.LPCWSTR * 1)(event.text)
        reported = functions.ReportEventW(
            handle, int(event.type), 0, event.number, None, len(texts), 0, texts, None
        )
        return bool(reported)

    def _failed(self) -> None:
        if not self._failing:
            log.warning("alerts cannot be written to the Windows Event Log: error %d", self._last_error())
        self._failing = True
