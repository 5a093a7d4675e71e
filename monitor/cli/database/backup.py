"""``cert-monitor backup`` and ``restore``: copy the database while it is in use, and put a copy back."""

import argparse

from monitor.cli.output import say
from monitor.clock import SystemClock
from monitor.config import load
from monitor.store.maintenance.backup import back_up
from monitor.store.maintenance.backup import restore as restore_backup


def backup(arguments: argparse.Namespace) -> int:
    """Write a verified copy of the database, also while the daemon runs."""
    size = back_up(load(arguments.config).store.url, arguments.file, force=arguments.force)
    say(f"{arguments.file}: {size} bytes, verified")
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Replace the database by a backup while the daemon is stopped."""
    url = load(arguments.config).store.url
    kept, dropped = restore_backup(arguments.file, url, SystemClock().now())
    say(f"{arguments.file} restored")
    if kept is not None:
        say(f"the old database is now {kept}")
    if dropped:
        say(f"pending notifications dropped: {dropped}; what is still true is sent again after the start")
    return 0
