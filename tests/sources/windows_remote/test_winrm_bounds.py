"""Tests of the bounds of WinRM: whatever a machine does, a probe ends in time and locks no account."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.model import FailureReason, ProbeResult
from monitor.sources.windows_remote import session, winrm
from monitor.sources.windows_remote.source import WindowsRemoteSource
from monitor.windows.report import LARGEST
from support.factories.sources.winrm_probes import (
    JEA,
    PASSWORD,
    Loopback,
    Site,
    basic,
    document,
    ntlm_users,
    only,
    reason,
    tls,
)
from support.servers.machines.winrm_faults import cut, drip, endless, half, saying
from support.servers.machines.winrm_server import Handler, Machine, serving
from support.written import written

# Each entity holds ten of the one before: a few lines become gigabytes for anybody who expands them.
LAUGHS = (
    b"<!DOCTYPE a [<!ENTITY b0 'ha'>"
    + b"".join(b"<!ENTITY b%d '%s'>" % (one + 1, b"&b%d;" % one * 10) for one in range(10))
    + b"]><a>&b10;</a>"
)
STEPS = ("Create", "Receive", "Command")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Give a password, an anchor, and an account that the server knows."""
    ntlm_users(tmp_path, monkeypatch.setenv)
    return Site(tmp_path)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("trick", [cut, half])
def test_cut_connection(site: Site, step: str, trick: Callable[[Handler, bytes], None]) -> None:
    """A connection that ends before or within an answer is closed, at every step."""
    with serving(basic(**{step: trick}), tls()) as port:
        assert reason(site.probe(site.basic(port))) is FailureReason.CLOSED


def test_cut_farewell(site: Site) -> None:
    """What was read counts, though the session could not be closed."""
    with serving(basic(Delete=cut), tls()) as port:
        seen = site.probe(site.basic(port))
    assert (len(seen.sightings), seen.failures) == (1, ())


@pytest.mark.parametrize("step", STEPS)
def test_slow_answer(site: Site, step: str) -> None:
    """A server that sends a byte now and then holds nobody beyond the time of a probe."""
    with serving(basic(**{step: drip}), tls()) as port:
        seen, took = site.timed(site.basic(port), timeout=0.8)
    assert (reason(seen), took < 30) == (FailureReason.TIMEOUT, True)


def test_slow_farewell(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A farewell that does not end costs a moment, not what was read and not the time of the whole probe."""
    monkeypatch.setattr(winrm, "_GRACEFUL_CLOSE", 0.2)
    with serving(basic(Delete=drip), tls()) as port:
        seen, took = site.timed(site.basic(port), timeout=100)
    assert (len(seen.sightings), took < 50) == (1, True)


def test_no_answer(site: Site) -> None:
    """A port that accepts and never answers ends with the time of the probe, and leaves no thread."""
    source = WindowsRemoteSource(Loopback())
    with socket.create_server(("127.0.0.1", 0)) as silent:
        target = site.target(site.basic(silent.getsockname()[1]), timeout=0.5)
        seen = asyncio.run(source.probe(target.request))
    assert (reason(seen), source.pool.abandoned) == (FailureReason.TIMEOUT, 0)


def test_endless_answer(site: Site) -> None:
    """One answer that does not end is not read to its end."""
    with serving(basic(Receive=endless), tls()) as port:
        assert reason(site.probe(site.basic(port))) is FailureReason.TOO_LARGE


def test_answers_without_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a report can hold is not read, in however many answers it comes."""
    monkeypatch.setattr(session, "MOST_BYTES", 2**20)
    machine = Machine({JEA: lambda _: "x" * 2**21}, users={"certmon": PASSWORD})
    with serving(machine, tls()) as port:
        assert reason(site.probe(site.basic(port))) is FailureReason.TOO_LARGE


def test_report_that_is_too_large(site: Site) -> None:
    """A document beyond its own bound is too large as well."""
    machine = Machine({JEA: lambda _: " " * (LARGEST + 1)}, users={"certmon": PASSWORD})
    with serving(machine, tls()) as port:
        assert reason(site.probe(site.basic(port), timeout=60)) is FailureReason.TOO_LARGE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no XML",
        b"<a/>",
        b"\xff\xfe" * 50,
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    ],
)
@pytest.mark.parametrize("step", STEPS)
def test_garbage(site: Site, step: str, body: bytes) -> None:
    """An answer that is not WinRM's language is reported as that, whatever it is."""
    with serving(basic(**{step: saying(200, body)}), tls()) as port:
        assert reason(site.probe(site.basic(port))) is FailureReason.PROTOCOL_ERROR


def test_account_is_not_locked(site: Site) -> None:
    """A wrong password of a domain account is tried at two machines, whatever number is configured."""
    site.password.write_text("wr0ng")
    machine = Machine({JEA: document}, login="negotiate")
    source = WindowsRemoteSource(Loopback())

    async def probed(port: int) -> list[ProbeResult]:
        remotes = [site.ntlm(port, host=f"rec{number}.vms.example") for number in range(20)]
        return await asyncio.gather(*(source.probe(site.target(remote).request) for remote in remotes))

    with serving(machine) as port:
        every = asyncio.run(probed(port))
    assert {reason(seen) for seen in every} == {FailureReason.UNAUTHORIZED}
    assert sum("is not locked" in written(only(seen)) for seen in every) == 18


def test_no_free_slot(site: Site) -> None:
    """A machine that was not queried because others took all the time is reported as that."""
    machine = basic(Create=drip)
    source = WindowsRemoteSource(Loopback(), at_once=1)

    async def probed(port: int) -> list[ProbeResult]:
        first = asyncio.ensure_future(source.probe(site.target(site.basic(port), timeout=60).request))
        while not machine.seen:
            await asyncio.sleep(0.01)
        others = [site.basic(port, host=f"other{number}.vms.example") for number in range(2)]
        probes = (source.probe(site.target(remote, timeout=0.4).request) for remote in others)
        told = await asyncio.gather(*probes)
        first.cancel()
        await asyncio.wait([first])
        return told

    with serving(machine, tls()) as port:
        every = asyncio.run(probed(port))
    assert {reason(seen) for seen in every} == {FailureReason.TIMEOUT}
    assert (sum("not probed: " in written(only(seen)) for seen in every), len(machine.seen)) == (2, 1)


def test_probe_that_is_given_up(site: Site) -> None:
    """A probe that is cancelled shuts its connection, and its thread comes free at once."""
    source = WindowsRemoteSource(Loopback())

    async def cancelled(port: int) -> int:
        probe = asyncio.ensure_future(source.probe(site.target(site.basic(port), timeout=60).request))
        while not machine.seen:
            await asyncio.sleep(0.01)
        probe.cancel()
        async with asyncio.timeout(30):
            while source.pool.abandoned or not probe.done():
                await asyncio.sleep(0.01)
        return source.pool.abandoned

    machine = basic(Create=drip)
    with serving(machine, tls()) as port:
        assert asyncio.run(cancelled(port)) == 0
