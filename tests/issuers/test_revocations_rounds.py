"""Rounds of asking: when it is asked again, what is forgotten, what issuers may cost; over real servers."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509

from monitor.issuers import crl_cache, texts
from monitor.model import Policy, Superseded
from support import pki
from support.factories.issuers.revocation_world import GOOD, REVOKED, UNKNOWN, World, in_world, state
from support.pki.crls import crl, entry, points
from support.pki.ocsp import access, response
from support.servers.issuers.issuer_world import DAY, HOUR, MINUTE, NOW, leaf
from support.servers.web.server import Request, http, web


def test_nothing_is_asked_before_it_is_due() -> None:
    """A round between costs no request, and an unchanged list is only confirmed."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        shown = state(own, world.ca)
        marks = ['ETag: "7"', "Last-Modified: Mon, 23 Nov 2026 11:00:00 GMT"]
        world.server.replies["/ca.crl"] = http(crl(world.ca, end=NOW + 2 * DAY), "200 OK", *marks)
        await world.round(shown)
        await world.later(5 * HOUR, shown)
        assert len(world.server.requests) == 1
        world.server.replies["/ca.crl"] = http(b"", "304 Not Modified")
        await world.later(HOUR, shown)
        asked = world.server.requests[1].headers
        assert (asked["if-none-match"], asked["if-modified-since"]) == (
            '"7"',
            "Mon, 23 Nov 2026 11:00:00 GMT",
        )
        assert world.status_of(own) == (GOOD, "crl")

    in_world(act)


def test_a_new_list_is_read() -> None:
    """A certificate that is revoked later is found at the latest some hours later."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        shown = state(own, world.ca)
        world.server.replies["/ca.crl"] = http(crl(world.ca, end=NOW + 9 * DAY))
        await world.round(shown)
        world.server.replies["/ca.crl"] = http(crl(world.ca, entry(own), end=NOW + 9 * DAY))
        await world.later(6 * HOUR, shown)
        assert world.status_of(own) == (REVOKED, "crl")

    in_world(act)


def test_a_list_that_cannot_be_had_any_more() -> None:
    """While the last list holds the certificate stays good; afterwards it is unknown."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        shown = state(own, world.ca, sources=("crl",))
        world.server.replies["/ca.crl"] = http(crl(world.ca, end=NOW + 8 * HOUR))
        await world.round(shown)
        del world.server.replies["/ca.crl"]
        await world.later(6 * HOUR, shown)
        assert world.status_of(own) == (GOOD, "crl")
        await world.later(3 * HOUR, shown)
        assert world.status_of(own)[0] is UNKNOWN

    in_world(act)


def test_waits_grow() -> None:
    """An issuer that does not answer is asked less and less often."""

    async def act(world: World) -> None:
        own = world.leaf("/gone.crl")
        for _ in range(24 * 60):
            await world.later(MINUTE, state(own, world.ca, sources=("crl",)))
        assert 8 <= len(world.server.requests) <= 12
        assert world.known[own.sha256].attempts == len(world.server.requests)

    in_world(act)


def test_a_dead_responder_holds_nobody_up() -> None:
    """A responder that does not answer at all is not asked about each of hundreds of certificates."""

    async def act(world: World) -> None:
        async with web() as gone:
            dead = gone.url("/ocsp")
        leaves = [leaf(world.ca, access(dead), subject=f"rec{n}.example") for n in range(100)]
        world.ders |= {one.sha256: one.der for one in leaves}
        await world.round(
            *(state(one, world.ca, name=f"{n}:443", sources=("ocsp",)) for n, one in enumerate(leaves))
        )
        assert len(world.known) == 100
        assert len(world.hosts.asked) <= 40

    in_world(act)


def test_a_slow_issuer_keeps_no_other_waiting() -> None:
    """What is learned from others is shown while one server keeps us waiting."""

    async def act(world: World) -> None:
        release = asyncio.Event()

        async def slow(_request: Request, writer: asyncio.StreamWriter) -> None:
            await release.wait()
            writer.write(http(b""))
            await writer.drain()

        async def ticking(_request: Request, writer: asyncio.StreamWriter) -> None:
            world.clock.at += 2 * MINUTE
            writer.write(http(response(quick, world.ca)))
            await writer.drain()

        held, quick = world.leaf("/slow.crl"), world.leaf(responder="/ocsp", subject="quick.example")
        world.server.replies |= {"/slow.crl": slow, "/ocsp": ticking}
        task = asyncio.create_task(
            world.round(state(held, world.ca, name="a:1"), state(quick, world.ca, name="b:1"))
        )
        async with asyncio.timeout(10):
            while quick.sha256 not in world.known:
                await asyncio.sleep(0.01)
        assert held.sha256 not in world.known
        release.set()
        await task

    in_world(act)


def test_forgetting() -> None:
    """What no target shows any more is forgotten, and so is everything when revocation is switched off."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        world.server.replies["/ca.crl"] = http(crl(world.ca))
        shown = state(own, world.ca)
        await world.round(shown)
        assert own.sha256 in world.known
        off = replace(shown, target=replace(shown.target, policy=Policy()))
        await world.round(off)
        assert world.known == {}

    in_world(act)


def test_off() -> None:
    """Where no policy wants it nothing is asked, and the board is left alone."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        await world.round(state(own, world.ca, sources=()))
        assert (world.shown, world.server.asked) == (0, [])

    in_world(act)


