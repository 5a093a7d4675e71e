"""``cert-monitor alerts``: the alerts of the running daemon."""

import argparse
import json
import sys
from http import HTTPStatus
from typing import Any

from monitor.cli.ask_daemon import ask, daemon_address, local_token
from monitor.cli.output import say

PATIENCE = 30.0


def alerts(arguments: argparse.Namespace) -> int:
    """Return 0, or 1 where the daemon gives no list."""
    found = listed(arguments, "/api/v1/alerts")
    if found is None:
        return 1
    if arguments.format == "json":
        say(json.dumps(found, indent=2))
    else:
        say("\n".join(_lines(found)) or "no alerts")
    return 0


def listed(arguments: argparse.Namespace, path: str) -> list[dict[str, Any]] | None:
    """Return the items of a list of the daemon, ``None`` with a printed sentence where there are none."""
    address = daemon_address(arguments)
    token = local_token(arguments, address)
    status, answer = ask(address, path, patience=PATIENCE, token=token)
    if status == HTTPStatus.OK and isinstance(answer.get("items"), list):
        items: list[dict[str, Any]] = answer["items"]
        return items
    print(f"{address.url}{path}: {_refused(status)}", file=sys.stderr)
    return None


def _refused(status: int) -> str:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return "the service's own token is needed; run this as its account or as administrator, with --config"
    return f"HTTP status {status}"


def _lines(found: list[dict[str, Any]]) -> list[str]:
    return [f"{one['id']}  {one['level']:8}  {_state(one):12}  {one['title']}: {_said(one)}" for one in found]


def _state(alert: dict[str, Any]) -> str:
    if alert["acknowledged"]:
        return "acknowledged"
    if alert["silenced"]:
        return "silenced"
    return "waiting" if alert.get("waiting") else ""


def _said(alert: dict[str, Any]) -> str:
    return str(next(iter(alert["messages"]), alert["check"]))
