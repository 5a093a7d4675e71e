"""Rounds of queries of ACME CAs that fail, redirect, lie or are unreachable; with a real server."""

import asyncio
import logging
from dataclasses import replace

import pytest

from monitor.http.policy import UrlPolicy
from monitor.issuers.renewals import A_ROUND
from monitor.model import Path
from support import pki
from support.servers.issuers.acme_world import END, START, World, in_world, state, window
from support.servers.issuers.issuer_world import DAY, HOUR, MINUTE, NOW
from support.servers.web.server import Request, http


async def huge(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Send without end."""
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _ in range(100):
        writer.write(b" " * 65536)
        await writer.drain()


async def hung_up(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Close without a word."""
    writer.transport.abort()


LASTING = [
    pytest.param(http(b"", "404 Not Found"), id="404"),
    pytest.param(http(b"", "403 Forbidden"), id="403"),
    pytest.param(http(b"<html>"), id="no JSON"),
    pytest.param(http(b"[]"), id="a list"),
    pytest.param(http(b'{"suggestedWindow": 7}'), id="wrong types"),
    pytest.param(window(END, START), id="end before start"),
    pytest.param(window(START, START), id="an empty window"),
    pytest.param(window(NOW + 61 * DAY, NOW + 62 * DAY), id="after the certificate's end"),
]
PASSING = [
    pytest.param(http(b"", "500 Internal Server Error"), id="500"),
    pytest.param(http(b"", "503 Service Unavailable"), id="503"),
    pytest.param(http(b"", "429 Too Many Requests"), id="429"),
    pytest.param(hung_up, id="hangs up"),
    pytest.param(huge, id="endless"),
]


@pytest.mark.parametrize("reply", LASTING)
def test_after_an_error_that_stays_the_ca_is_left_alone_for_six_hours(reply: bytes) -> None:
    """RFC 9773 section 4.3.3; and nothing is shown."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        world.answers(leaf, reply)
        await world.round(state(leaf))
        assert world.shown == {}
        assert await world.later(6 * HOUR - MINUTE, state(leaf)) == 0
        assert await world.later(MINUTE, state(leaf)) == 1

    in_world(act)


@pytest.mark.parametrize("reply", PASSING)
def test_after_an_error_that_may_pass_it_is_tried_again_at_growing_intervals(reply: bytes) -> None:
    """One minute, two, four."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        world.answers(leaf, reply)
        await world.round(state(leaf))
        tried = [await world.later(MINUTE, state(leaf)) > 0 for _ in range(8)]
        assert tried == [True, False, True, False, False, False, True, False]

    in_world(act)


def test_too_many_requests_are_answered_with_patience() -> None:
    """A 429 says how long to wait."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        world.answers(leaf, http(b"", "429 Too Many Requests", "Retry-After: 3600"))
        await world.round(state(leaf))
        assert await world.later(59 * MINUTE, state(leaf)) == 0
        assert await world.later(MINUTE, state(leaf)) == 1

    in_world(act)


def test_the_last_window_stays_while_the_ca_cannot_be_asked() -> None:
    """It was said, and holds until something else is said."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        world.answers(leaf, window(START, END))
        await world.round(state(leaf))
        before = world.shown
        world.answers(leaf, http(b"", "500 Internal Server Error"))
        assert await world.later(DAY, state(leaf)) >= 1
        assert world.shown == before

    in_world(act)


def test_redirects_are_not_followed() -> None:
    """The configured address could otherwise lead us to any machine of our own network."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        world.server.replies["/elsewhere"] = window(START, END)
        world.answers(leaf, http(b"", "302 Found", f"Location: {world.server.url('/elsewhere')}"))
        await world.round(state(leaf))
        assert (world.shown, world.server.asked[-1]) == ({}, world.path(leaf))

    in_world(act)


def test_a_directory_cannot_send_us_to_a_private_address() -> None:
    """Another machine than the configured one is asked only at a public address, or one that is allowed."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        world.answers(leaf, window(START, END))
        world.server.replies["/directory"] = world.directory(world.server.url("/ari", "127.0.0.2"))
        world.policy = UrlPolicy()
        world.restart()
        await world.round(state(leaf))
        assert (world.shown, world.server.asked) == ({}, ["/directory"])

    in_world(act)


def test_the_directory_is_read_once_a_day() -> None:
    """Each further question goes straight to renewal information."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        world.answers(leaf, window(START, END, "Retry-After: 3600"))
        for _ in range(24):
            await world.later(HOUR, state(leaf))
        assert world.server.asked.count("/directory") == 1
        assert await world.later(2 * HOUR, state(leaf)) == 2

    in_world(act)


@pytest.mark.parametrize("reply", [http(b"", "500 Internal Server Error"), http(b"{}"), http(b"", "404 No")])
def test_many_certificates_do_not_hammer_a_broken_directory(reply: bytes) -> None:
    """It is asked once, and every certificate waits."""

    async def act(world: World) -> None:
        world.server.replies["/directory"] = reply
        leaves = [world.leaf() for _ in range(5)]
        await world.round(*(state(leaf, name=f"{n}.example:443") for n, leaf in enumerate(leaves)))
        assert world.server.asked == ["/directory"]

    in_world(act)


def test_where_renewal_information_was_yesterday_it_is_asked_while_the_directory_is_away() -> None:
    """A directory that is down for a while changes nothing."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        world.answers(leaf, window(START, END))
        await world.round(state(leaf))
        world.server.replies["/directory"] = http(b"", "503 Service Unavailable")
        world.answers(leaf, window(START - DAY, END))
        await world.later(2 * DAY, state(leaf))
        assert world.shown[leaf.sha256].start == START - DAY

    in_world(act)


def test_a_certificate_that_is_not_recorded_yet_waits() -> None:
    """Its bytes come with the record; a broken store must not make us turn in circles."""

    async def act(world: World) -> None:
        leaves = [world.leaf() for _ in range(3)]
        world.record.ders_of.clear()
        states = [state(leaf, name=f"{n}.example:443") for n, leaf in enumerate(leaves)]
        assert await world.round(*states) is False
        world.record.ders_of.update((leaf.sha256, leaf.der) for leaf in leaves)
        for leaf in leaves:
            world.answers(leaf, window(START, END))
        assert await world.later(MINUTE, *states) == 4
        assert len(world.shown) == 3

    in_world(act)


def test_a_certificate_without_identifier_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    """The same sentence does not fill the log."""

    async def act(world: World) -> None:
        odd = pki.leaf("www.example", world.ca, identifiers=False)
        world.record.ders_of[odd.sha256] = odd.der
        await world.round(state(odd))
        for _ in range(3):
            await world.later(2 * DAY, state(odd))
        assert world.server.asked == []

    with caplog.at_level(logging.WARNING):
        in_world(act)
    assert len(caplog.messages) == 1
    assert "no authority key identifier" in caplog.text


def test_a_round_is_bounded() -> None:
    """More than a round takes is said to be waiting."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        fakes = [
            replace(
                state(leaf, name=f"{n}.example:443"),
                assessment=replace(state(leaf).assessment, paths=(fake(leaf, n),)),
            )
            for n in range(A_ROUND + 1)
        ]
        assert await world.round(*fakes) is True
        assert await world.round(*fakes) is False

    in_world(act)


def fake(leaf: pki.Issued, number: int) -> Path:
    """Return the path of a certificate that was never recorded."""
    [path] = state(leaf).assessment.paths
    return replace(path, certificates=(replace(path.leaf, sha256=f"{number:064x}"),))
