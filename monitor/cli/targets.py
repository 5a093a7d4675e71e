"""``cert-monitor targets``: print the targets and their policies; probes no certificate."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor.cli.columns import in_columns
from monitor.cli.output import say
from monitor.cli.probing.discoveries import run_discoveries
from monitor.clock import SystemClock
from monitor.config import InstanceSettings, Plan, load, plan
from monitor.config.targets.written import checks, length, margin
from monitor.discovery import DiscoveryResult
from monitor.messages import english, failure_json, failure_line
from monitor.model import Policy, Target, make_target_id
from monitor.parse import display
from monitor.sources.endpoint.connect_options import Endpoint

Row = dict[str, Any]

_HEAD = ("TARGET", "LOCATION", "SERVER NAME", "PROTOCOL", "EVERY", "WARN", "CRITICAL", "ORIGIN", "LABELS")
_LONGEST = 4096
_WIDEST = 60


def targets(arguments: argparse.Namespace) -> int:
    """Print every target; return 3 when a list could not be fetched completely."""
    config = load(arguments.config)
    answers = asyncio.run(run_discoveries(config))
    planned = plan(config, {name: answer.found for name, answer in answers.items()})
    listed = [row(target) for target in planned.targets]
    say(as_json(listed, answers, config.instance) if arguments.format == "json" else as_table(listed))
    wrong = [*_wrong(planned, answers)]
    for note in _notes(answers):
        print(display(f"note: {note}", _LONGEST), file=sys.stderr)
    for sentence in wrong:
        print(display(sentence, _LONGEST), file=sys.stderr)
    return 3 if wrong else 0


def row(target: Target) -> Row:
    """Return the published keys of one target."""
    return {
        "id": target.id,
        "kind": target.kind,
        "location": target.location,
        "server_name": target.server_name,
        "protocol": target.settings.protocol if isinstance(target.settings, Endpoint) else "",
        "title": target.info.title,
        "owner": target.label("owner"),
        "note": target.info.note,
        "labels": dict(target.labels),
        "origin": target.origin or "configuration",
        "policy": _policy(target.policy),
    }


def as_json(listed: Sequence[Row], answers: Mapping[str, DiscoveryResult], instance: InstanceSettings) -> str:
    """Return one JSON object with the monitor, its targets and the result of every discovery, in ASCII."""
    writer = english(SystemClock().now())
    discoveries = [
        {
            "id": name,
            "found": len(answer.found),
            "failures": [failure_json(one, writer) for one in answer.failures],
            "notes": list(answer.notes),
        }
        for name, answer in answers.items()
    ]
    whole = {"instance": instance.model_dump(), "targets": list(listed), "discoveries": discoveries}
    return json.dumps(whole, indent=2)


def as_table(listed: Sequence[Row]) -> str:
    """Return a line for each target below a header; empty columns are left out."""
    lines = [_cells(one) for one in listed]
    shown = [column for column in range(len(_HEAD)) if any(line[column] != "-" for line in lines)]
    rows = [[line[column] for column in shown] for line in (_HEAD, *lines)]
    count = f"{len(listed)} {'target' if len(listed) == 1 else 'targets'}"
    return "\n".join([*(in_columns(rows, _WIDEST) if lines else ()), count])


def _cells(one: Row) -> tuple[str, ...]:
    policy = one["policy"]
    cells = (
        one["id"],
        "" if _has_location(one["kind"], one["id"], one["location"]) else one["location"],
        one["server_name"],
        one["protocol"],
        policy["interval"],
        " ".join(policy["warn_before"]),
        " ".join(policy["critical_before"]),
        one["origin"],
        " ".join(f"{name}={value}" for name, value in one["labels"].items()),
    )
    return tuple(display(cell) or "-" for cell in cells)


def _has_location(kind: str, target_id: str, location: str) -> bool:
    """Return whether the id of a target contains its location already, as with every endpoint."""
    return kind == "endpoint" or target_id == make_target_id(kind, location)


def _policy(policy: Policy) -> dict[str, Any]:
    return {
        "interval": length(policy.interval),
        "timeout": length(policy.timeout),
        "warn_before": [margin(one) for one in policy.warn_before],
        "critical_before": [margin(one) for one in policy.critical_before],
        "ca_warn_before": [margin(one) for one in policy.ca_warn_before],
        "ca_critical_before": [margin(one) for one in policy.ca_critical_before],
        "unreachable_after": policy.unreachable_after,
        "encryption": policy.encryption,
        "trust": list(policy.trust),
        "checks": checks(policy),
    }


def _wrong(planned: Plan, answers: Mapping[str, DiscoveryResult]) -> Iterator[str]:
    writer = english(SystemClock().now())
    for name, answer in answers.items():
        yield from (failure_line(one, writer, name) for one in answer.failures)
    yield from map(str, planned.problems)


def _notes(answers: Mapping[str, DiscoveryResult]) -> Iterator[str]:
    return (f"{name}: {note}" for name, answer in answers.items() for note in answer.notes)
