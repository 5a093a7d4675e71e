"""The command-line arguments of ``cert-monitor``."""

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from monitor import __version__
from monitor.cli.passphrases import add_options
from monitor.cli.xprotect import arguments as xprotect_arguments
from monitor.errors import UsageError

EXAMPLES = """\
examples:
  cert-monitor check recorder01.vms.example:7563 --trust vms-ca.cer
  cert-monitor check '/etc/ssl/vms/**/*.pem' --format json
  cert-monitor check server.p12 --passphrase-file store-passphrase
  cert-monitor validate-config cert-monitor.yaml
  cert-monitor targets --config cert-monitor.yaml
  cert-monitor run --config cert-monitor.yaml
  cert-monitor xprotect discover https://vms01.vms.example --username certmon --password-file vms-password
  cert-monitor demo
"""

DEFAULT_URL = "http://127.0.0.1:9850"
CONFIG = "configuration file"
FORMAT = "output format (default table)"


class Parser(argparse.ArgumentParser):
    """A parser that raises instead of exiting, so that ``check`` can use its own exit code."""

    def error(self, message: str) -> NoReturn:
        """Raise a ``UsageError`` with the usage line."""
        raise UsageError(f"{self.format_usage()}{self.prog}: {message}")


def parser() -> Parser:
    """Return the parser; each command sets ``command`` to the function that runs it."""
    root = Parser(
        prog="cert-monitor",
        description="Watch TLS endpoints and certificate stores, export days to expiry, and warn by mail.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=f"cert-monitor {__version__}")
    commands = root.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Parser)
    _run(commands)
    _check(commands)
    _targets(commands)
    _validate(commands)
    xprotect_arguments.add(commands, Parser, _later)
    _others(commands)
    _alerts(commands)
    _backup(commands)
    return root


def _run(commands: Any) -> None:
    command = commands.add_parser("run", help="run the daemon until it is stopped")
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.add_argument(
        "--log-level",
        default="info",
        choices=["debug", "info", "warning", "error"],
        help="least severe messages to log (default info)",
    )
    command.set_defaults(command=_later("run", "run"))


def _check(commands: Any) -> None:
    command = commands.add_parser(
        "check",
        help="probe targets once and print the results",
        description="Probe endpoints (host:port), certificate files, folders or globs once; without TARGET "
        "everything in the configuration. Exit code: 0 ok, 1 warning, 2 critical, 3 not "
        "probed or usage error.",
    )
    command.add_argument("targets", nargs="*", metavar="TARGET", help="host:port, URL, file, folder or glob")
    command.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="probe all its targets, or TARGET with its defaults and policies",
    )
    command.add_argument(
        "--trust",
        action="append",
        default=[],
        metavar="PATH",
        help="file or folder of trusted CAs, or 'system'; can be repeated",
    )
    command.add_argument(
        "--revocation",
        action="store_true",
        help="check whether certificates are revoked: stapled OCSP, then CRLs, then OCSP",
    )
    command.add_argument(
        "--name", default="", help="name that the certificate must include, also sent as SNI"
    )
    add_options(command)
    command.add_argument("--format", default="table", choices=["table", "json"], help=FORMAT)
    command.set_defaults(command=_later("check", "check"))


def _targets(commands: Any) -> None:
    command = commands.add_parser(
        "targets",
        help="print all targets and their policies; probe none",
        description="Run every discovery of a configuration once and print all targets with their policies. "
        "No target is probed. Exit code: 0 done, 3 a discovery failed or its list is incomplete.",
    )
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.add_argument("--format", default="table", choices=["table", "json"], help=FORMAT)
    command.set_defaults(command=_later("targets", "targets"))


def _validate(commands: Any) -> None:
    command = commands.add_parser("validate-config", help="print every problem in a configuration")
    command.add_argument("file", type=Path, metavar="FILE", help=CONFIG)
    command.add_argument(
        "--offline", action="store_true", help="do not check whether the files that it names exist"
    )
    command.set_defaults(command=_later("configuration", "validate_config"))
    command = commands.add_parser("config-schema", help="print the JSON Schema of the configuration")
    command.set_defaults(command=_later("configuration", "config_schema"))


def _add_daemon(command: Any) -> None:
    """Add the options of a command that asks the running daemon."""
    command.add_argument("--url", default="", help=f"address of the daemon (default {DEFAULT_URL})")
    command.add_argument(
        "--config", type=Path, metavar="FILE", help="configuration with the daemon's address"
    )


def _add_change(command: Any) -> None:
    """Add the options of a command that changes something in the running daemon."""
    _add_daemon(command)
    command.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="file local-token of the daemon (default: beside the database of the configuration)",
    )


def _add_person(command: Any) -> None:
    """Add the options about who asks for a change, and until when."""
    command.add_argument(
        "--until", default="", metavar="WHEN", help="14d, 2027-01-31 or 2027-01-31T18:00+01:00"
    )
    command.add_argument("--by", default="", metavar="NAME", help="who asks for it (default: the user)")


