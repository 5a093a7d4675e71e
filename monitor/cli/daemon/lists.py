"""Lists of the running daemon, as commands print them."""

import argparse
import json
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from monitor.cli.daemon.request import ask, daemon_address, local_token
from monitor.cli.output import say

TIMEOUT = 30.0


def show_list(
    arguments: argparse.Namespace, path: str, line: Callable[[dict[str, Any]], str], nothing: str
) -> int:
    """Print a list as JSON or a line for each item; return 0, or 1 where the daemon gives no list."""
    return print_items(arguments, fetch_items(arguments, path), line, nothing)


def print_items(
    arguments: argparse.Namespace,
    found: list[dict[str, Any]] | None,
    line: Callable[[dict[str, Any]], str],
    nothing: str,
) -> int:
    """Print items as ``show_list`` does; return 1 for ``None``."""
    if found is None:
        return 1
    if arguments.format == "json":
        say(json.dumps(found, indent=2))
    else:
        say("\n".join(map(line, found)) or nothing)
    return 0


def fetch_items(arguments: argparse.Namespace, path: str) -> list[dict[str, Any]] | None:
    """Return the items of a list of the daemon, ``None`` with a printed sentence where there are none."""
    address = daemon_address(arguments)
    token = local_token(arguments, address)
    status, answer = ask(address, path, timeout=TIMEOUT, token=token)
    if status == HTTPStatus.OK and isinstance(answer.get("items"), list):
        items: list[dict[str, Any]] = answer["items"]
        return items
    print(f"{address.url}{path}: {_refused(status)}", file=sys.stderr)
    return None


def _refused(status: int) -> str:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return "the service's own token is needed; run this as its account or as administrator, with --config"
    return f"HTTP status {status}"
