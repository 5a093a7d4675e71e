"""Tests of the way to a connection: name look-ups, the order of addresses, and the race between them."""

import asyncio
import errno
import socket
import sys
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from monitor.model import FailureReason
from monitor.network import connect as connecting
from monitor.network import resolve as resolving
from monitor.network.connect import NoneConnectedError, connect, explain, start_connecting
from monitor.network.resolve import Address, Resolver, alternate, literal
from monitor.network.texts import connect_failed
from support.servers.tls.peers import black_hole, listener
from support.written import written

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux leaves a full backlog unanswered")


def v4(host: str, port: int = 443) -> Address:
    """Return an IPv4 address."""
    return Address(socket.AF_INET, (host, port))


def v6(host: str, port: int = 443) -> Address:
    """Return an IPv6 address."""
    return Address(socket.AF_INET6, (host, port, 0, 0))


def closed_port() -> int:
    """Return a port on which nothing listens."""
    with listener() as (_, port):
        return port


def reached(*addresses: Address, within: float = 5) -> object:
    """Return the peer that was connected to."""

    async def main() -> object:
        async with asyncio.timeout(within):
            with await connect(addresses, timedelta(seconds=within)) as link:
                return link.getpeername()[:2]

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", (v4("127.0.0.1"),)),
        ("::1", (v6("::1"),)),
        ("fe80::1%eth0", ()),
        ("recorder.example", ()),
        ("localhost", ()),
    ],
)
def test_literal(host: str, expected: tuple[Address, ...]) -> None:
    """An IP literal needs no look-up; a zone does."""
    assert literal(host, 443) == expected


def test_families_take_turns() -> None:
    """Addresses of both families alternate and keep their order within each."""
    given = (v6("::1"), v6("::2"), v6("::3"), v4("10.0.0.1"))
    assert alternate(given) == (v6("::1"), v4("10.0.0.1"), v6("::2"), v6("::3"))


def test_nothing_to_alternate() -> None:
    """No addresses stay none."""
    assert alternate(()) == ()


def test_resolver_finds_loopback() -> None:
    """The system's resolver knows localhost."""
    found = asyncio.run(Resolver().addresses("localhost", 7))
    assert {address.text for address in found} <= {"127.0.0.1", "::1"}
    assert len(found) == len(set(found)) > 0


def test_resolver_refuses_what_dns_cannot_hold() -> None:
    """A label too long for DNS is an ordinary failure."""
    with pytest.raises(OSError, match="not a name that DNS can hold"):
        asyncio.run(Resolver().addresses("a" * 70 + ".example", 443))


def test_hung_lookups_leave_their_threads_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lookup that is given up counts as abandoned until it returns, and others go on beside it."""
    hold, held = threading.Event(), threading.Event()

    def look_up(host: str, port: int) -> tuple[Address, ...]:
        if host == "hung":
            held.set()
            hold.wait(30)
        return (v4("10.0.0.1", port),)

    monkeypatch.setattr(resolving, "look_up", look_up)

    async def main() -> tuple[int, object]:
        resolver = Resolver(threads=2)
        hung = asyncio.create_task(resolver.addresses("hung", 443))
        while not held.is_set():
            await asyncio.sleep(0.01)
        hung.cancel()
        await asyncio.wait([hung])
        found = await resolver.addresses("fine", 443)
        abandoned = resolver.pool.abandoned
        hold.set()
        resolver.close()
        return abandoned, found

    assert asyncio.run(main()) == (1, (v4("10.0.0.1"),))


def test_one_address() -> None:
    """A single address is connected to."""
    with listener() as address:
        assert reached(v4(*address)) == address


def test_refused_before_it_began() -> None:
    """What the system refuses at once is explained like any other refusal."""
    with pytest.raises(NoneConnectedError) as caught:
        start_connecting(v4("255.255.255.255"))
    assert caught.value.reason is FailureReason.UNREACHABLE


def test_next_address_after_refusal() -> None:
    """A refused address does not keep us from the next."""
    with listener() as address:
        assert reached(v4("127.0.0.1", closed_port()), v4(*address)) == address


@on_linux
def test_next_address_beside_black_hole(monkeypatch: pytest.MonkeyPatch) -> None:
    """A black-holed address costs the others only the stagger."""
    monkeypatch.setattr(connecting, "STAGGER", 0.01)
    with black_hole() as hole, listener() as address:
        assert reached(v4(*hole), v4(*hole), v4(*address)) == address


@on_linux
def test_black_holes_share_a_short_time() -> None:
    """However short the time and however many the black holes, the last address gets its turn."""
    with black_hole() as hole, listener() as address:
        assert reached(*[v4(*hole)] * 5, v4(*address), within=1.2) == address


def test_every_refusal_is_reported() -> None:
    """When every address fails, each is named with its answer."""
    port = closed_port()
    with pytest.raises(NoneConnectedError) as caught:
        reached(v4("127.0.0.1", port), v4("127.0.0.2", port))
    assert caught.value.reason is FailureReason.REFUSED
    assert written(caught.value.message) == "127.0.0.1: connection refused; 127.0.0.2: connection refused"


def test_many_refusals_are_cut() -> None:
    """A name with many addresses does not fill a page."""
    refused = OSError(errno.ECONNREFUSED, "x")
    error = NoneConnectedError([(v4(f"10.0.0.{number}"), refused) for number in range(6)])
    assert written(error.message).endswith("10.0.0.3: connection refused; and 2 more")


@on_linux
def test_nothing_stays_open_when_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancelled race closes every socket it had opened (an open one would be a ResourceWarning)."""
    monkeypatch.setattr(connecting, "STAGGER", 0.01)
    opened: list[socket.socket] = []
    make = socket.socket

    def remembered(*args: int) -> socket.socket:
        opened.append(make(*args))
        return opened[-1]

    with black_hole() as hole:
        monkeypatch.setattr(connecting.socket, "socket", remembered)
        with pytest.raises(TimeoutError):
            reached(v4(*hole), v4(*hole), within=0.1)
        monkeypatch.undo()
    assert {link.fileno() for link in opened} == {-1}


