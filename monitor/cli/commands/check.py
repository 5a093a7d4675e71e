"""The arguments of ``check``."""

from pathlib import Path
from typing import Any

from monitor.cli.commands.options import FORMAT, later
from monitor.cli.probing.passphrases import add_options

FORMATS = ("table", "json", "csv", "nagios", "junit")
"""Each has a module in ``monitor.cli.check.formats``."""


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "check",
        help="probe targets once and print the results",
        description="Probe endpoints (host:port), certificate files, folders or globs once; without TARGET "
        "everything in the configuration. Exit code: 0 ok, 1 warning, 2 critical, 3 not "
        "probed or usage error.",
    )
    command.add_argument(
        "targets",
        nargs="*",
        metavar="TARGET",
        help="host:port, URL, file, folder or glob; - reads them from standard input",
    )
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
        "--sni",
        "--name",
        dest="name",
        default="",
        metavar="NAME",
        help="name that is sent as SNI and that the certificate must include, for all targets",
    )
    command.add_argument("--timeout", metavar="TIME", help="longest time for one target, such as 5s")
    command.add_argument(
        "--warn",
        metavar="TIME",
        help="warn when less is left: 14d, 25%% of the lifetime, or the smallest of several (14d,25%%)",
    )
    command.add_argument("--critical", metavar="TIME", help="critical when less is left, as --warn")
    add_options(command)
    command.add_argument("--chain", action="store_true", help="print all certificates of each target")
    command.add_argument("--quiet", action="store_true", help="print nothing but problems")
    command.add_argument("--format", default="table", choices=FORMATS, help=FORMAT)
    command.set_defaults(command=later("check.command", "check"))
