"""Messages about what is recorded."""

from monitor.model.message import plain

FAILURE_UNREADABLE = plain("failure_unreadable", "the recorded failure cannot be read")
