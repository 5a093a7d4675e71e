"""``cert-monitor validate-config`` and ``config-schema``."""

import argparse
import json
import sys
from collections.abc import Sequence

from monitor.cli.output import say
from monitor.config import Config, empty_folders, json_schema, load, online_problems, plan, remarks
from monitor.errors import ConfigError
from monitor.model import Target
from monitor.parse import display

_LONGEST = 1000
_USED = ("client_cert", "trust")


def validate_config(arguments: argparse.Namespace) -> int:
    """Print every problem of a configuration, or the number of its targets."""
    config = load(arguments.file)
    planned = plan(config, {})
    problems = planned.problems if arguments.offline else (*planned.problems, *online_problems(config))
    if problems:
        raise ConfigError(tuple(problems))
    for note in (*remarks(config, planned.targets), *(() if arguments.offline else empty_folders(config))):
        print(display(f"note: {note}", _LONGEST), file=sys.stderr)
    say(f"{arguments.file}: valid, {_counted(config, planned.targets)}")
    return 0


def _counted(config: Config, targets: Sequence[Target]) -> str:
    """Return how much is watched, as its author counts: files that targets merely use are apart."""
    used = sum(target.origin in _USED for target in targets)
    discoveries = sum(one.asks for one in config.discoveries)
    parts = [_number(len(targets) - used, "target", "targets")]
    parts += [_number(discoveries, "discovery", "discoveries")] if discoveries else []
    more = f"; also watched: {_number(used, 'file', 'files')} of trust or client_cert" if used else ""
    return " and ".join(parts) + more


def _number(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def config_schema(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command has this form
    """Print the JSON Schema of the configuration, for editors."""
    say(json.dumps(json_schema(), indent=2))
    return 0
