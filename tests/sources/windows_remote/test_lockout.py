"""Tests of keeping a wrong password from locking an account."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from monitor.secrets import Secret
from monitor.sources.windows_remote.lockout import (
    AT_ONCE,
    HOST_REST,
    PROOF,
    REST,
    Lockout,
    account_of,
)
from monitor.windows.access import RemoteMachine

DOMAIN = r"VMS\certmon"
RIGHT, WRONG = Secret("right"), Secret("wrong")


class Machines:
    """Ask machines one after the other, at a time that the test sets."""

    def __init__(self) -> None:
        """Begin at some second."""
        self.now = 1000.0
        self.lockout = Lockout(lambda: self.now)

    async def ask(
        self, host: str, *, accepts: bool | None, user: str = DOMAIN, secret: Secret | None = WRONG
    ) -> tuple[str, ...]:
        """Return who denied the turn; else let the machine accept, refuse or say nothing of the login."""
        async with self.lockout.slot(RemoteMachine(host, 5985, username=user), secret) as turn:
            if not turn.denied:
                turn.accepted = accepts
            return turn.denied


def run(work: Callable[[Machines], Awaitable[None]]) -> None:
    """Run a test's steps; a turn that never comes fails it."""

    async def bounded() -> None:
        async with asyncio.timeout(30):
            await work(Machines())

    asyncio.run(bounded())


@pytest.mark.parametrize(
    ("username", "expected"),
    [
        (r"VMS\CertMon", r"vms\certmon"),
        ("CertMon@vms.example", "certmon@vms.example"),
        ("certmon", r"rec01\certmon"),
        (r".\certmon", r"rec01\certmon"),
    ],
)
def test_what_windows_counts_for(username: str, expected: str) -> None:
    """A domain account is one everywhere; a name alone is another account on each machine."""
    assert account_of(RemoteMachine("rec01", 5985, username=username)) == expected


def test_rest_after_refusals() -> None:
    """After so many refusals in a row nobody else is asked, and the refusers are named."""

    async def steps(machines: Machines) -> None:
        for host in ("a", "b"):
            assert await machines.ask(host, accepts=False) == ()
        assert await machines.ask("c", accepts=True) == ("a", "b")

    run(steps)


def test_one_that_refuses_is_no_wrong_password() -> None:
    """A machine that refuses what others take rests alone, and does not stop them."""

    async def steps(machines: Machines) -> None:
        for _ in range(5):
            assert await machines.ask("good", accepts=True) == ()
            await machines.ask("bad", accepts=False)
        assert await machines.ask("bad", accepts=False) == ("bad",)
        assert await machines.ask("good", accepts=True) == ()

    run(steps)


def test_two_that_refuse_do_not_come_first_for_ever() -> None:
    """After the rest others are asked before the two that refused, and prove the login."""

    async def steps(machines: Machines) -> None:
        for host in ("bad", "worse"):
            await machines.ask(host, accepts=False)
        machines.now += REST
        assert await machines.ask("bad", accepts=False) == ("bad",)
        assert await machines.ask("good", accepts=True) == ()
        assert await machines.ask("better", accepts=True) == ()

    run(steps)


def test_end_of_a_machines_rest() -> None:
    """A machine that refused is asked again after its rest."""

    async def steps(machines: Machines) -> None:
        await machines.ask("a", accepts=False)
        machines.now += HOST_REST
        assert await machines.ask("a", accepts=True) == ()

    run(steps)


def test_another_password_is_tried_at_once() -> None:
    """A changed password knows nothing of the refusals of the old one."""

    async def steps(machines: Machines) -> None:
        for host in ("a", "b"):
            await machines.ask(host, accepts=False)
        assert await machines.ask("a", accepts=True, secret=RIGHT) == ()

    run(steps)


def test_local_accounts_are_counted_for_each_machine() -> None:
    """Where every machine has its own account, a refusal says nothing of the others."""

    async def steps(machines: Machines) -> None:
        denied = [await machines.ask(str(number), accepts=False, user="certmon") for number in range(9)]
        assert denied == [()] * 9

    run(steps)


def test_without_a_password_of_ours() -> None:
    """A ticket or a certificate locks nothing."""

    async def steps(machines: Machines) -> None:
        denied = [await machines.ask(str(number), accepts=False, secret=None) for number in range(9)]
        assert denied == [()] * 9

    run(steps)


async def _most_at_once(machines: Machines, *, accepts: bool | None) -> int:
    """Return how many of twenty machines were asked at the same time."""
    at_once = most = 0

    async def ask(host: str) -> None:
        nonlocal at_once, most
        async with machines.lockout.slot(RemoteMachine(host, 5985, username=DOMAIN), RIGHT) as turn:
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0)
            turn.accepted = accepts
            at_once -= 1

    await asyncio.gather(*(ask(str(number)) for number in range(20)))
    return most


def test_few_at_once_before_the_proof() -> None:
    """While nobody has taken the login, few are asked at a time."""

    async def steps(machines: Machines) -> None:
        assert await _most_at_once(machines, accepts=None) == AT_ONCE

    run(steps)


def test_all_at_once_after_the_proof() -> None:
    """Once it was taken, nobody waits for another."""

    async def steps(machines: Machines) -> None:
        await machines.ask("good", accepts=True, secret=RIGHT)
        assert await _most_at_once(machines, accepts=True) == 20

    run(steps)


def test_proof_grows_old() -> None:
    """A proof counts for a while only: the password may have been changed since."""

    async def steps(machines: Machines) -> None:
        await machines.ask("good", accepts=True, secret=RIGHT)
        machines.now += PROOF
        assert await _most_at_once(machines, accepts=None) == AT_ONCE

    run(steps)


def test_no_password_is_kept() -> None:
    """What is remembered of a login holds no password."""

    async def steps(machines: Machines) -> None:
        await machines.ask("a", accepts=False, secret=Secret("S3cret-9f2"))
        assert "S3cret-9f2" not in repr(machines.lockout._accounts)

    run(steps)
