"""The command-line arguments of ``cert-monitor``; those of each command are in ``commands``."""

import argparse

from monitor import __version__
from monitor.cli.commands import add_commands
from monitor.cli.commands.options import Parser, subcommands

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


def parser(wanted: str = "") -> Parser:
    """Return the parser; each command sets ``command`` to the function that runs it.

    It may know only the group of ``wanted``, the command that is typed first.
    """
    root = Parser(
        prog="cert-monitor",
        description="Watch TLS endpoints and certificate stores, export days to expiry, and warn by mail.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=f"cert-monitor {__version__}")
    add_commands(subcommands(root), wanted)
    return root
