"""``cert-monitor acknowledge`` and ``silence``: hold back notifications of the running daemon."""

import argparse
import getpass
import re
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import quote

from monitor.cli.daemon.lists import show_list
from monitor.cli.daemon.request import change
from monitor.clock import SystemClock
from monitor.errors import UsageError

TIMEOUT = 30.0
_DAYS = re.compile(r"(\d{1,4})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def acknowledge(arguments: argparse.Namespace) -> int:
    """Return 0 when the alert is acknowledged, 2 when that was refused, 1 for no answer."""
    body = {"comment": arguments.comment, "by": _by(arguments)}
    if arguments.until:
        body["until"] = _until(arguments.until)
    path = f"/api/v1/alerts/{quote(arguments.alert, safe='')}/acknowledge"
    return change(arguments, path, timeout=TIMEOUT, body=body, done="acknowledged until {until} ({id})")


def add(arguments: argparse.Namespace) -> int:
    """Return 0 when the silence lasts, 2 when it was refused, 1 for no answer."""
    body = {
        "match": match_of(arguments.match),
        "until": _until(arguments.until or "14d"),
        "reason": arguments.reason,
        "by": _by(arguments),
    }
    return change(
        arguments, "/api/v1/silences", timeout=TIMEOUT, body=body, done="silenced until {until} ({id})"
    )


def list_silences(arguments: argparse.Namespace) -> int:
    """Return 0, or 1 where the daemon gives no list."""
    return show_list(arguments, "/api/v1/silences", _line, "nothing is acknowledged or silenced")


def end(arguments: argparse.Namespace) -> int:
    """Return 0 when it is over, 2 when there is none or it cannot be ended here, 1 for no answer."""
    path = f"/api/v1/silences/{quote(arguments.silence, safe='')}?by={quote(_by(arguments), safe='')}"
    return change(arguments, path, timeout=TIMEOUT, method="DELETE", done="ended")


def _line(one: dict[str, Any]) -> str:
    return (
        f"{one['id']}  {one['kind']:11}  until {one['until'] or 'it is ended'}  "
        f"{one['alert'] or _matched(one['match'])}  by {one['by']}: {one['reason']}"
    )


def _matched(match: dict[str, list[str]]) -> str:
    return ", ".join(f"{name}={'|'.join(values)}" for name, values in match.items())


def match_of(pairs: list[str]) -> dict[str, list[str]]:
    """Return the values of each label in texts such as ``site=lab``; raise ``UsageError``."""
    match: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise UsageError(f"{pair!r} is not LABEL=VALUE, such as site=lab")
        match.setdefault(name, []).append(value)
    return match


def _until(text: str) -> str:
    """Return an instant with offset for a length from now, the end of a day here, or an instant."""
    if length := _DAYS.fullmatch(text):
        return (SystemClock().now() + int(length[1]) * _UNITS[length[2]]).isoformat(timespec="seconds")
    try:
        instant = datetime.fromisoformat(text)
        if len(text) == len("2027-01-31"):
            instant = datetime.combine(instant.date() + timedelta(days=1), time())
        return instant.astimezone().isoformat()
    except (ValueError, OverflowError):  # the latter at the ends of the calendar
        raise UsageError(f"--until {text!r} is neither 14d, 2027-01-31 nor 2027-01-31T18:00+01:00") from None


def _by(arguments: argparse.Namespace) -> str:
    return str(arguments.by or person())


def person() -> str:
    """Return the account that runs the command, empty where it has no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
