"""Tests of what is asked of a server with keys of several types, and what is remembered of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from pydantic import ValidationError

from monitor import parse
from monitor.model import Failure, FailureReason, Policy, ProbeResult, Sighting, text
from monitor.sources.endpoint.connect_options import DIRECT, Endpoint
from monitor.sources.endpoint.key_types import ASK_AGAIN, KeyTypes
from monitor.sources.endpoint.results import join_results
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.tls import KeyType
from support import pki
from support.pki.two_keys import ECDSA, RSA, locations

Served = pki.Issued | Failure
BOTH: dict[KeyType | None, Served] = {KeyType.RSA: RSA, KeyType.ECDSA: ECDSA}
ALERT = Failure(FailureReason.TLS_ALERT, text("no cipher"), "")
RESET = Failure(FailureReason.CLOSED, text("reset"), "")
DOWN = Failure(FailureReason.REFUSED, text("refused"), "")


@dataclass
class Server:
    """Answer from what it holds for each key type, and by its own choice; note what it is asked."""

    holds: dict[KeyType | None, Served]
    asked: list[str] = field(default_factory=list)

    async def ask(self, key_type: KeyType | None, location: str) -> ProbeResult:
        """Return what one handshake gives."""
        self.asked.append(str(key_type or "any"))
        held = self.holds.get(key_type, ALERT)
        if isinstance(held, Failure):
            return ProbeResult(failures=(Failure(held.reason, held.message, location),))
        return ProbeResult(
            (Sighting(location, 0, parse.parse_certificate(held.der)),),
            (),
            {held.sha256: held.der},
            encrypted=True,
        )


def probe(known: KeyTypes, server: Server, now: float = 0.0) -> ProbeResult:
    """Return what one probe gives."""
    return join_results(asyncio.run(known.probe("one", "h:1", server.ask, now)))


def probes(servers: Sequence[Server], known: KeyTypes | None = None) -> ProbeResult:
    """Return the result of the last of several probes."""
    known = known or KeyTypes()
    return [probe(known, server) for server in servers][-1]


def test_both() -> None:
    """A server with both shows each at a location of its own."""
    seen = probe(KeyTypes(), Server(BOTH))
    assert (locations(seen), seen.failures) == (
        [("h:1 (RSA)", RSA.sha256), ("h:1 (ECDSA)", ECDSA.sha256)],
        (),
    )


ONE = {"RSA": (RSA, KeyType.RSA, KeyType.ECDSA), "ECDSA": (ECDSA, KeyType.ECDSA, KeyType.RSA)}


@pytest.mark.parametrize(("issued", "has", "lacks"), ONE.values(), ids=ONE)
@pytest.mark.parametrize("refusal", [ALERT, RESET], ids=["alert", "reset"])
def test_only_one(issued: pki.Issued, has: KeyType, lacks: KeyType, refusal: Failure) -> None:
    """A server that lacks a type shows the other one, and that is no failure."""
    seen = probe(KeyTypes(), Server({has: issued, lacks: refusal}))
    assert (locations(seen), seen.failures) == ([(f"h:1 ({has})", issued.sha256)], ())


def test_lacking_is_remembered() -> None:
    """A type that a server lacks is asked for once a day."""
    known, server = KeyTypes(), Server({KeyType.RSA: RSA})
    for now in (0.0, 1.0, ASK_AGAIN - 1, ASK_AGAIN, ASK_AGAIN + 1):
        probe(known, server, now)
    assert server.asked == ["RSA", "ECDSA", "RSA", "RSA", "RSA", "ECDSA", "RSA"]


def test_gained() -> None:
    """A type that a server has gained is seen after a day."""
    known = KeyTypes()
    probe(known, Server({KeyType.RSA: RSA}))
    assert len(probe(known, Server(BOTH), ASK_AGAIN).sightings) == 2


def test_servers_apart() -> None:
    """What is remembered of one server says nothing of another."""
    known, server = KeyTypes(), Server({KeyType.RSA: RSA})
    for key in ("one", "two"):
        asyncio.run(known.probe(key, "h:1", server.ask, 0))
    assert server.asked == ["RSA", "ECDSA", "RSA", "ECDSA"]


def test_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many servers are remembered."""
    monkeypatch.setattr("monitor.sources.endpoint.key_types.MOST_SERVERS", 1)
    known, server = KeyTypes(), Server({KeyType.RSA: RSA})
    for key in ("one", "two", "one"):
        asyncio.run(known.probe(key, "h:1", server.ask, 0))
    assert server.asked == ["RSA", "ECDSA"] * 3


def test_other_type_all_the_same() -> None:
    """A server that shows the other certificate than was asked for does not have that type."""
    seen = probe(KeyTypes(), Server({KeyType.RSA: RSA, KeyType.ECDSA: RSA}))
    assert (locations(seen), seen.failures) == ([("h:1 (RSA)", RSA.sha256)], ())


