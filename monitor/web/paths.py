"""The paths that must be answered whatever happens, and those that are a credential themselves."""

import re

HEALTH = frozenset({"/healthz", "/readyz", "/livez"})

LOGIN = "/login"
LOGOUT = "/logout"
STATIC = "/static/"
CALENDARS = "/calendars"
CALENDAR = "/calendar.ics"
"""Its token is in the query, and verified where it is answered: programs that subscribe cannot log in."""

_NARROWED = frozenset({"/", LOGOUT, "/alerts", "/certificates", "/targets", "/sites", "/forecast"})
_NARROWED_BELOW = ("/api/v1/", "/alerts/", "/certificates/", "/targets/", "/sites/", "/discoveries/")
"""Paths whose answers are made within the scope of the caller; a caller with a scope gets no other."""

ACKNOWLEDGE = "/acknowledge/"
"""What the path of a link begins with by which an alert is acknowledged; its token follows."""
_LINK = re.compile(re.escape(ACKNOWLEDGE) + r"[A-Za-z0-9_.-]{1,300}", re.ASCII)


def is_link(path: str) -> bool:
    """Return whether a path has a token that allows what is asked for, whoever asks; it is not verified."""
    return _LINK.fullmatch(path) is not None


def loggable(path: str) -> str:
    """Return a path as the log may have it: without the token of a link."""
    return f"{ACKNOWLEDGE}***" if path.startswith(ACKNOWLEDGE) else path


def is_open(path: str) -> bool:
    """Return whether a path is answered before a login: health, calendars, and what the login page loads."""
    return path in HEALTH or path == CALENDAR or path.startswith(STATIC)


def is_narrowed(path: str) -> bool:
    """Return whether an answer shows no more than what the caller may see."""
    return path in _NARROWED or path.startswith(_NARROWED_BELOW) or is_open(path)
