"""``cert-monitor links rotate``: a new key for the links in mails."""

import argparse

from monitor.cli.output import say
from monitor.config import load
from monitor.daemon.link_key import rotate as new_key
from monitor.errors import SystemBrokenError
from monitor.state_folder import state_folder


def rotate(arguments: argparse.Namespace) -> int:
    """Return 0 when the key is written; the running daemon reads it when it needs it next."""
    folder = state_folder(load(arguments.config).store.url)
    if folder is None:
        raise SystemBrokenError("the database is in memory, and so is the key: restart the daemon")
    try:
        path = new_key(folder)
    except OSError as error:
        raise SystemBrokenError(f"no key was written in {folder}: {error.strerror or error}") from error
    say(f"{path}: a new key; links in mails that were sent so far acknowledge nothing any more")
    return 0
