"""Rounds of queries of ACME CAs: which CAs, how often, and the results; with a real server."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from monitor.model import RenewalWindow, Superseded
from support import pki
from support.servers.issuers.acme_world import CA, END, START, World, in_world, state, window
from support.servers.issuers.issuer_world import DAY, HOUR, MINUTE, NOW


def test_a_window_is_shown_and_recorded() -> None:
    """Directory, then the certificate's own address, then the board and the record."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        why = "https://ca.example/why"
        world.answers(leaf, window(START, END, "Retry-After: 7200", explanation=why))
        await world.round(state(leaf))
        expected = RenewalWindow(leaf.sha256, START, END, NOW, why, START, END, NOW + 2 * HOUR)
        assert world.shown == world.record.windows == {leaf.sha256: expected}
        assert world.server.asked == ["/directory", world.path(leaf)]

    in_world(act)


@pytest.mark.parametrize(
    ("header", "quiet", "again"),
    [
        pytest.param("Retry-After: 7200", 2 * HOUR - MINUTE, MINUTE, id="as it asks"),
        pytest.param("Retry-After: 0", 30 * timedelta(seconds=1), MINUTE, id="a minute at least"),
        pytest.param("Retry-After: 9999999", DAY - MINUTE, MINUTE, id="a day at most"),
        pytest.param("X-Other: 1", 6 * HOUR - MINUTE, MINUTE, id="six hours where it does not say"),
    ],
)
def test_the_ca_says_when_to_ask_again(header: str, quiet: timedelta, again: timedelta) -> None:
    """RFC 9773 section 4.3.1."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        world.answers(leaf, window(START, END, header))
        await world.round(state(leaf))
        assert await world.later(quiet, state(leaf)) == 0
        assert await world.later(again, state(leaf)) >= 1

    in_world(act)


def test_a_restart_asks_no_sooner() -> None:
    """What the CA asked of us holds over a restart, and what it said is shown at once."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        world.answers(leaf, window(START, END, "Retry-After: 7200"))
        await world.round(state(leaf))
        before, world.shown = world.shown, {}
        world.restart()
        assert await world.later(HOUR, state(leaf)) == 0
        assert world.shown == before

    in_world(act)


def test_the_first_window_is_remembered_over_a_restart() -> None:
    """That a window was pulled in shows whatever happened in between."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        world.answers(leaf, window(START, END))
        await world.round(state(leaf))
        world.restart()
        world.answers(leaf, window(NOW - HOUR, NOW))
        await world.later(DAY, state(leaf))
        known = world.shown[leaf.sha256]
        assert (known.start, known.first_start, known.first_end) == (NOW - HOUR, START, END)

    in_world(act)


def test_a_clock_that_was_ahead_does_not_stop_us() -> None:
    """A time to ask again that lies further away than any CA may ask for does not count."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        world.answers(leaf, window(START, END))
        world.clock.at += 20 * DAY
        await world.round(state(leaf))
        assert await world.later(-20 * DAY, state(leaf)) >= 1

    in_world(act)


def test_nobody_is_asked_unless_a_policy_says_so() -> None:
    """It is opt in."""

    async def act(world: World) -> None:
        assert await world.round(state(world.leaf(), asked=False)) is False
        assert world.server.asked == []

    in_world(act)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(CA, id="the common name"),
        pytest.param(CA.upper(), id="in capitals"),
        pytest.param(f"CN={CA}", id="the whole name"),
    ],
)
def test_the_issuer_is_found_by_its_names(name: str) -> None:
    """A configuration may write the issuer as it is in the certificate, or a part of it."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        world.answers(leaf, window(START, END))
        world.asking.use(world.fetchers(), {name: world.server.url("/directory")})
        await world.round(state(leaf))
        assert list(world.shown) == [leaf.sha256]

    in_world(act)


def test_the_issuer_is_found_by_its_organization() -> None:
    """A CA changes the names of its intermediates and keeps its organization, here with a comma in it."""
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Let's Trust, Inc. + Co"),
        x509.NameAttribute(NameOID.COMMON_NAME, "R99"),
    ]

    async def act(world: World) -> None:
        key = pki.new_key()
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        world.ca = pki.issue(x509.Name(parts), ca=True, key=key, extensions=[(identifier, False)])
        leaf = world.leaf()
        world.answers(leaf, window(START, END))
        world.asking.use(world.fetchers(), {"let's trust, inc. + co": world.server.url("/directory")})
        await world.round(state(leaf))
        assert list(world.shown) == [leaf.sha256]

    in_world(act)


def test_other_issuers_are_not_asked_about() -> None:
    """A certificate of somebody else says nothing to this CA."""

    async def act(world: World) -> None:
        stranger = pki.leaf("www.example", pki.authority("Another CA"))
        world.record.ders_of[stranger.sha256] = stranger.der
        await world.round(state(stranger))
        assert world.server.asked == []

    in_world(act)


def test_the_certificate_of_the_ca_is_not_asked_about() -> None:
    """It lies in anchor files, which are watched as well."""

    async def act(world: World) -> None:
        await world.round(state(world.ca, name="anchors"))
        assert world.server.asked == []

    in_world(act)


def test_what_has_expired_or_is_not_served_any_more_is_let_go() -> None:
    """RFC 9773 section 4.3.3: never asked after expiry or replacement, and nothing is shown of it."""

    async def act(world: World) -> None:
        short = world.leaf(end=pki.days(1))
        world.answers(short, window(NOW + HOUR, NOW + 2 * HOUR))
        await world.round(state(short))
        assert list(world.shown) == [short.sha256]
        assert await world.later(2 * DAY, state(short)) == 0
        assert world.shown == {}
        other = world.leaf()
        world.answers(other, window(START, END))
        await world.round(state(other))
        assert await world.later(DAY) == 0
        assert world.shown == {}

    in_world(act)


def test_a_superseded_certificate_is_not_asked_about() -> None:
    """In a folder the old one lies beside its successor."""

    async def act(world: World) -> None:
        old = world.leaf()
        shown = state(old)
        gone = replace(shown.assessment, superseded=(Superseded(old.sha256, "new"),))
        await world.round(replace(shown, assessment=gone))
        assert world.server.asked == []

    in_world(act)


def test_one_certificate_at_many_locations_is_asked_about_once() -> None:
    """Only the leaf, and each once."""

    async def act(world: World) -> None:
        leaf = world.leaf()
        world.answers(leaf, window(START, END))
        await world.round(*(state(leaf, world.ca, name=f"www{n}.example:443") for n in range(3)))
        assert world.server.asked == ["/directory", world.path(leaf)]

    in_world(act)
