"""``cert-monitor validate-config`` and ``config-schema``."""

import argparse
import json
import sys

from monitor.cli.output import say
from monitor.config import json_schema, load, online_problems, plan, unmatched_policies
from monitor.errors import ConfigError
from monitor.parse import display

_LONGEST = 1000


def validate_config(arguments: argparse.Namespace) -> int:
    """Print every problem of a configuration, or the number of its targets."""
    config = load(arguments.file)
    planned = plan(config, {})
    problems = planned.problems if arguments.offline else (*planned.problems, *online_problems(config))
    if problems:
        raise ConfigError(tuple(problems))
    count, discoveries = len(planned.targets), len(config.discoveries)
    more = f" and {discoveries} {'discovery' if discoveries == 1 else 'discoveries'}" if discoveries else ""
    for note in unmatched_policies(config, planned.targets):
        print(display(f"note: {note}", _LONGEST), file=sys.stderr)
    say(f"{arguments.file}: valid, {count} {'target' if count == 1 else 'targets'}{more}")
    return 0


def config_schema(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command has this form
    """Print the JSON Schema of the configuration, for editors."""
    say(json.dumps(json_schema(), indent=2))
    return 0
