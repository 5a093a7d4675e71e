"""``cert-monitor validate-config`` and ``config-schema``."""

import argparse
import json
import sys

from monitor.config import json_schema, load, online_problems, plan
from monitor.errors import ConfigError


def validate_config(arguments: argparse.Namespace) -> int:
    """Say everything that is wrong with a configuration, or how many targets it has."""
    config = load(arguments.file)
    planned = plan(config, {})
    problems = planned.problems if arguments.offline else (*planned.problems, *online_problems(config))
    if problems:
        raise ConfigError(tuple(problems))
    print(f"{arguments.file}: good, {len(planned.targets)} targets")
    return 0


def config_schema(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command has this form
    """Print the JSON Schema of the configuration, for editors."""
    json.dump(json_schema(), sys.stdout, indent=2)
    print()
    return 0
