"""``cert-monitor renewal-day``: work on a renewal plan by asking the running daemon."""

import argparse
import json
import sys
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from monitor.cli.daemon.lists import fetch_items, show_list
from monitor.cli.daemon.request import ask, change, daemon_address, local_token
from monitor.cli.daemon.silence import person
from monitor.cli.output import say
from monitor.errors import UsageError

_TIMEOUT = 30.0
_PATH = "/api/v1/renewal-days"
_FIELDS = ("exit_code", "thumbprint", "reason", "note", "checked")


def list_days(arguments: argparse.Namespace) -> int:
    """Return 0, or 1 where the daemon gives no list."""
    return show_list(arguments, _PATH, _line, "no plan was started yet")


def show_day(arguments: argparse.Namespace) -> int:
    """Return 0, or 1 where the daemon does not give the day."""
    day = _day(arguments)
    if day is None:
        return 1
    say(json.dumps(day, indent=2) if arguments.format == "json" else "\n".join(_lines(day)))
    return 0


def start(arguments: argparse.Namespace) -> int:
    """Return 0 when the work has begun, 2 when that was refused, 1 for no answer."""
    body = {"site": arguments.site, "by": arguments.by or person()}
    return change(arguments, _PATH, timeout=_TIMEOUT, body=body, done="started: {site} ({id})")


def act(arguments: argparse.Namespace) -> int:
    """Return 0 when it is done, 2 when it was refused, 1 for no answer."""
    day = _day(arguments)
    if day is None:
        return 1
    given = {name: getattr(arguments, name) for name in _FIELDS if hasattr(arguments, name)}
    body = {**given, "by": arguments.by or person()}
    if hasattr(arguments, "step"):
        body["step"] = _step(day, arguments.step)
    if hasattr(arguments, "name"):
        body["name"] = arguments.name or person()
    path = f"{_PATH}/{quote(day['id'], safe='')}/{arguments.action}"
    return change(arguments, path, timeout=_TIMEOUT, body=body, done="done")


def _day(arguments: argparse.Namespace) -> dict[str, Any] | None:
    """Return the day that is asked for or goes on, ``None`` with a printed sentence where there is none."""
    day_id = arguments.day
    if not day_id:
        found = fetch_items(arguments, _PATH)
        if found is None:
            return None
        going_on = [one["id"] for one in found if one["state"] != "ended"]
        if len(going_on) != 1:
            raise UsageError(
                f"{len(going_on)} plans are worked on: give --day ID, see cert-monitor renewal-day list"
            )
        day_id = going_on[0]
    address = daemon_address(arguments)
    path = f"{_PATH}/{quote(day_id, safe='')}"
    status, day = ask(address, path, timeout=_TIMEOUT, token=local_token(arguments, address))
    if status == HTTPStatus.OK:
        return day
    print("\n".join(day.get("problems") or [f"{address.url}{path}: HTTP status {status}"]), file=sys.stderr)
    return None


def _step(day: dict[str, Any], wanted: str) -> str:
    """Return the id of a step that is named by its number or id."""
    ids = [str(one["id"]) for one in day["steps"]]
    if wanted in ids:
        return wanted
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(ids):
        return ids[int(wanted) - 1]
    raise UsageError(f"there is no step {wanted!r}; it is a number from 1 to {len(ids)}")


def _lines(day: dict[str, Any]) -> Iterator[str]:
    yield _line(day)
    if day["stopped"]:
        yield f"stopped: {day['stopped']}"
    for number, step in enumerate(day["steps"], start=1):
        after = f", after {'; '.join(step['waits_for'])}" if step["waits_for"] else ""
        yield f"{number:3}  {step['state']:9}  {step['name']}{after}"
        for port in step["ports"]:
            new = port["thumbprint"] or port["old_thumbprint"]
            yield f"     {port['state']:9}  {port['location']}  {new}"
            if port["problem"]:
                yield f"     {port['problem']}"


def _line(day: dict[str, Any]) -> str:
    return f"{day['id']}  {day['site']}: {day['state']}, {day['done']} of {day['total']} steps done"
