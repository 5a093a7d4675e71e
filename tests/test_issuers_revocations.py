"""Rounds of asking: who is asked about what, how often, and what is known afterwards; over real servers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pki
import pytest
from cryptography import x509
from cryptography.x509 import ocsp
from issuer_world import (
    DAY,
    HOUR,
    LOOPBACK,
    NOW,
    Clock,
    Hosts,
    Request,
    Web,
    access,
    crl,
    entry,
    fetcher,
    http,
    leaf,
    points,
    response,
    web,
)

from monitor.assess import Anchor, Anchors
from monitor.issuers import lists
from monitor.issuers.reach import Reach
from monitor.issuers.revocations import Revocations
from monitor.model import (
    Assessment,
    Path,
    Policy,
    Revocation,
    Snapshot,
    Standing,
    Staple,
    Superseded,
    Target,
    TargetState,
)
from monitor.parse import certificate

GOOD, REVOKED, UNKNOWN = Standing.GOOD, Standing.REVOKED, Standing.UNKNOWN
ALL = ("staple", "crl", "ocsp")
MINUTE = timedelta(minutes=1)


def state(
    *chain: pki.Issued, sources: Sequence[str] = ALL, name: str = "rec.example:443", **more: object
) -> TargetState:
    """Return a target that serves a chain whose last certificate is an anchor."""
    target = Target(
        f"endpoint:{name}", "endpoint", name, settings=None, policy=Policy(revocation=tuple(sources))
    )
    path = Path(name, tuple(certificate(one.der) for one in chain), trusted=True)
    return replace(TargetState(target), assessment=Assessment(paths=(path,)), **more)  # type: ignore[arg-type]


@dataclass
class World:
    """Hold a web server, a CA, and what asks about certificates."""

    server: Web
    ca: pki.Issued = field(default_factory=lambda: pki.authority("Test CA"))
    clock: Clock = field(default_factory=Clock)
    known: Mapping[str, Revocation] = field(default_factory=dict)
    shown: int = 0
    ders: dict[str, bytes] = field(default_factory=dict)
    hosts: Hosts = field(default_factory=Hosts)
    reach: Reach = LOOPBACK

    def __post_init__(self) -> None:
        """Make what asks."""

        async def anchors(_trust: tuple[str, ...]) -> Anchors:
            return Anchors.of([Anchor(certificate(self.ca.der), self.ca.der, "ca.cer")])

        async def recorded(wanted: Sequence[str]) -> Mapping[str, bytes]:
            return {one: self.ders[one] for one in wanted if one in self.ders}

        self.asking = Revocations(fetcher(self.hosts, self.reach), recorded, anchors, self.clock)

    def leaf(self, *paths: str, responder: str = "", subject: str = "rec.example") -> pki.Issued:
        """Return a recorded certificate that names CRLs and a responder on our server."""
        extensions = [points(*map(self.server.url, paths))] if paths else []
        extensions += [access(self.server.url(responder))] if responder else []
        made = leaf(self.ca, *extensions, subject=subject)
        self.ders[made.sha256] = made.der
        return made

    async def round(self, *states: TargetState) -> bool:
        """Ask once about what some targets show."""

        def show(known: Mapping[str, Revocation]) -> None:
            self.known, self.shown = known, self.shown + 1

        return await self.asking.round(Snapshot({one.target.id: one for one in states}), show)

    async def later(self, span: timedelta, *states: TargetState) -> None:
        """Ask again after some time."""
        self.clock.at += span
        await self.round(*states)

    def told(self, issued: pki.Issued) -> tuple[Standing, str]:
        """Return what is known of a certificate, and from where."""
        known = self.known[issued.sha256]
        return known.standing, known.source


def in_world(act: Callable[[World], Awaitable[None]]) -> None:
    """Run a scenario against a web server."""

    async def run() -> None:
        async with web() as server:
            await act(World(server))

    asyncio.run(run())


def test_good_by_its_list() -> None:
    """A certificate that its CRL does not name is good."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        world.server.replies["/ca.crl"] = http(crl(world.ca))
        await world.round(state(own, world.ca))
        assert world.told(own) == (GOOD, "crl")

    in_world(act)


