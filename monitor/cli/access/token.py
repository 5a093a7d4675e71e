"""``cert-monitor token``: tokens by which programs read the API of the running daemon, or act."""

import argparse
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from monitor.cli.daemon.lists import show_list
from monitor.cli.daemon.request import change
from monitor.cli.daemon.silence import match_of, person
from monitor.clock import SystemClock
from monitor.errors import UsageError

TIMEOUT = 30.0
_PATH = "/api/v1/tokens"
_MOST_DAYS = 36_500


def create(arguments: argparse.Namespace) -> int:
    """Return 0 when the token was made and printed, 2 when it was refused, 1 for no answer."""
    if not 0 <= arguments.expires <= _MOST_DAYS:
        raise UsageError(f"--expires {arguments.expires} is no number of days, such as 90")
    body: dict[str, Any] = {
        "name": arguments.name,
        "role": arguments.role,
        "match": match_of(arguments.match),
        "by": person(),
    }
    if arguments.expires:
        until = SystemClock().now() + timedelta(days=arguments.expires)
        body["expires_at"] = until.isoformat(timespec="seconds")
    return change(arguments, _PATH, timeout=TIMEOUT, body=body, done="{token}")


def list_tokens(arguments: argparse.Namespace) -> int:
    """Return 0, or 1 where the daemon gives no list."""
    return show_list(arguments, _PATH, _line, "no tokens")


def revoke(arguments: argparse.Namespace) -> int:
    """Return 0 when it is worthless, 2 when there is none, 1 for no answer."""
    path = f"{_PATH}/{quote(arguments.name, safe='')}?by={quote(person(), safe='')}"
    return change(arguments, path, timeout=TIMEOUT, method="DELETE", done="revoked")


def _line(one: dict[str, Any]) -> str:
    sees = ", ".join(f"{name}={'|'.join(values)}" for name, values in one["match"].items()) or "everything"
    until = f"until {one['expires_at']}" if one["expires_at"] else "until it is revoked"
    used = f"last used {one['last_used_at']}" if one["last_used_at"] else "never used"
    return f"{one['name']}  {one['role']}  {sees}  {until}  by {one['created_by']}  {used}"
