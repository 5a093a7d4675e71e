"""``cert-monitor reload``: ask the running daemon to read its configuration again."""

import argparse

from monitor.cli.daemon.request import change

TIMEOUT = 60
"""Seconds to wait for the answer: a reload reads every anchor again."""


def reload(arguments: argparse.Namespace) -> int:
    """Return 0 when the daemon has reloaded, 2 for an invalid configuration, 1 for no answer."""
    return change(arguments, "/-/reload", timeout=TIMEOUT, done="reloaded")