def test_first_refusal_is_doubted() -> None:
    """A type that was shown and is refused once is a failure at its location: the network may be to blame."""
    seen = probes([Server(BOTH), Server({KeyType.RSA: RSA, KeyType.ECDSA: RESET})])
    assert (locations(seen), [one.location for one in seen.unreachable_failures]) == (
        [("h:1 (RSA)", RSA.sha256)],
        ["h:1 (ECDSA)"],
    )


def test_second_refusal_is_believed() -> None:
    """A type that was shown and is refused twice is gone, and that is no failure."""
    without = Server({KeyType.RSA: RSA})
    seen = probes([Server(BOTH), without, without])
    assert (locations(seen), seen.failures) == ([("h:1 (RSA)", RSA.sha256)], ())


def test_doubt_is_forgotten() -> None:
    """A type that came back after a refusal is doubted anew at the next one."""
    without = Server({KeyType.RSA: RSA})
    seen = probes([Server(BOTH), without, Server(BOTH), without])
    assert [one.location for one in seen.failures] == ["h:1 (ECDSA)"]


def test_unreachable() -> None:
    """A server that is unreachable is tried once, and the failure is one of both locations."""
    server = Server({KeyType.RSA: DOWN, KeyType.ECDSA: DOWN})
    seen = probe(KeyTypes(), server)
    assert (seen.failures, server.asked) == (
        (Failure(FailureReason.REFUSED, text("refused"), "h:1"),),
        ["RSA"],
    )


def test_unreachable_half_way() -> None:
    """A failure that says nothing of key types is one of the location that was asked for."""
    seen = probe(KeyTypes(), Server({KeyType.RSA: RSA, KeyType.ECDSA: DOWN}))
    assert [(one.location, one.reason) for one in seen.unreachable_failures] == [
        ("h:1 (ECDSA)", FailureReason.REFUSED)
    ]


def test_unreachable_is_not_lacking() -> None:
    """A type that could not be asked for is asked for at the next probe."""
    known = KeyTypes()
    probe(known, Server({KeyType.RSA: RSA, KeyType.ECDSA: DOWN}))
    assert len(probe(known, Server(BOTH)).sightings) == 2


def test_unreadable() -> None:
    """A certificate that cannot be read is a failure at its location, not a type that is lacking."""
    bad = Failure(FailureReason.BAD_CERTIFICATE, text("bad"), "")
    seen = probe(KeyTypes(), Server({KeyType.RSA: bad, KeyType.ECDSA: ECDSA}))
    assert [one.location for one in seen.unreachable_failures] == ["h:1 (RSA)"]


def test_any_type() -> None:
    """A server that shows a certificate only by its own choice is seen, at a location that says so."""
    seen = probe(KeyTypes(), Server({None: ECDSA}))
    assert (locations(seen), seen.failures) == ([("h:1 (any type)", ECDSA.sha256)], ())


def test_any_type_is_remembered() -> None:
    """Such a server is spared the refused handshakes for a day."""
    known, server = KeyTypes(), Server({None: ECDSA})
    for now in (0.0, 1.0, ASK_AGAIN):
        probe(known, server, now)
    assert server.asked == ["RSA", "ECDSA", "any", "any", "RSA", "ECDSA", "any"]


def test_any_type_and_down() -> None:
    """A failure of such a server is one of the server."""
    seen = probes([Server({None: ECDSA}), Server({None: DOWN})])
    assert seen.failures == (Failure(FailureReason.REFUSED, text("refused"), "h:1"),)


def test_refuses_everybody() -> None:
    """A server that refuses everybody gets one handshake a probe after the first, and one failure."""
    known, server = KeyTypes(), Server({})
    seen = [probe(known, server) for _ in range(3)]
    assert server.asked == ["RSA", "ECDSA", "any", "any", "any"]
    assert {one.failures for one in seen} == {(Failure(FailureReason.TLS_ALERT, text("no cipher"), "h:1"),)}


def test_back_again() -> None:
    """A server that had refused everybody is asked for every type as soon as it shows anything."""
    seen = probes([Server({}), Server({}), Server({**BOTH, None: RSA})])
    assert [one.location for one in seen.sightings] == ["h:1 (RSA)", "h:1 (ECDSA)"]


def test_outage_of_a_known_server() -> None:
    """An outage by refusal costs a server with both types nothing: all are seen again after it."""
    seen = probes([Server(BOTH), *[Server({})] * 4, Server({**BOTH, None: RSA})])
    assert [one.location for one in seen.sightings] == ["h:1 (RSA)", "h:1 (ECDSA)"]


def test_default_costs_nothing() -> None:
    """Without the key an endpoint is reached directly, in one handshake."""
    settings = EndpointSettings(address="h:1").target(Policy()).settings
    assert isinstance(settings, Endpoint)
    assert (settings.connect, settings.connect.direct) == (DIRECT, True)


def test_unknown_word() -> None:
    """Only preferred and all can be written."""
    with pytest.raises(ValidationError):
        EndpointSettings.model_validate({"address": "h:1", "key_types": "both"})