def _others(commands: Any) -> None:
    command = commands.add_parser("test-email", help="send a test mail and print the SMTP conversation")
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.add_argument(
        "--relay",
        type=int,
        metavar="NUMBER",
        help="use only this relay: 1 is email, 2 the first fallback relay",
    )
    command.set_defaults(command=_later("notifications", "test_email"))
    command = commands.add_parser(
        "test-notification", help="send a test to one receiver and print the conversation"
    )
    command.add_argument("receiver", metavar="RECEIVER", help="name of the receiver")
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.set_defaults(command=_later("notifications", "test_notification"))
    command = commands.add_parser("reload", help="make the running daemon read its configuration again")
    _add_change(command)
    command.set_defaults(command=_later("reload", "reload"))
    command = commands.add_parser(
        "health",
        help="print the state of the running daemon in one line",
        description="Print the state of the running daemon in one line for Nagios, Checkmk, PRTG or Zabbix. "
        "Exit code: 0 healthy, 2 unhealthy or no answer.",
    )
    _add_daemon(command)
    command.set_defaults(command=_later("health", "health"))
    group = commands.add_parser("clock", help="believe the clock of this machine again")
    inner = group.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Parser)
    command = inner.add_parser(
        "accept",
        help="believe the clock after it was ahead",
        description="Make the running daemon believe the clock of this machine, which is right now and was "
        "ahead before. Exit code: 0 done, 2 the clock cannot be right, 1 no answer.",
    )
    _add_change(command)
    command.set_defaults(command=_later("clock", "accept"))
    command = commands.add_parser("demo", help="run the daemon with a few test servers on this machine")
    command.add_argument(
        "--listen",
        default="127.0.0.1:9850",
        metavar="HOST:PORT",
        help="address of the page (default %(default)s)",
    )
    command.set_defaults(command=_later("demo", "demo"))


def _alerts(commands: Any) -> None:
    command = commands.add_parser(
        "alerts",
        help="print the alerts of the running daemon, worst first",
        description="Print the alerts of the running daemon, worst first. Exit code: 0 done, 1 no answer.",
    )
    _add_daemon(command)
    command.add_argument("--format", default="table", choices=["table", "json"], help=FORMAT)
    command.set_defaults(command=_later("alerts", "alerts"))
    command = commands.add_parser(
        "acknowledge",
        help="stop notifications of one alert for a while",
        description="Stop notifications of one alert, until its certificate changes, its level worsens or "
        "the time is over (default 14 days, at most 30). Exit code: 0 done, 2 refused, 1 no answer.",
    )
    command.add_argument("alert", metavar="ALERT", help="id of the alert, see cert-monitor alerts")
    command.add_argument("--comment", default="", metavar="TEXT", help="what is being done")
    _add_person(command)
    _add_change(command)
    command.set_defaults(command=_later("silence", "acknowledge"))
    group = commands.add_parser("silence", help="stop notifications of all alerts that match, for a while")
    inner = group.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Parser)
    command = inner.add_parser(
        "add",
        help="silence what matches",
        description="Silence all alerts whose targets all match. Exit code: 0 done, 2 refused, 1 no answer.",
    )
    command.add_argument(
        "match", nargs="+", metavar="LABEL=VALUE", help="label, check, level, kind, target or zone"
    )
    command.add_argument("--reason", required=True, metavar="TEXT", help="why")
    _add_person(command)
    _add_change(command)
    command.set_defaults(command=_later("silence", "add"))
    command = inner.add_parser("list", help="print acknowledgements and silences that last")
    _add_daemon(command)
    command.add_argument("--format", default="table", choices=["table", "json"], help=FORMAT)
    command.set_defaults(command=_later("silence", "listed"))
    command = inner.add_parser("end", help="end an acknowledgement or a silence")
    command.add_argument("silence", metavar="SILENCE", help="id, see cert-monitor silence list")
    command.add_argument("--by", default="", metavar="NAME", help="who asks for it (default: the user)")
    _add_change(command)
    command.set_defaults(command=_later("silence", "end"))


def _backup(commands: Any) -> None:
    command = commands.add_parser(
        "backup",
        help="copy the database to a file, also while the daemon runs",
        description="Copy the database of a configuration to a file and verify the copy, also while the "
        "daemon runs.",
    )
    command.add_argument("file", type=Path, metavar="FILE", help="file to write")
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.add_argument("--force", action="store_true", help="replace an existing file")
    command.set_defaults(command=_later("backup", "backup"))
    command = commands.add_parser(
        "restore",
        help="replace the database by a backup while the daemon is stopped",
        description="Replace the database of a configuration by a backup while the daemon is stopped. The "
        "old database is kept under another name.",
    )
    command.add_argument("file", type=Path, metavar="FILE", help="backup to restore")
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.set_defaults(command=_later("backup", "restore"))


def _later(module: str, function: str) -> Any:
    """Return a function that imports its module only when it is called: ``check`` needs no web server."""

    def call(arguments: argparse.Namespace) -> int:
        code: int = getattr(import_module(f"monitor.cli.{module}"), function)(arguments)
        return code

    return call