def test_what_is_not_asked_about() -> None:
    """Certificates that have ended or have a successor beside them are no question any more."""

    async def act(world: World) -> None:
        ended = pki.issue(
            "old", world.ca, start=NOW - 9 * DAY, end=NOW - DAY, extensions=[points(world.server.url("/x"))]
        )
        old = world.leaf("/x")
        world.ders[ended.sha256] = ended.der
        replaced = state(old, world.ca, name="b:1")
        gone = replace(replaced.assessment, superseded=(Superseded(old.sha256, "new"),))
        await world.round(state(ended, world.ca, name="a:1"), replace(replaced, assessment=gone))
        assert (world.known, world.server.asked) == ({}, [])

    in_world(act)


def test_bytes_that_are_not_recorded_yet() -> None:
    """A certificate whose bytes are not there yet waits for the next round, and that counts as no attempt."""

    async def act(world: World) -> None:
        own = leaf(world.ca, points(world.server.url("/ca.crl")))
        world.server.replies["/ca.crl"] = http(crl(world.ca))
        shown = state(own, world.ca)
        await world.round(shown)
        assert world.known == {}
        world.ders[own.sha256] = own.der
        await world.later(timedelta(seconds=30), shown)
        assert world.status_of(own) == (GOOD, "crl")

    in_world(act)


def test_bytes_that_are_never_recorded_hold_nobody_up() -> None:
    """However many certificates cannot be asked about, the others are, and no round follows at once."""

    async def act(world: World) -> None:
        key = pki.new_key()
        lost = [pki.issue(f"r{n}", world.ca, key=key) for n in range(501)]
        own = world.leaf("/ca.crl")
        world.server.replies["/ca.crl"] = http(crl(world.ca))
        states = [state(one, world.ca, name=f"{n}:1") for n, one in enumerate((*lost, own))]
        assert await world.round(*states) is True
        assert await world.round(*states) is False
        assert world.status_of(own) == (GOOD, "crl")

    in_world(act)


def test_a_thousand_certificates() -> None:
    """A round asks about a bounded number and says that there is more."""

    async def act(world: World) -> None:
        ocsp_url = access(world.server.url("/ocsp"))
        key = pki.new_key()
        leaves = [pki.issue(f"r{n}", world.ca, key=key, extensions=[ocsp_url]) for n in range(501)]
        world.ders |= {one.sha256: one.der for one in leaves}
        states = [state(one, world.ca, name=f"{n}:1", sources=("crl",)) for n, one in enumerate(leaves)]
        assert await world.round(*states) is True
        assert len(world.known) == 500
        assert await world.round(*states) is False
        assert len(world.known) == 501

    in_world(act)


def test_delta_lists() -> None:
    """A certificate revoked since the last whole list is found in the delta that the list names."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        point = points(world.server.url("/ca+.crl"))[0]
        assert isinstance(point, x509.CRLDistributionPoints)
        whole = crl(world.ca, extensions=[(x509.CRLNumber(1), False), (x509.FreshestCRL(list(point)), False)])
        delta = [(x509.DeltaCRLIndicator(1), True), (x509.CRLNumber(2), False)]
        world.server.replies["/ca.crl"] = http(whole)
        await world.round(state(own, world.ca))
        assert world.status_of(own) == (GOOD, "crl")
        world.server.replies["/ca+.crl"] = http(crl(world.ca, entry(own), extensions=delta))
        await world.later(6 * HOUR, state(own, world.ca))
        assert world.status_of(own) == (REVOKED, "crl")

    in_world(act)


def test_a_page_instead_of_a_list() -> None:
    """A server that answers everything with a page gives no list."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        world.server.replies["/ca.crl"] = http(b"<html>Welcome</html>")
        await world.round(state(own, world.ca, sources=("crl",)))
        assert world.status_of(own)[0] is UNKNOWN
        message = world.known[own.sha256].message
        assert message is not None
        assert dict(message.parameters)["problem"] == texts.NOT_A_CRL

    in_world(act)


def test_held_lists_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are kept up to a number of bytes; the longest ago fetched go first."""
    monkeypatch.setattr(crl_cache, "CACHED_BYTES", 700)

    async def act(world: World) -> None:
        leaves = [world.leaf(f"/{n}.crl", subject=f"r{n}") for n in range(10)]
        for n in range(10):
            world.server.replies[f"/{n}.crl"] = http(crl(world.ca))
        await world.round(*(state(one, world.ca, name=f"{n}:1") for n, one in enumerate(leaves)))
        held = world.asking._checker._crls._cached
        assert 0 < sum(len(one.crl.der) for one in held.values()) <= 700
        assert all(known.status is GOOD for known in world.known.values())

    in_world(act)


def test_a_bug_costs_one_certificate(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake of ours in judging one certificate is logged, and the others are asked about."""

    async def act(world: World) -> None:
        odd, own = world.leaf("/odd.crl"), world.leaf("/ca.crl", subject="b")
        world.server.replies["/ca.crl"] = http(crl(world.ca))
        real = world.asking._checker._crls.fetch

        async def broken(url: str) -> object:
            if url.endswith("/odd.crl"):
                raise RuntimeError("a bug")
            return await real(url)

        monkeypatch.setattr(world.asking._checker._crls, "fetch", broken)
        await world.round(state(odd, world.ca, name="a:1"), state(own, world.ca, name="b:1"))
        assert (world.status_of(odd), world.status_of(own)) == ((UNKNOWN, ""), (GOOD, "crl"))
        assert "failed with a bug of cert-monitor" in caplog.text

    in_world(act)