def test_revoked_by_its_list() -> None:
    """A certificate that its CRL names was revoked."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        world.server.replies["/ca.crl"] = http(crl(world.ca, entry(own)))
        await world.round(state(own, world.ca))
        assert world.told(own) == (REVOKED, "crl")
        assert world.known[own.sha256].revoked_at == NOW - DAY

    in_world(act)


def test_asked_directly() -> None:
    """A certificate without a CRL is asked about at its responder."""

    async def act(world: World) -> None:
        own = world.leaf(responder="/ocsp")
        world.server.replies["/ocsp"] = http(response(own, world.ca, ocsp.OCSPCertStatus.REVOKED))
        await world.round(state(own, world.ca))
        assert world.told(own) == (REVOKED, "ocsp")
        asked = world.server.requests[0]
        assert ocsp.load_der_ocsp_request(asked.body).serial_number == own.certificate.serial_number
        assert (asked.method, asked.headers["content-type"]) == ("POST", "application/ocsp-request")

    in_world(act)


def test_stapled() -> None:
    """A response that came with the handshake tells without any request."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl", responder="/ocsp")
        staple = Staple("rec.example:443", response(own, world.ca))
        await world.round(state(own, world.ca, staples=(staple,)))
        assert (world.told(own), world.server.asked) == ((GOOD, "staple"), [])

    in_world(act)


@pytest.mark.parametrize("order", [("crl", "ocsp"), ("ocsp", "crl")])
def test_order(order: tuple[str, str]) -> None:
    """Sources are asked in the configured order, and the first that tells ends it."""

    async def act(world: World) -> None:
        own = world.leaf("/crl", responder="/ocsp")
        world.server.replies |= {"/crl": http(crl(world.ca)), "/ocsp": http(response(own, world.ca))}
        await world.round(state(own, world.ca, sources=order))
        assert (world.told(own), world.server.asked) == ((GOOD, order[0]), [f"/{order[0]}"])

    in_world(act)


def test_the_next_source() -> None:
    """A source that cannot tell gives way to the next."""

    async def act(world: World) -> None:
        own = world.leaf("/gone.crl", responder="/ocsp")
        old = response(own, world.ca, begin=NOW - 9 * DAY, end=NOW - DAY)
        world.server.replies["/ocsp"] = http(response(own, world.ca))
        await world.round(state(own, world.ca, staples=(Staple("rec.example:443", old),)))
        assert world.told(own) == (GOOD, "ocsp")

    in_world(act)


def test_only_what_is_configured() -> None:
    """A source that is not in the list is not asked."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl", responder="/ocsp")
        world.server.replies["/ocsp"] = http(response(own, world.ca))
        await world.round(state(own, world.ca, sources=("crl",)))
        assert (world.told(own), world.server.asked) == ((UNKNOWN, ""), ["/ca.crl"])

    in_world(act)


def test_why_it_could_not_be_told() -> None:
    """The sentence names every source and what kept it from telling."""

    async def act(world: World) -> None:
        own = world.leaf("/gone.crl")
        await world.round(state(own, world.ca))
        assert world.known[own.sha256].detail == (
            "staple: the server sent no OCSP response with its certificate; "
            f"crl: the CRL {world.server.url('/gone.crl')} could not be had: "
            "127.0.0.1 answered with HTTP 404; "
            "ocsp: it names no OCSP responder"
        )

    in_world(act)


def test_a_private_address_that_nobody_allowed() -> None:
    """A distribution point in the closed network is told with the key that allows it."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        closed = World(world.server, world.ca, ders=world.ders, reach=Reach())
        await closed.round(state(own, world.ca, sources=("crl",)))
        assert closed.told(own) == (UNKNOWN, "")
        assert "127.0.0.1 is a private address" in closed.known[own.sha256].detail
        assert "list it under issuers.private_addresses" in closed.known[own.sha256].detail
        assert world.server.asked == []

    in_world(act)


