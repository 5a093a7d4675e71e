"""Tests of which queue an account's machines are in."""

from dataclasses import replace

from monitor.windows.access import RemoteMachine
from monitor.workers.accounts import QUEUES, account_queue
from support.factories.pipeline.world import target


def queue(username: str, host: str = "rec01") -> int | None:
    """Return the queue of a machine that is read with an account."""
    return account_queue(replace(target(1), settings=RemoteMachine(host, 5985, username=username)).request)


def test_an_account_has_one_queue() -> None:
    """However its name is written, and on whatever machine."""
    assert queue(r"VMS\certmon") == queue(r"vms\CertMon", "rec02") is not None


def test_accounts_of_machines_are_others_on_each() -> None:
    """Windows counts for each machine there; all queues are used, and none beyond them."""
    assert {queue("certmon", f"rec{number}") for number in range(100)} == set(range(QUEUES))


def test_endpoints_need_no_account() -> None:
    """They are in the queue that all workers share."""
    assert account_queue(target(1).request) is None
