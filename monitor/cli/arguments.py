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


class Parser(argparse.ArgumentParser):
    """A parser that raises instead of exiting, so that ``check`` can use its own exit code."""

    def error(self, message: str) -> NoReturn:
        """Raise a ``UsageError`` with the usage line."""
        raise UsageError(f"{self.format_usage()}{self.prog}: {message}")


def parser() -> Parser:
    """Return the parser; each command sets ``command`` to the function that runs it."""
    root = Parser(
        prog="cert-monitor",
        description="Watch TLS endpoints and certificate files; expose days to expiry; mail in time.",
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
    return root


def _run(commands: Any) -> None:
    command = commands.add_parser("run", help="watch until stopped")
    command.add_argument("--config", required=True, type=Path, metavar="FILE")
    command.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    command.set_defaults(command=_later("run", "run"))


def _check(commands: Any) -> None:
    command = commands.add_parser(
        "check",
        help="look once and say what is found",
        description="Look once at endpoints (host:port), certificate files, folders or globs; without "
        "targets at everything in the configuration. Exit 0 ok, 1 warning, 2 critical, 3 could not look.",
    )
    command.add_argument("targets", nargs="*", metavar="TARGET")
    command.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="look at all its targets, or at TARGETs by its defaults and policies",
    )
    command.add_argument(
        "--trust",
        action="append",
        default=[],
        metavar="PATH",
        help="a file or folder of anchors, or 'system'; may be given several times",
    )
    command.add_argument(
        "--revocation",
        action="store_true",
        help="ask whether certificates were revoked: stapled OCSP, then CRLs, then OCSP",
    )
    command.add_argument("--name", default="", help="the name the certificate must carry, sent as SNI")
    add_options(command)
    command.add_argument("--format", default="table", choices=["table", "json"])
    command.set_defaults(command=_later("check", "check"))


def _targets(commands: Any) -> None:
    command = commands.add_parser(
        "targets",
        help="say what would be watched, and look at nothing",
        description="Ask every discovery of a configuration once and print every target that results, with "
        "its policy; no certificate is looked at. Exit 3 when a discovery could not be asked in full.",
    )
    command.add_argument("--config", required=True, type=Path, metavar="FILE")
    command.add_argument("--format", default="table", choices=["table", "json"])
    command.set_defaults(command=_later("targets", "targets"))


def _validate(commands: Any) -> None:
    command = commands.add_parser("validate-config", help="say everything that is wrong in a configuration")
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument("--offline", action="store_true", help="do not look whether named files exist")
    command.set_defaults(command=_later("configuration", "validate_config"))
    command = commands.add_parser("config-schema", help="print the JSON Schema of the configuration")
    command.set_defaults(command=_later("configuration", "config_schema"))


def _others(commands: Any) -> None:
    command = commands.add_parser("test-email", help="send a test mail and show the conversation")
    command.add_argument("--config", required=True, type=Path, metavar="FILE")
    command.set_defaults(command=_later("mail", "test_email"))
    command = commands.add_parser("reload", help="let the running daemon read its configuration again")
    command.add_argument("--url", default="", help=f"the daemon's address (default {DEFAULT_URL})")
    command.add_argument(
        "--config", type=Path, metavar="FILE", help="take the address from this configuration"
    )
    command.set_defaults(command=_later("reload", "reload"))
    command = commands.add_parser("demo", help="show the daemon at work on a small estate on this machine")
    command.add_argument("--listen", default="127.0.0.1:9850", metavar="HOST:PORT")
    command.set_defaults(command=_later("demo", "demo"))


def _later(module: str, function: str) -> Any:
    """Return a function that imports its module only when it is called: ``check`` needs no web server."""

    def call(arguments: argparse.Namespace) -> int:
        code: int = getattr(import_module(f"monitor.cli.{module}"), function)(arguments)
        return code

    return call
