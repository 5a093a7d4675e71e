"""``cert-monitor links rotate``: a new key for the links in mails."""

import argparse
import secrets

from monitor.alerts.routing.acknowledge_link import KEY_BYTES
from monitor.cli.output import say
from monitor.config import load
from monitor.daemon.web.link_key import rotate as new_key
from monitor.errors import SystemBrokenError
from monitor.state_folder import is_server, state_folder
from monitor.store.cluster.cluster_lease import put_beside
from monitor.store.facts import LINK_KEY


def rotate(arguments: argparse.Namespace) -> int:
    """Return 0 when the key is written; the running daemon reads it when it needs it next."""
    store = load(arguments.config).store
    if is_server(store.url):
        put_beside(store.url, store.password, {LINK_KEY: secrets.token_hex(KEY_BYTES)})
        say("a new key is in the database; links in mails that were sent so far acknowledge nothing any more")
        return 0
    folder = state_folder(store.url)
    if folder is None:
        raise SystemBrokenError("the database is in memory, and so is the key: restart the daemon")
    try:
        path = new_key(folder)
    except OSError as error:
        raise SystemBrokenError(f"no key was written in {folder}: {error.strerror or error}") from error
    say(f"{path}: a new key; links in mails that were sent so far acknowledge nothing any more")
    return 0
