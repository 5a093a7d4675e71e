"""The arguments of ``demo`` and of what a person can ask the running demo for."""

import argparse
from typing import Any

from monitor.cli.commands.options import Parser, later

GROUPS = ("server", "streaming_media", "event_server", "mobile")
EXAMPLES = """\
examples, while the demo runs in another window:
  cert-monitor demo issue recorder03        # a new certificate, imported; no port serves it yet
  cert-monitor demo switch recorder03 --group server
  cert-monitor demo switch recorder03 --group server --back
"""
SWITCH = """\
Switch the ports of one server of the running demo to the certificate that was imported last, as Server
Configurator does: one certificate group, or all without --group; each port is closed for a moment.
Exit code: that of Server Configurator (100 with --fail-registration), 3 if it could not be run.
"""


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "demo",
        help="run the daemon with a few test servers on this machine",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--listen",
        default="127.0.0.1:9850",
        metavar="HOST:PORT",
        help="address of the page (default %(default)s)",
    )
    command.set_defaults(command=later("demo", "demo"))
    inner = command.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    _issue(inner)
    _switch(inner)


def _issue(commands: Any) -> None:
    text = "issue and import a certificate for a server of the running demo"
    command = commands.add_parser("issue", help=text, description=f"{text[0].upper()}{text[1:]}.")
    command.add_argument("server", metavar="SERVER", help="a server of the demo, such as recorder02")
    command.set_defaults(command=later("demo", "issue"))


def _switch(commands: Any) -> None:
    command = commands.add_parser(
        "switch",
        help="switch a server of the running demo to its new certificate",
        description=SWITCH,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("server", metavar="SERVER", help="a server of the demo, such as recorder02")
    command.add_argument("--group", default="", choices=GROUPS, help="only this certificate group")
    command.add_argument("--back", action="store_true", help="switch back to the certificate before")
    command.add_argument(
        "--fail-registration",
        action="store_true",
        help="the certificate is applied, but the server is not registered afterwards",
    )
    command.set_defaults(command=later("demo", "switch"))
