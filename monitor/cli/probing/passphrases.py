"""The options for passphrases of key stores, for every command that reads files."""

import argparse
from functools import partial
from typing import Any


def add_options(command: Any) -> None:
    """Add ``--passphrase-file`` and ``--passphrase-env``; they are tried in order."""
    for which, metavar, holder in (("file", "FILE", "file"), ("env", "VARIABLE", "variable")):
        command.add_argument(
            f"--passphrase-{which}",
            action="append",
            default=[],
            dest="passphrases",
            type=partial(_named, which),
            metavar=metavar,
            help=f"{holder} with the passphrase of a key store; can be repeated",
        )


def settings_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the key ``passphrases`` as in a configuration, nothing without these options."""
    written = [{which: where} for which, where in arguments.passphrases]
    return {"passphrases": written} if written else {}


def _named(which: str, where: str) -> tuple[str, str]:
    return which, where
