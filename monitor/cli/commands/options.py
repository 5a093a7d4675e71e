"""What the arguments of several commands share: the parser, options, and functions that load late."""

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from monitor.errors import UsageError

DEFAULT_URL = "http://127.0.0.1:9850"
CONFIG = "configuration file"
FORMAT = "output format (default table)"


class Parser(argparse.ArgumentParser):
    """A parser that raises instead of exiting, so that ``check`` can use its own exit code."""

    def error(self, message: str) -> NoReturn:
        """Raise a ``UsageError`` with the usage line."""
        raise UsageError(f"{self.format_usage()}{self.prog}: {message}")


def subcommands(parser: argparse.ArgumentParser) -> Any:
    """Return what the commands of a program, or of a group such as ``silence``, are added to."""
    return parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Parser)


def later(module: str, function: str) -> Any:
    """Return a function that imports its module only when it is called: ``check`` needs no web server."""

    def call(arguments: argparse.Namespace) -> int:
        code: int = getattr(import_module(f"monitor.cli.{module}"), function)(arguments)
        return code

    return call


def add_daemon(command: Any) -> None:
    """Add the options of a command that asks the running daemon."""
    command.add_argument("--url", default="", help=f"address of the daemon (default {DEFAULT_URL})")
    command.add_argument(
        "--config", type=Path, metavar="FILE", help="configuration with the daemon's address"
    )
    command.add_argument(
        "--client-cert",
        type=Path,
        metavar="FILE",
        help="client certificate and its key in one PEM file, where the daemon needs one",
    )


def add_change(command: Any) -> None:
    """Add the options of a command that changes something in the running daemon."""
    add_daemon(command)
    command.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="file local-token of the daemon (default: beside the database of the configuration)",
    )


def add_log_level(command: Any) -> None:
    """Add the option of a command that logs until it is stopped."""
    command.add_argument(
        "--log-level",
        default="info",
        choices=["debug", "info", "warning", "error"],
        help="least severe messages to log (default info)",
    )


def add_format(command: Any) -> None:
    """Add the option of a command that prints a table, or JSON for programs."""
    command.add_argument("--format", default="table", choices=["table", "json"], help=FORMAT)
