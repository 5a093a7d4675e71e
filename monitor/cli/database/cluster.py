"""``cert-monitor cluster status``: which center leads, by the database."""

import argparse
from datetime import timedelta

from monitor.cli.output import say
from monitor.config import load
from monitor.errors import UsageError
from monitor.state_folder import is_server
from monitor.store.cluster.cluster_lease import cluster_state
from monitor.store.cluster.lease import LENGTH, Center


def status(arguments: argparse.Namespace) -> int:
    """Print a line for each center; return 1 where nobody leads."""
    store = load(arguments.config).store
    if not is_server(store.url):
        raise UsageError("store.url names a file, which no centers share")
    found = cluster_state(store.url, store.password)
    leads = found.leader is not None and found.leader.left > timedelta(0)
    for one in found.centers:
        is_leader = leads and found.leader is not None and found.leader.name == one.name
        say(f"{one.name}: {'leads' if is_leader else _of_other(one)}{f' ({one.url})' if one.url else ''}")
    if found.leader is not None:
        say(f"epoch {found.leader.epoch}")
    if not leads:
        say("no center leads")
    return 0 if leads else 1


def _of_other(center: Center) -> str:
    if center.left > timedelta(0):
        return "standby"
    return f"not heard of for {(LENGTH - center.left) // timedelta(seconds=1)} s"