def test_losers_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """When two addresses connect at once one socket is kept and the other closed."""
    opened: list[socket.socket] = []
    make = socket.socket

    def remembered(*args: int) -> socket.socket:
        opened.append(make(*args))
        return opened[-1]

    monkeypatch.setattr(connecting, "STAGGER", 0)
    with listener() as one, listener() as other:
        monkeypatch.setattr(connecting.socket, "socket", remembered)
        reached(v4(*one), v4(*other))
        monkeypatch.undo()
    assert {link.fileno() for link in opened} == {-1}


def os_error(number: int, windows: int = 0) -> Callable[[], OSError]:
    """Return a maker of an error as the system or, with ``windows``, Windows' own calls would raise it."""

    def make() -> OSError:
        error = OSError(number, "text of the system")
        if windows:
            error = type("WindowsError", (OSError,), {"winerror": windows})(number, "text of the system")
        return error

    return make


ERRORS = {
    "refused": (os_error(errno.ECONNREFUSED), FailureReason.REFUSED),
    "refused on Windows": (os_error(errno.EINVAL, 1225), FailureReason.REFUSED),
    "no route to host": (os_error(errno.EHOSTUNREACH), FailureReason.UNREACHABLE),
    "no route to network": (os_error(errno.ENETUNREACH), FailureReason.UNREACHABLE),
    "no route on Windows": (os_error(errno.EINVAL, 1231), FailureReason.UNREACHABLE),
    "timed out": (os_error(errno.ETIMEDOUT), FailureReason.TIMEOUT),
    "timed out on Windows": (os_error(errno.EINVAL, 121), FailureReason.TIMEOUT),
    "too many files": (os_error(errno.EMFILE), FailureReason.INTERNAL),
    "reset": (os_error(errno.ECONNRESET), FailureReason.CLOSED),
    "firewall": (os_error(errno.EPERM), FailureReason.UNREACHABLE),
    "something else": (os_error(errno.EIO), FailureReason.UNREACHABLE),
}


@pytest.mark.parametrize(("make", "reason"), ERRORS.values(), ids=ERRORS)
def test_reason(make: Callable[[], OSError], reason: FailureReason) -> None:
    """Every error of a connection attempt has its reason, on Windows too."""
    assert explain(make())[0] is reason


def test_unknown_error_keeps_its_text() -> None:
    """An error without a sentence of ours speaks with the system's words."""
    assert explain(OSError(errno.EIO, "disk on fire"))[1] == connect_failed(error="disk on fire")


def test_bug_is_no_refusal() -> None:
    """An error that is not the network's is raised as it is."""
    with pytest.raises(ValueError, match="unpack"):
        reached(Address(socket.AF_INET, ("127.0.0.1",)), v4("127.0.0.1", closed_port()))
