"""Passwords are checked two at once, remembered when right, and slowed down when wrong, but never locked."""

import asyncio
import logging
import threading
from pathlib import Path

import pytest

from monitor.web.access.limits import PEER, USER, FailureLimits
from monitor.web.access.passwords import PasswordChecks, PasswordResult
from monitor.web_config import Passwords, WatchedWebConfig
from support.factories.web.access import HASHES, PASSWORDS, web_file

RIGHT, WRONG = PasswordResult(True), PasswordResult(False)


class Watch:
    """A clock that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


class Slow(Passwords):
    """Passwords whose check waits until it is let go; counts how many wait, and how many there were."""

    def __init__(self) -> None:
        super().__init__(HASHES)
        self.go = threading.Event()
        self.lock = threading.Lock()
        self.running = self.most = self.checked = 0

    def is_right(self, name: str, password: str) -> bool:
        """Return whether a password is right, later."""
        with self.lock:
            self.running += 1
            self.checked += 1
            self.most = max(self.most, self.running)
        self.go.wait(30)
        with self.lock:
            self.running -= 1
        return super().is_right(name, password)


def checks(folder: Path, clock: Watch, *, slow: bool = False) -> tuple[PasswordChecks, Slow]:
    """Return checks of the users of ``PASSWORDS``, and what counts them."""
    config, counting = WatchedWebConfig(web_file(folder)), Slow()
    config.passwords = counting
    if not slow:
        counting.go.set()
    return PasswordChecks(config, clock), counting


def test_two_at_once(tmp_path: Path) -> None:
    """However many log in at the same time, two checks run; what would wait too long is sent away."""
    made, counting = checks(tmp_path, Watch(), slow=True)

    async def run() -> list[PasswordResult]:
        attempts = [
            asyncio.ensure_future(made.check("alice", PASSWORDS["alice"], f"192.0.2.{n}")) for n in range(19)
        ]
        await asyncio.sleep(0.1)
        assert counting.most == 2
        counting.go.set()
        return await asyncio.gather(*attempts)

    results = asyncio.run(run())
    assert counting.most == 2
    assert [results.count(one) for one in (RIGHT, PasswordResult(False, 2))] == [16, 3]


def test_remembered(tmp_path: Path) -> None:
    """A right password is not computed again for five minutes; a wrong one always is."""
    clock = Watch()
    made, counting = checks(tmp_path, clock)

    async def run() -> None:
        for seconds in (0, 299, 301):
            clock.now = seconds
            assert await made.check("alice", PASSWORDS["alice"], "192.0.2.1") == RIGHT
        for _ in range(2):
            assert await made.check("alice", "wrong", "192.0.2.1") == WRONG

    asyncio.run(run())
    assert counting.checked == 4


def test_a_new_password_ends_what_is_remembered(tmp_path: Path) -> None:
    """What was right is not right any more once the file has another hash."""
    config = WatchedWebConfig(web_file(tmp_path))
    made = PasswordChecks(config, Watch())

    async def run() -> list[PasswordResult]:
        found = [await made.check("alice", PASSWORDS["alice"], "192.0.2.1")]
        web_file(tmp_path, {"alice": HASHES["victor"]})
        config.refresh()
        return [*found, await made.check("alice", PASSWORDS["alice"], "192.0.2.1")]

    assert asyncio.run(run()) == [RIGHT, WRONG]


def test_brute_force(tmp_path: Path) -> None:
    """After ten wrong passwords a peer waits seconds for each further one, and none is looked at before."""
    clock = Watch()
    made, counting = checks(tmp_path, clock)

    async def run() -> list[PasswordResult]:
        found = [await made.check("alice", str(n), "192.0.2.1") for n in range(11)]
        found.append(await made.check("victor", PASSWORDS["victor"], "192.0.2.1"))
        found.append(await made.check("victor", PASSWORDS["victor"], "192.0.2.2"))
        clock.now += PEER.every
        found.append(await made.check("alice", PASSWORDS["alice"], "192.0.2.1"))
        return found

    wait = PasswordResult(False, int(PEER.every))
    assert asyncio.run(run()) == [*(WRONG for _ in range(10)), wait, wait, RIGHT, RIGHT]
    assert counting.checked == 12


def test_several_at_once_count(tmp_path: Path) -> None:
    """Attempts that are made at the same time are counted before their results are known."""
    made, counting = checks(tmp_path, Watch(), slow=True)

    async def run() -> list[PasswordResult]:
        attempts = [asyncio.ensure_future(made.check("alice", str(n), "192.0.2.1")) for n in range(14)]
        await asyncio.sleep(0.05)
        counting.go.set()
        return await asyncio.gather(*attempts)

    assert asyncio.run(run()).count(WRONG) == PEER.burst


def test_many_peers(tmp_path: Path) -> None:
    """One user is not guessed from many addresses; who logged in before from theirs still can."""
    made, _ = checks(tmp_path, Watch())

    async def run() -> list[PasswordResult]:
        assert await made.check("alice", PASSWORDS["alice"], "198.51.100.1") == RIGHT
        for n in range(USER.burst):
            assert await made.check("alice", "wrong", f"192.0.2.{n}") == WRONG
        peers = ("192.0.2.200", "198.51.100.1")
        return [await made.check("alice", PASSWORDS["alice"], peer) for peer in peers]

    assert asyncio.run(run()) == [PasswordResult(False, int(USER.every)), RIGHT]


def test_scrapes_beside_a_guesser(tmp_path: Path) -> None:
    """A program that logs in with a right password is not kept out by a guesser behind the same address."""
    made, _ = checks(tmp_path, Watch())

    async def run() -> PasswordResult:
        await made.check("victor", PASSWORDS["victor"], "192.0.2.1")
        for n in range(20):
            await made.check("alice", str(n), "192.0.2.1")
        return await made.check("victor", PASSWORDS["victor"], "192.0.2.1")

    assert asyncio.run(run()) == RIGHT


def test_no_quick_guesses_of_what_is_remembered(tmp_path: Path) -> None:
    """Beside a user who is logged in nobody guesses faster either."""
    made, _ = checks(tmp_path, Watch())

    async def run() -> list[PasswordResult]:
        await made.check("alice", PASSWORDS["alice"], "192.0.2.1")
        for n in range(PEER.burst):
            await made.check("alice", str(n), "192.0.2.1")
        return [await made.check("alice", one, "192.0.2.1") for one in ("x", PASSWORDS["alice"])]

    assert [one.right for one in asyncio.run(run())] == [False, False]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "", True),
    ],
)
def test_peers(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a parameter
    """A /64 of IPv6 counts as one peer, as does an IPv4 address however it is written."""
    limits = FailureLimits(Watch())
    for _ in range(PEER.burst):
        limits.begin(one, "eve")
    assert (limits.wait(other, "victor") > 0) is same


def test_bounded() -> None:
    """However many peers there are, no more than so many are kept."""
    limits = FailureLimits(Watch())
    for n in range(20_000):
        limits.begin(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", str(n))
    assert len(limits._counts) == 10_000


def test_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log says which user failed; a name that nobody has is left out, and so is every password."""
    made, _ = checks(tmp_path, Watch())

    async def run() -> None:
        for name in ("alice", "secret-typed-as-name"):
            await made.check(name, "wrong-secret", "192.0.2.1")

    with caplog.at_level(logging.INFO):
        asyncio.run(run())
    said = [record.__dict__["cert_monitor_facts"] for record in caplog.records]
    assert said == [{"user": one, "peer": "192.0.2.1"} for one in ("alice", "(unknown)")]
