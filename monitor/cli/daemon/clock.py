"""``cert-monitor clock accept``: make the running daemon believe the clock again."""

import argparse

from monitor.cli.daemon.request import change

TIMEOUT = 30
"""Seconds to wait for the answer."""


def accept(arguments: argparse.Namespace) -> int:
    """Return 0 when the clock is believed, 2 when it cannot be right, 1 for no answer."""
    said = "accepted: problems are reported again"
    return change(arguments, "/-/clock/accept", timeout=TIMEOUT, done=said)
