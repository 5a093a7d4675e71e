"""``cert-monitor calendar``: addresses of the calendar of expiries, for programs that subscribe to it."""

import argparse
import sys
from typing import Any
from urllib.parse import quote

from monitor.cli.daemon.lists import fetch_items, print_items
from monitor.cli.daemon.request import change, daemon_address
from monitor.cli.daemon.silence import match_of, person

TIMEOUT = 30.0
_TOKENS = "/api/v1/tokens"
_ROLE = "calendar"


def create(arguments: argparse.Namespace) -> int:
    """Return 0 when the address was made and printed, 2 when it was refused, 1 for no answer."""
    body = {
        "name": arguments.name,
        "role": _ROLE,
        "match": match_of(arguments.match),
        "by": person(),
    }
    outside = _outside(arguments)
    base = (outside or daemon_address(arguments).url).replace("{", "{{").replace("}", "}}")
    code = change(arguments, _TOKENS, timeout=TIMEOUT, body=body, done=f"{base}/calendar.ics?token={{token}}")
    if code == 0 and not outside:
        print("set web.external_url, and give --config, for the address on other machines", file=sys.stderr)
    return code


def list_calendars(arguments: argparse.Namespace) -> int:
    """Return 0, or 1 where the daemon gives no list."""
    return print_items(arguments, _calendars(arguments), _line, "no calendars")


def revoke(arguments: argparse.Namespace) -> int:
    """Return 0 when the address is worthless, 2 when there is none, 1 for no answer."""
    found = _calendars(arguments)
    if found is None:
        return 1
    if arguments.name not in [one["name"] for one in found]:
        print(f"there is no calendar {arguments.name!r}", file=sys.stderr)
        return 2
    path = f"{_TOKENS}/{quote(arguments.name, safe='')}?by={quote(person(), safe='')}"
    return change(arguments, path, timeout=TIMEOUT, method="DELETE", done="revoked")


def _calendars(arguments: argparse.Namespace) -> list[dict[str, Any]] | None:
    found = fetch_items(arguments, _TOKENS)
    return None if found is None else [one for one in found if one["role"] == _ROLE]


def _outside(arguments: argparse.Namespace) -> str:
    """Return the address of the page for people elsewhere, empty where none is known."""
    if not arguments.config:
        return ""
    from monitor.config import load  # noqa: PLC0415 - loads every kind of target

    return load(arguments.config).web.external_url or ""


def _line(one: dict[str, Any]) -> str:
    shows = ", ".join(f"{name}={'|'.join(values)}" for name, values in one["match"].items()) or "everything"
    used = f"last read {one['last_used_at']}" if one["last_used_at"] else "never read"
    return f"{one['name']}  {shows}  since {one['created_at']}  by {one['created_by']}  {used}"
