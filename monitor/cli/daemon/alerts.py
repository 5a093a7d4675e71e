"""``cert-monitor alerts``: the alerts of the running daemon."""

import argparse
from typing import Any

from monitor.cli.daemon.lists import show_list


def alerts(arguments: argparse.Namespace) -> int:
    """Return 0, or 1 where the daemon gives no list."""
    return show_list(arguments, "/api/v1/alerts", _line, "no alerts")


def _line(one: dict[str, Any]) -> str:
    return f"{one['id']}  {one['level']:8}  {_state(one):12}  {one['title']}: {_said(one)}"


def _state(alert: dict[str, Any]) -> str:
    if alert["acknowledged"]:
        return "acknowledged"
    if alert["silenced"]:
        return "silenced"
    return "waiting" if alert.get("waiting") else ""


def _said(alert: dict[str, Any]) -> str:
    return str(next(iter(alert["messages"]), alert["check"]))
