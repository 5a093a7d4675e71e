"""Rounds of revocation queries: which issuers, about what, and the results; with real servers."""

import pytest
from cryptography.x509 import ocsp

from monitor.http.policy import UrlPolicy
from monitor.http.texts import address_private, status
from monitor.issuers import texts
from monitor.model import Staple
from monitor.model.texts import joined
from support import pki
from support.factories.issuers.revocation_world import GOOD, REVOKED, UNKNOWN, World, in_world, state
from support.pki.crls import crl, entry, points
from support.pki.ocsp import response
from support.servers.issuers.issuer_world import DAY, NOW, fetcher, leaf
from support.servers.web.server import http


def test_good_by_its_list() -> None:
    """A certificate that its CRL does not name is good."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        world.server.replies["/ca.crl"] = http(crl(world.ca))
        await world.round(state(own, world.ca))
        assert world.status_of(own) == (GOOD, "crl")

    in_world(act)


def test_revoked_by_its_list() -> None:
    """A certificate that its CRL names was revoked."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        world.server.replies["/ca.crl"] = http(crl(world.ca, entry(own)))
        await world.round(state(own, world.ca))
        assert world.status_of(own) == (REVOKED, "crl")
        assert world.known[own.sha256].revoked_at == NOW - DAY

    in_world(act)


def test_asked_directly() -> None:
    """A certificate without a CRL is asked about at its responder."""

    async def act(world: World) -> None:
        own = world.leaf(responder="/ocsp")
        world.server.replies["/ocsp"] = http(response(own, world.ca, ocsp.OCSPCertStatus.REVOKED))
        await world.round(state(own, world.ca))
        assert world.status_of(own) == (REVOKED, "ocsp")
        asked = world.server.requests[0]
        assert ocsp.load_der_ocsp_request(asked.body).serial_number == own.certificate.serial_number
        assert (asked.method, asked.headers["content-type"]) == ("POST", "application/ocsp-request")

    in_world(act)


def test_stapled() -> None:
    """A response that came with the handshake is used without any request."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl", responder="/ocsp")
        staple = Staple("rec.example:443", response(own, world.ca))
        await world.round(state(own, world.ca, staples=(staple,)))
        assert (world.status_of(own), world.server.asked) == ((GOOD, "staple"), [])

    in_world(act)


@pytest.mark.parametrize("order", [("crl", "ocsp"), ("ocsp", "crl")])
def test_order(order: tuple[str, str]) -> None:
    """Sources are asked in the configured order up to the first with an answer."""

    async def act(world: World) -> None:
        own = world.leaf("/crl", responder="/ocsp")
        world.server.replies |= {"/crl": http(crl(world.ca)), "/ocsp": http(response(own, world.ca))}
        await world.round(state(own, world.ca, sources=order))
        assert (world.status_of(own), world.server.asked) == ((GOOD, order[0]), [f"/{order[0]}"])

    in_world(act)


def test_the_next_source() -> None:
    """A source without an answer is followed by the next."""

    async def act(world: World) -> None:
        own = world.leaf("/gone.crl", responder="/ocsp")
        old = response(own, world.ca, begin=NOW - 9 * DAY, end=NOW - DAY)
        world.server.replies["/ocsp"] = http(response(own, world.ca))
        await world.round(state(own, world.ca, staples=(Staple("rec.example:443", old),)))
        assert world.status_of(own) == (GOOD, "ocsp")

    in_world(act)


def test_only_what_is_configured() -> None:
    """A source that is not in the list is not asked."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl", responder="/ocsp")
        world.server.replies["/ocsp"] = http(response(own, world.ca))
        await world.round(state(own, world.ca, sources=("crl",)))
        assert (world.status_of(own), world.server.asked) == ((UNKNOWN, ""), ["/ca.crl"])

    in_world(act)


def test_why_it_is_unknown() -> None:
    """The sentence names every source and why it has no answer."""

    async def act(world: World) -> None:
        own = world.leaf("/gone.crl")
        await world.round(state(own, world.ca))
        source = texts.the_crl(url=world.server.url("/gone.crl"))
        missing = status(server="127.0.0.1", status=404)
        assert world.known[own.sha256].message == joined(
            (
                texts.NO_STAPLE,
                texts.not_fetched(source=source, problem=missing),
                texts.NO_RESPONDER_NAMED,
            )
        )

    in_world(act)


def test_a_private_address_that_nobody_allowed() -> None:
    """A distribution point in the closed network is reported with the key that allows it."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        closed = World(world.server, world.ca, ders=world.ders, policy=UrlPolicy())
        await closed.round(state(own, world.ca, sources=("crl",)))
        assert closed.status_of(own) == (UNKNOWN, "")
        message = closed.known[own.sha256].message
        assert message is not None
        assert dict(message.parameters)["problem"] == address_private(address="127.0.0.1")
        assert world.server.asked == []

    in_world(act)


def test_allowing_it() -> None:
    """When the configuration allows the address it is asked at once, not at the end of a wait."""

    async def act(world: World) -> None:
        own = world.leaf("/ca.crl")
        world.server.replies["/ca.crl"] = http(crl(world.ca))
        closed = World(world.server, world.ca, ders=world.ders, policy=UrlPolicy())
        shown = state(own, world.ca, sources=("crl",))
        await closed.round(shown)
        closed.asking.use(fetcher())
        await closed.round(shown)
        assert closed.status_of(own) == (GOOD, "crl")

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
        assert {one: known.status for one, known in world.known.items()} == {
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
        assert [n for n, one in enumerate(leaves) if world.status_of(one)[0] is REVOKED] == [7]
        assert sum(known.status is GOOD for known in world.known.values()) == 39

    in_world(act)


def test_one_certificate_of_many_targets() -> None:
    """A certificate that many targets show is asked about once."""

    async def act(world: World) -> None:
        own = world.leaf(responder="/ocsp")
        world.server.replies["/ocsp"] = http(response(own, world.ca))
        await world.round(*(state(own, world.ca, name=f"{n}:443") for n in range(9)))
        assert world.server.asked == ["/ocsp"]

    in_world(act)
