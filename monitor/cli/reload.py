"""``cert-monitor reload``: ask the running daemon to read its configuration again."""

import argparse
import sys

from monitor.cli.ask_daemon import ask, daemon_url
from monitor.cli.output import say

PATIENCE = 60
"""Seconds to wait for the answer: a reload reads every anchor again."""


def reload(arguments: argparse.Namespace) -> int:
    """Return 0 when the daemon has reloaded, 2 for an invalid configuration, 1 for no answer."""
    url = daemon_url(arguments)
    status, answer = ask(url, "/-/reload", patience=PATIENCE, method="POST")
    if status == 200:
        say("reloaded")
        return 0
    problems = answer.get("problems") or [f"{url} did not reload: HTTP status {status}"]
    print("\n".join(map(str, problems)), file=sys.stderr)
    return 2 if status == 422 else 1
