"""What commands of XProtect print to standard error beside their results."""

import argparse
import sys
from collections.abc import Iterable, Sequence

from monitor.cli.check.report import ReportElement
from monitor.clock import SystemClock
from monitor.messages import english, failure_line
from monitor.parse import display

_LONGEST = 4096


def print_sentences(sentences: Iterable[str]) -> None:
    """Print sentences to standard error."""
    for sentence in sentences:
        print(display(sentence, _LONGEST), file=sys.stderr)


def print_discovery_failures(unreachable: Sequence[ReportElement]) -> None:
    """Print which discoveries failed, so that targets may be missing."""
    writer = english(SystemClock().now())
    print_sentences(
        failure_line(one, writer, element.target) for element in unreachable for one in element.failures
    )


def print_missing_trust(command: str, arguments: argparse.Namespace, *, untrusted: bool) -> None:
    """Print that no trusted CAs were named, where that may be the only problem."""
    if untrusted and not (arguments.trust or arguments.config):
        print_sentences(
            [f"{command}: only the system's trusted CAs are used; name the site's CA with --trust"]
        )
