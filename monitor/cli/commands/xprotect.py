"""The arguments of ``cert-monitor xprotect``; imports nothing that a plain ``check`` does not need."""

import argparse
from pathlib import Path
from typing import Any

from monitor.cli.commands.options import add_format, later, subcommands
from monitor.cli.probing.passphrases import add_options

PARTS = ("servers", "failover", "services", "cameras", "child_sites")
TRUST = "file or folder of trusted CAs, or 'system'; can be repeated"

EXAMPLES = """\
examples:
  cert-monitor xprotect discover https://vms01.vms.example --username certmon \\
      --password-file vms-password --trust vms-ca.cer
  cert-monitor xprotect verify recorder01.vms.example --role recording_server --trust vms-ca.cer
  cert-monitor xprotect preflight recorder01.vms.example=recording_server \\
      --file recorder01.vms.example=new.cer --trust vms-ca.cer
"""
DISCOVER = """\
Log in to a management server once and print every endpoint that would be watched. Nothing is changed or
stored. Notes about empty or forbidden lists go to standard error. Thousands of cameras take minutes, because
there is a request for each of them; --include servers leaves them out.
Exit code: 0 done, 2 usage or configuration error, 3 the list could not be fetched or is incomplete.
"""
DISCOVER_EXAMPLES = """\
examples:
  cert-monitor xprotect discover https://vms01.vms.example --username certmon --password-file vms-password \\
      --trust vms-ca.cer
  cert-monitor xprotect discover vms01.vms.example --username 'VMS\\certmon' --login windows \\
      --password-env VMS_PASSWORD --trust vms-ca.cer --format yaml     # to paste below targets:
  cert-monitor xprotect discover --config cert-monitor.yaml --record answers.json
"""
VERIFY = """\
After a renewal: probe every port of a server and print for each certificate group whether it is green (the
new certificate is in use), valid (nothing is wrong with what is served, but nothing says whether it is the
new one) or red, and why. Which one is new is said by --expect, or known from the stores in --config.
Exit code: 0 nothing is red, 2 something is red, 3 nothing could be probed, or usage error. With --expect: 0
if every port that answers serves that certificate and nothing is wrong with it, 2 otherwise.
"""
VERIFY_EXAMPLES = """\
examples:
  cert-monitor xprotect verify recorder01.vms.example --trust vms-ca.cer
  cert-monitor xprotect verify recorder01.vms.example --role recording_server --trust vms-ca.cer
  cert-monitor xprotect verify recorder01.vms.example --config cert-monitor.yaml
  cert-monitor xprotect verify recorder01.vms.example --role recording_server --trust vms-ca.cer \\
      --expect new.cer                      # or its thumbprint
"""
PREFLIGHT = """\
Before an installation, an upgrade, or before encryption is turned on: check that each certificate group of
each server has a suitable certificate, on its ports or in a file, and print which client must trust which CA.
Exit code: 0 suitable, 2 something is missing, 3 a probe failed, or usage error.
"""
PREFLIGHT_EXAMPLES = """\
examples:
  cert-monitor xprotect preflight vms01.vms.example=management_server,event_server \\
      recorder01.vms.example=recording_server --trust vms-ca.cer
  cert-monitor xprotect preflight recorder01.vms.example=recording_server \\
      --file recorder01.vms.example=new.cer --trust vms-ca.cer
  cert-monitor xprotect preflight --config cert-monitor.yaml --format json
"""


def add(commands: Any) -> None:
    """Add ``xprotect`` and its commands."""
    group = commands.add_parser(
        "xprotect",
        help="list a Milestone XProtect site, verify a renewal, prepare for encryption",
        description="Commands for XProtect. None of them changes anything.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    inner = subcommands(group)
    _discover(inner)
    _verify(inner)
    _preflight(inner)


def _command(commands: Any, name: str, short: str, texts: tuple[str, str]) -> Any:
    return commands.add_parser(
        name,
        help=short,
        description=texts[0],
        epilog=texts[1],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _discover(commands: Any) -> None:
    command = _command(commands, "discover", "print the endpoints of a site", (DISCOVER, DISCOVER_EXAMPLES))
    command.add_argument("address", nargs="?", metavar="ADDRESS", help="the management server")
    command.add_argument("--username", metavar="USER", help="login name; DOMAIN\\NAME with --login windows")
    command.add_argument("--password-file", metavar="FILE", help="file with the password")
    command.add_argument("--password-env", metavar="VARIABLE", help="environment variable with the password")
    command.add_argument(
        "--login",
        choices=["basic", "windows"],
        help="basic: a user of the VMS (default); windows: NTLM or Negotiate",
    )
    command.add_argument("--trust", action="append", default=[], metavar="PATH", help=TRUST)
    command.add_argument(
        "--include",
        action="append",
        default=[],
        choices=PARTS,
        help="only this part; can be repeated (default: all but child_sites)",
    )
    command.add_argument(
        "--allow-local",
        action="store_true",
        help="also list addresses that are valid only on the machine itself, such as localhost",
    )
    command.add_argument(
        "--identity-host",
        action="append",
        default=[],
        metavar="HOST",
        help="another host to which the password may be sent; can be repeated",
    )
    command.add_argument(
        "--config", type=Path, metavar="FILE", help="query every xprotect_site in this configuration"
    )
    command.add_argument(
        "--format", default="table", choices=["table", "json", "yaml"], help="output format (default table)"
    )
    command.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="write all answers and TLS details of the ports to a file, with names and addresses masked",
    )
    command.set_defaults(command=later("xprotect.discover", "discover"))


def _verify(commands: Any) -> None:
    command = _command(commands, "verify", "check a server after a renewal", (VERIFY, VERIFY_EXAMPLES))
    command.add_argument("host", metavar="HOST", help="name or address of the server")
    command.add_argument(
        "--role",
        action="append",
        default=[],
        help="role of the host, such as recording_server, whose ports must answer; can be repeated",
    )
    command.add_argument("--trust", action="append", default=[], metavar="PATH", help=TRUST)
    command.add_argument(
        "--name", default="", help="name that the certificates must include, also sent as SNI"
    )
    command.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="probe this host's configured and discovered targets, or --role with its policies",
    )
    command.add_argument(
        "--expect",
        default="",
        metavar="THUMBPRINT",
        help="SHA-1 or SHA-256 of the certificate that every port has to serve, or a file that has it",
    )
    command.add_argument(
        "--exit-code",
        type=int,
        metavar="N",
        help="exit code of Server Configurator, to be explained; other than 0 it is red",
    )
    add_format(command)
    command.set_defaults(command=later("xprotect.verify", "verify"))


def _preflight(commands: Any) -> None:
    command = _command(
        commands,
        "preflight",
        "check what is missing before encryption is turned on",
        (PREFLIGHT, PREFLIGHT_EXAMPLES),
    )
    command.add_argument("servers", nargs="*", metavar="HOST=ROLE[,ROLE]", help="a server and its roles")
    command.add_argument(
        "--file",
        action="append",
        default=[],
        metavar="HOST=PATH",
        help="check this certificate file instead of the server's ports; can be repeated",
    )
    add_options(command)
    command.add_argument("--trust", action="append", default=[], metavar="PATH", help=TRUST)
    command.add_argument(
        "--config", type=Path, metavar="FILE", help="without HOST=ROLE: all configured and discovered servers"
    )
    add_format(command)
    command.set_defaults(command=later("xprotect.preflight", "preflight"))