def test_allowing_it() -> None:
    """When the configuration allows the address it is asked at once, not at the end of a wait."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        world.server.replies["/ca.crl"] = http(crl(world.ca))
        closed = World(world.server, world.ca, ders=world.ders, reach=Reach())
        shown = state(own, world.ca, sources=("crl",))
        await closed.round(shown)
        closed.asking.use(fetcher())
        await closed.round(shown)
        assert closed.told(own) == (GOOD, "crl")

    in_world(act)


def test_intermediates() -> None:
    """Everything below the anchor is asked about, the anchor is not."""

    async def act(world: World) -> None:
        server = world.server
        middle = pki.issue("Middle", world.ca, ca=True, extensions=[points(server.url("/root.crl"))])
        own = leaf(middle, points(server.url("/middle.crl")))
        world.ders |= {own.sha256: own.der, middle.sha256: middle.der}
        server.replies["/root.crl"] = http(crl(world.ca, entry(middle)))
        server.replies["/middle.crl"] = http(crl(middle))
        await world.round(state(own, middle, world.ca))
        assert {one: known.standing for one, known in world.known.items()} == {
            own.sha256: GOOD,
            middle.sha256: REVOKED,
        }

    in_world(act)


def test_a_staple_is_for_the_leaf() -> None:
    """Where only staples are wanted nothing is asked about CAs and files, since none can come for them."""

    async def act(world: World) -> None:
        middle = pki.authority("Middle", world.ca)
        own = leaf(middle)
        world.ders |= {own.sha256: own.der, middle.sha256: middle.der}
        await world.round(state(own, middle, world.ca, sources=("staple",)))
        assert list(world.known) == [own.sha256]

    in_world(act)


def test_one_list_for_all() -> None:
    """A CRL is fetched once for all certificates that name it."""

    async def act(world: World) -> None:
        leaves = [world.leaf("/ca.crl", subject=f"rec{n}.example") for n in range(40)]
        world.server.replies["/ca.crl"] = http(crl(world.ca, entry(leaves[7])))
        await world.round(*(state(one, world.ca, name=f"{n}:443") for n, one in enumerate(leaves)))
        assert world.server.asked == ["/ca.crl"]
        assert [n for n, one in enumerate(leaves) if world.told(one)[0] is REVOKED] == [7]
        assert sum(known.standing is GOOD for known in world.known.values()) == 39

    in_world(act)


def test_one_certificate_of_many_targets() -> None:
    """A certificate that many targets show is asked about once."""

    async def act(world: World) -> None:
        own = world.leaf(responder="/ocsp")
        world.server.replies["/ocsp"] = http(response(own, world.ca))
        await world.round(*(state(own, world.ca, name=f"{n}:443") for n in range(9)))
        assert world.server.asked == ["/ocsp"]

    in_world(act)


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
        assert world.told(own) == (GOOD, "crl")

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
        assert world.told(own) == (REVOKED, "crl")

    in_world(act)


def test_a_list_that_cannot_be_had_any_more() -> None:
    """While the last list holds the certificate stays good; afterwards it could not be told."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        shown = state(own, world.ca, sources=("crl",))
        world.server.replies["/ca.crl"] = http(crl(world.ca, end=NOW + 8 * HOUR))
        await world.round(shown)
        del world.server.replies["/ca.crl"]
        await world.later(6 * HOUR, shown)
        assert world.told(own) == (GOOD, "crl")
        await world.later(3 * HOUR, shown)
        assert world.told(own)[0] is UNKNOWN

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
        await world.round(shown)
        assert world.told(own) == (GOOD, "crl")

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
        assert world.told(own) == (GOOD, "crl")
        world.server.replies["/ca+.crl"] = http(crl(world.ca, entry(own), extensions=delta))
        await world.later(6 * HOUR, state(own, world.ca))
        assert world.told(own) == (REVOKED, "crl")

    in_world(act)


def test_a_page_instead_of_a_list() -> None:
    """A server that answers everything with a page gives no list."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        world.server.replies["/ca.crl"] = http(b"<html>Welcome</html>")
        await world.round(state(own, world.ca, sources=("crl",)))
        assert world.told(own)[0] is UNKNOWN
        assert "it is no CRL" in world.known[own.sha256].detail

    in_world(act)


def test_held_lists_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are kept up to a number of bytes; the longest ago fetched go first."""
    monkeypatch.setattr(lists, "HELD_BYTES", 700)

    async def act(world: World) -> None:
        leaves = [world.leaf(f"/{n}.crl", subject=f"r{n}") for n in range(10)]
        for n in range(10):
            world.server.replies[f"/{n}.crl"] = http(crl(world.ca))
        await world.round(*(state(one, world.ca, name=f"{n}:1") for n, one in enumerate(leaves)))
        held = world.asking._inquirer._lists._held
        assert 0 < sum(len(one.issued.der) for one in held.values()) <= 700
        assert all(known.standing is GOOD for known in world.known.values())

    in_world(act)


def test_a_bug_costs_one_certificate(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake of ours in judging one certificate is logged, and the others are asked about."""

    async def act(world: World) -> None:
        odd, own = world.leaf("/odd.crl"), world.leaf("/ca.crl", subject="b")
        world.server.replies["/ca.crl"] = http(crl(world.ca))
        real = world.asking._inquirer._lists.get

        async def broken(url: str) -> object:
            if url.endswith("/odd.crl"):
                raise RuntimeError("a bug")
            return await real(url)

        monkeypatch.setattr(world.asking._inquirer._lists, "get", broken)
        await world.round(state(odd, world.ca, name="a:1"), state(own, world.ca, name="b:1"))
        assert (world.told(odd), world.told(own)) == ((UNKNOWN, ""), (GOOD, "crl"))
        assert "ended in a bug of cert-monitor" in caplog.text

    in_world(act)
