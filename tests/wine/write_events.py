"""Write events to the library named on the command line, and with no name to this Windows' own Event Log."""

import ctypes
import sys

from monitor.daemon.system.event_log import EventLog, declared
from monitor.daemon.system.events import EventType, WindowsEvent

EVENTS = [
    WindowsEvent(EventType.ERROR, 102, "Größe 語 \U0001f512\r\nSite: Harbour"),
    WindowsEvent(EventType.INFORMATION, 100, "closed"),
]

if len(sys.argv) > 1:
    log = EventLog(declared(ctypes.WinDLL(sys.argv[1], use_last_error=True)))
    log.write(EVENTS)
    log.write([WindowsEvent(EventType.WARNING, 999, "refused")])
else:
    EventLog().write(EVENTS)
    sys.stdout.write("written")
