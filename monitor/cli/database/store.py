"""``cert-monitor store``: copy a database to another one, and examine one."""

import argparse
import os
import sys
from pathlib import Path

from monitor import __version__
from monitor.cli.output import say
from monitor.config import load
from monitor.errors import UsageError
from monitor.secrets import SecretReference
from monitor.state_folder import store_url
from monitor.store.maintenance.checking import check_store
from monitor.store.maintenance.copying import copy_store


def copy(arguments: argparse.Namespace) -> int:
    """Copy everything to an empty database while no service uses either."""
    counts = copy_store(
        _url(arguments.source, "--from"),
        _url(arguments.target, "--to"),
        app_version=__version__,
        source_password=_password(arguments.from_password_file),
        target_password=_password(arguments.to_password_file),
    )
    for name, number in counts.items():
        say(f"{name}: {number} rows")
    say("every row was copied; set store.url to the new database and start the service")
    return 0


def check(arguments: argparse.Namespace) -> int:
    """Examine a database, also while the service runs; return 1 where something is wrong."""
    if arguments.config:
        store = load(arguments.config).store
        report = check_store(store.url, store.password)
    elif not arguments.url:
        raise UsageError("the database to examine: --config or --url is required")
    else:
        report = check_store(_url(arguments.url, "--url"), _password(arguments.password_file))
    say(f"{report.location}: schema {report.schema}, the one of this version")
    for name, number in report.counts.items():
        say(f"{name}: {number} rows")
    for problem in report.problems:
        print(problem, file=sys.stderr)
    if not report.problems:
        say("nothing is wrong")
    return 1 if report.problems else 0


def _url(value: str, option: str) -> str:
    try:
        return store_url(value, os.getcwd())  # noqa: PTH109 - a text is wanted
    except ValueError as error:
        # Not its value: it may have a password.
        raise UsageError(f"{option} {error}") from None


def _password(file: Path | None) -> SecretReference | None:
    return SecretReference(file=str(file)) if file else None
