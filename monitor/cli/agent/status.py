"""``cert-monitor agent status``: the agents of all zones, and the workers of the others."""

import argparse
import json
from datetime import UTC, datetime
from typing import Any

from monitor.cli.daemon.lists import fetch_items
from monitor.cli.output import say

_AGENTS = "/api/v1/agents"
_WORKERS = "/api/v1/workers"


def status(arguments: argparse.Namespace) -> int:
    """Print agents and zones of workers; return 0, or 1 where the daemon gives no list."""
    agents = fetch_items(arguments, _AGENTS)
    zones = fetch_items(arguments, _WORKERS) if agents is not None else None
    if agents is None or zones is None:
        return 1
    if arguments.format == "json":
        say(json.dumps([*agents, *zones], indent=2))
    else:
        say("\n".join((*map(_line, agents), *map(_workers_line, zones))) or "no agents")
    return 0


def _line(one: dict[str, Any]) -> str:
    seen = _seen(one["last_seen_at"])
    role = "probes" if one["probes"] else "stands by"
    lost = f", {one['dropped']} lost" if one["dropped"] else ""
    offset = one["clock_offset_seconds"]
    clock = f"  clock off by {offset:+.0f} s" if offset else ""
    return f"{one['zone']}/{one['agent']}  {role}  {seen}  {one['spooled']} waiting{lost}{clock}"


def _workers_line(one: dict[str, Any]) -> str:
    seen = _seen(one["last_seen_at"])
    queued = (
        "the queue cannot be seen" if one["queued_batches"] is None else f"{one['queued_batches']} queued"
    )
    return f"{one['zone'] or 'no zone'}  workers: {one['answering']} answering  {seen}  {queued}"


def _seen(at: str | None) -> str:
    """Return when something was heard of, to the second."""
    if not at:
        return "not seen since the start"
    instant = datetime.fromisoformat(at).astimezone(UTC)
    return f"last seen {instant:%Y-%m-%d %H:%M:%S} UTC"
