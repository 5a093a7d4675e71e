"""The arguments of ``setup``: an option for each of its questions."""

import argparse
from typing import Any

from monitor.cli.commands.options import later

DESCRIPTION = """\
Ask a few questions, try the answers (certificate of the server, login, mail), and write a configuration with
its secret files into a new place; no existing file is overwritten. Every question is also an option; a
question whose option is given is not asked. Passwords are typed hidden, or come from a file or a variable.
Exit code: 0 the configuration is written, 2 nothing is written, 1 it could not be written, 130 interrupted.
"""
EXAMPLES = """\
examples:
  cert-monitor setup
  cert-monitor setup --non-interactive --target portal.vms.example:443 --trust vms-ca.cer \\
      --smtp relay.vms.example:25 --from certs@vms.example --to admins@vms.example \\
      --directory /etc/cert-monitor
  cert-monitor setup --non-interactive --site https://vms01.vms.example --trust vms-ca.cer \\
      --username certmon --password-file vms-password \\
      --smtp relay.vms.example:25 --from certs@vms.example --to admins@vms.example --language pt_BR
"""
OPTIONS = (
    ("--language", "LANGUAGE", "language of the questions and of the mails, such as en or pt_BR"),
    ("--directory", "DIR", "folder for the configuration"),
    ("--site", "URL", "management server of an XProtect site"),
    ("--target", "HOST:PORT", "host and port to watch"),
    ("--folder", "PATH", "folder or file with certificates to watch"),
    ("--login", "KIND", "login at the site: basic (a user of the VMS, the default) or windows"),
    ("--username", "USER", "user name at the site"),
    ("--pin", "SHA256", "trust this one certificate of the server, by its SHA-256, and no CA"),
    ("--smtp", "HOST:PORT", "mail relay, or none"),
    ("--smtp-security", "KIND", "encryption to the relay: none, starttls or tls (default: by the port)"),
    ("--smtp-ca", "FILE", "CA that verifies the relay (default: those that this machine trusts)"),
    ("--smtp-username", "USER", "user name at the relay, where it needs a login"),
    ("--from", "ADDRESS", "sender of the mails"),
    ("--timezone", "ZONE", "time zone of dates in mails (default: this machine's)"),
    ("--page", "ADDRESS:PORT", "address of the web page, or loopback (default): this machine alone"),
    ("--page-user", "USER", "user of the page, where other machines reach it"),
    ("--page-certificate", "FILE", "certificate of the page, where other machines reach it"),
    ("--page-key", "FILE", "private key of the page's certificate"),
    ("--external-url", "URL", "address by which people reach the page, for links in mails"),
)
SECRETS = (
    ("--password", "password at the site"),
    ("--smtp-password", "password at the relay"),
    ("--page-password", "password of the page's user"),
)


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "setup",
        help="ask what is needed, try it, and write a configuration",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--non-interactive", action="store_true", help="ask nothing: take the options and their defaults"
    )
    for option, metavar, text in OPTIONS:
        command.add_argument(option, metavar=metavar, help=text)
    command.add_argument(
        "--trust",
        action="append",
        default=[],
        metavar="FILE",
        help="CA that signed the server's certificate, or 'system'; can be repeated",
    )
    command.add_argument(
        "--to", action="append", default=[], metavar="ADDRESS", help="recipient of the mails; can be repeated"
    )
    for option, text in SECRETS:
        command.add_argument(f"{option}-file", metavar="FILE", help=f"file with the {text}")
        command.add_argument(f"{option}-env", metavar="VARIABLE", help=f"variable with the {text}")
    command.add_argument(
        "--start", choices=["yes", "no"], help="install and start the service afterwards (default yes)"
    )
    command.set_defaults(command=later("setup.command", "setup"))
