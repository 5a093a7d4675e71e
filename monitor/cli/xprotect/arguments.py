"""The arguments of ``cert-monitor xprotect``; imports nothing that a plain ``check`` does not need."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from monitor.cli.passphrases import add_options

PARTS = ("servers", "failover", "services", "cameras", "child_sites")
TRUST = "a file or folder of anchors, or 'system'; may be given several times"

EXAMPLES = """\
examples:
  cert-monitor xprotect discover https://vms01.vms.example --username certmon \\
      --password-file vms-password --trust vms-ca.cer
  cert-monitor xprotect verify recorder01.vms.example --role recording_server --trust vms-ca.cer
  cert-monitor xprotect preflight recorder01.vms.example=recording_server \\
      --file recorder01.vms.example=new.cer --trust vms-ca.cer
"""
DISCOVER = """\
Log in at a management server once and print every endpoint that would be watched. Nothing is changed and
nothing is kept. Notes about what came back empty or forbidden go to standard error. Thousands of cameras
take minutes, because the site is asked for each; --include servers leaves them out.
Exit 0 done, 3 the list could not be had or only in part (the reason is said), 2 usage or configuration.
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
After a renewal: look at every port of a server and say for each certificate group whether it is green or
red, and why. Compare the thumbprint with the one of the new certificate.
Exit 0 all green, 2 something red, 3 nothing could be looked at, or usage.
"""
VERIFY_EXAMPLES = """\
examples:
  cert-monitor xprotect verify recorder01.vms.example --trust vms-ca.cer
  cert-monitor xprotect verify recorder01.vms.example --role recording_server --trust vms-ca.cer
  cert-monitor xprotect verify recorder01.vms.example --config cert-monitor.yaml
"""
PREFLIGHT = """\
Before an installation, an upgrade or switching encryption on: is there one suitable certificate for each
certificate group of each server, on its ports or in a file, and who must trust which CA?
Exit 0 suitable, 2 something is missing, 3 could not look, or usage.
"""
PREFLIGHT_EXAMPLES = """\
examples:
  cert-monitor xprotect preflight vms01.vms.example=management_server,event_server \\
      recorder01.vms.example=recording_server --trust vms-ca.cer
  cert-monitor xprotect preflight recorder01.vms.example=recording_server \\
      --file recorder01.vms.example=new.cer --trust vms-ca.cer
  cert-monitor xprotect preflight --config cert-monitor.yaml --format json
"""

Later = Callable[[str, str], Any]


def add(commands: Any, parser_class: type[argparse.ArgumentParser], later: Later) -> None:
    """Add ``xprotect`` and its commands; ``later`` returns the function that runs one."""
    group = commands.add_parser(
        "xprotect",
        help="ask a Milestone XProtect site, verify a renewal, prepare encryption",
        description="Commands for XProtect. None of them changes anything.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    inner = group.add_subparsers(
        title="commands", required=True, metavar="COMMAND", parser_class=parser_class
    )
    _discover(inner, later)
    _verify(inner, later)
    _preflight(inner, later)


def _command(commands: Any, name: str, short: str, texts: tuple[str, str]) -> Any:
    return commands.add_parser(
        name,
        help=short,
        description=texts[0],
        epilog=texts[1],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _discover(commands: Any, later: Later) -> None:
    command = _command(commands, "discover", "print what would be watched", (DISCOVER, DISCOVER_EXAMPLES))
    command.add_argument("address", nargs="?", metavar="ADDRESS", help="the management server")
    command.add_argument("--username", metavar="USER", help="login name; DOMAIN\\NAME with --login windows")
    command.add_argument("--password-file", metavar="FILE", help="file that holds the password")
    command.add_argument("--password-env", metavar="VARIABLE", help="variable that holds the password")
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
        help="only this part; may be given several times (default: all but child_sites)",
    )
    command.add_argument(
        "--allow-local", action="store_true", help="list addresses that mean only the announcing machine too"
    )
    command.add_argument(
        "--identity-host",
        action="append",
        default=[],
        metavar="HOST",
        help="another host that the password may be sent to; may be given several times",
    )
    command.add_argument("--config", type=Path, metavar="FILE", help="ask every kind: xprotect_site in it")
    command.add_argument("--format", default="table", choices=["table", "json", "yaml"])
    command.add_argument(
        "--record", type=Path, metavar="FILE", help="write the answers, names and addresses masked"
    )
    command.set_defaults(command=later("xprotect.discover", "discover"))


def _verify(commands: Any, later: Later) -> None:
    command = _command(commands, "verify", "after a renewal: green or red", (VERIFY, VERIFY_EXAMPLES))
    command.add_argument("host", metavar="HOST")
    command.add_argument(
        "--role",
        action="append",
        default=[],
        help="what runs there, such as recording_server; its ports must answer; may be given several times",
    )
    command.add_argument("--trust", action="append", default=[], metavar="PATH", help=TRUST)
    command.add_argument("--name", default="", help="the name the certificates must carry, sent as SNI")
    command.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="look at this host's configured and discovered targets, or at --role by its policies",
    )
    command.set_defaults(command=later("xprotect.verify", "verify"))


def _preflight(commands: Any, later: Later) -> None:
    command = _command(
        commands,
        "preflight",
        "before encryption: what is missing",
        (PREFLIGHT, PREFLIGHT_EXAMPLES),
    )
    command.add_argument("servers", nargs="*", metavar="HOST=ROLE[,ROLE]", help="a server and its roles")
    command.add_argument(
        "--file",
        action="append",
        default=[],
        metavar="HOST=PATH",
        help="judge this certificate file instead of the server's ports; may be given several times",
    )
    add_options(command)
    command.add_argument("--trust", action="append", default=[], metavar="PATH", help=TRUST)
    command.add_argument(
        "--config", type=Path, metavar="FILE", help="without servers: all configured and discovered ones"
    )
    command.add_argument("--format", default="table", choices=["table", "json"])
    command.set_defaults(command=later("xprotect.preflight", "preflight"))
