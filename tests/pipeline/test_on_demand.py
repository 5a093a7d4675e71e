"""A probe because somebody asks now: bounded in number and time, and only at allowed addresses."""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.assess import PathFinder
from monitor.clock import SystemClock
from monitor.model import (
    Anchors,
    Failure,
    FailureReason,
    Policy,
    ProbeRequest,
    ProbeResult,
    Source,
    Target,
    TargetState,
    text,
)
from monitor.network.allow import Allowed
from monitor.network.resolve import Address, NameLookup, Resolver
from monitor.pipeline import Judge
from monitor.pipeline.on_demand import AT_ONCE, WAITING, BusyError, NotAllowedError, OnDemandProber
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.registry import sources
from support.pki import TODAY, authority, leaf
from support.servers.tls.peers import TlsPeer, listening, server_context, speaking_tls
from support.written import written

SOON = timedelta(seconds=5)
"""How long a probe may take here; no test waits for it."""


def target(address: str, timeout: timedelta = SOON) -> Target:
    """Return an endpoint."""
    return EndpointSettings(address=address).target(Policy(timeout=timeout))


@dataclass
class FakeResolver:
    """Answer look-ups with the next of some prepared answers, and count them."""

    answers: list[tuple[str, ...] | OSError | None]
    asked: list[str] = field(default_factory=list)

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Return the next answer; ``None`` is none at all."""
        self.asked.append(host)
        answer = self.answers.pop(0)
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, OSError):
            raise answer
        return tuple(Address(socket.AF_INET, (text, port)) for text in answer or ())


@dataclass
class Slow:
    """Probe until allowed to end; count how many probe at once, and keep what was probed."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    now: int = 0
    most: int = 0
    seen: list[ProbeRequest] = field(default_factory=list)

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Take a while."""
        self.seen.append(request)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self.go.wait()
        finally:
            self.now -= 1
        return ProbeResult(failures=(Failure(FailureReason.REFUSED, text("refused"), request.location),))


@dataclass
class Asking:
    """Say which address a probe would go to."""

    resolver: NameLookup

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Fail with the address."""
        await asyncio.sleep(0)
        (found,) = await self.resolver.addresses("a.example", 443)
        return ProbeResult(failures=(Failure(FailureReason.REFUSED, text(found.text), request.location),))


@dataclass
class Broken:
    """Raise, as a bug would."""

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Fail."""
        raise LookupError(request.target_id)


async def no_anchors(trust: tuple[str, ...]) -> Anchors:
    """Return no anchors."""
    return Anchors()


async def buggy_anchors(trust: tuple[str, ...]) -> Anchors:
    """Fail, as a bug would."""
    raise LookupError(*trust)


def probing(names: NameLookup, source: Source | None = None, anchors: object = no_anchors) -> OnDemandProber:
    """Return what probes with these names, through the real endpoint source unless another is given."""

    def sources_by_kind(resolver: NameLookup) -> Mapping[str, Source]:
        return {"endpoint": source} if source else sources(resolver)

    return OnDemandProber(names, sources_by_kind, anchors, Judge(PathFinder()), SystemClock())  # type: ignore[arg-type]


def probe(
    names: FakeResolver, address: str, allow: Sequence[str], source: Source | None = None
) -> TargetState:
    """Return what one probe shows."""
    return asyncio.run(probing(names, source).probe(target(address), Allowed(allow), SOON))


def test_probes_the_target(tmp_path: Path) -> None:
    """A probe shows and judges the certificate that the target serves."""
    ca = authority("Test CA", at=TODAY)
    served = leaf("rec.example", ca, at=TODAY)

    async def run() -> TargetState:
        async with listening(speaking_tls(server_context(served))) as port:
            return await probing(FakeResolver([("127.0.0.1",)])).probe(
                target(f"rec.example:{port}"), Allowed(["*.example:*"]), SOON
            )

    state = asyncio.run(run())
    assert (state.up, [s.certificate.sha256 for s in state.sightings]) == (True, [served.sha256])
    assert [finding.check for finding in state.findings] == ["trust"]


def has_version_6() -> bool:
    """Return whether this machine has the IPv6 loopback."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_version_6(), reason="this machine has no IPv6 loopback (::1)")
def test_address_of_version_6() -> None:
    """An IPv6 address is listed in brackets and probed as it is."""

    async def run() -> TargetState:
        async with listening(speaking_tls(server_context(leaf("rec.example"))), "::1") as port:
            return await probing(Resolver()).probe(target(f"[::1]:{port}"), Allowed(["[::1]:*"]), SOON)

    state = asyncio.run(run())
    assert (state.up, state.target.id.startswith("endpoint:[::1]:")) == (True, True)


def test_outside_is_not_looked_up() -> None:
    """For a name that the list cannot allow not even its name is looked up."""
    names = FakeResolver([("127.0.0.1",)])
    with pytest.raises(NotAllowedError):
        probe(names, "evil.example:443", ["*.vms.example:443"])
    assert names.asked == []


def test_name_into_a_forbidden_address() -> None:
    """A listed name that leads out of the listed networks is not connected to."""
    source = Slow()
    with pytest.raises(NotAllowedError):
        probe(
            FakeResolver([("127.0.0.1",)]),
            "rec.vms.example:443",
            ["*.vms.example:443", "10.0.0.0/8:443"],
            source,
        )
    assert source.seen == []


def test_second_answer_of_a_name() -> None:
    """A name server that answers differently the second time gains nothing: the name is looked up once."""

    async def run() -> tuple[TargetState, list[str], int]:
        peers: list[TlsPeer] = []
        names = FakeResolver([("127.0.0.2", "127.0.0.3"), ("127.0.0.1",)])
        async with listening(speaking_tls(server_context(leaf("rec.example")), peers)) as port:
            state = await probing(names).probe(
                target(f"rec.example:{port}"), Allowed(["127.0.0.2/31:*"]), SOON
            )
            return state, names.asked, len(peers)

    state, asked, connections = asyncio.run(run())
    assert (state.up, asked, connections) == (False, ["rec.example"], 0)


def test_only_allowed_addresses_of_a_name() -> None:
    """Of a name's addresses only the allowed ones are connected to."""

    async def run() -> tuple[TargetState, int]:
        peers: list[TlsPeer] = []
        names = FakeResolver([("127.0.0.1", "127.0.0.2")])
        async with listening(speaking_tls(server_context(leaf("rec.example")), peers)) as port:
            state = await probing(names).probe(
                target(f"rec.example:{port}"), Allowed(["127.0.0.2/32:*"]), SOON
            )
            return state, len(peers)

    state, connections = asyncio.run(run())
    assert (state.failures[0].reason, connections) == (FailureReason.REFUSED, 0)


def test_unknown_name() -> None:
    """A listed name that cannot be resolved is a target that is not up."""
    state = probe(FakeResolver([OSError("no such name")]), "rec.example:443", ["*.example:443"])
    assert (state.up, state.failures[0].reason) == (False, FailureReason.DNS)


def test_name_server_that_does_not_answer() -> None:
    """A name server that says nothing costs the time of the probe and no more."""
    prober = probing(FakeResolver([None]))
    state = asyncio.run(prober.probe(target("rec.example:443"), Allowed(["*:*"]), timedelta(milliseconds=50)))
    assert written(state.failures[0]) == (
        "rec.example cannot be resolved: no answer from name resolution in time"
    )


def test_time_is_the_shortest() -> None:
    """The probe gets the time that is left when the policy allows more, and keeps a shorter one."""

    async def run() -> list[timedelta]:
        source = Slow()
        source.go.set()
        prober = probing(FakeResolver([("127.0.0.1",)] * 2), source)
        for timeout in (timedelta(minutes=1), timedelta(seconds=1)):
            await prober.probe(target("a.example:443", timeout), Allowed(["*:*"]), SOON)
        return [one.timeout for one in source.seen]

    left, own = asyncio.run(run())
    assert (timedelta(seconds=4) < left <= SOON, own) == (True, timedelta(seconds=1))


def test_bounded_at_once() -> None:
    """No more than so many probe at once; who cannot begin in time is reported, the others are answered."""

    async def run() -> tuple[int, int, int]:
        source = Slow()
        prober = probing(FakeResolver([("127.0.0.1",)] * (AT_ONCE + 3)), source)
        patient = [
            asyncio.create_task(prober.probe(target("a.example:443"), Allowed(["*:*"]), SOON))
            for _ in range(AT_ONCE)
        ]
        hasty = [
            asyncio.create_task(
                prober.probe(target("a.example:443"), Allowed(["*:*"]), timedelta(milliseconds=50))
            )
            for _ in range(3)
        ]
        refused = await asyncio.gather(*hasty, return_exceptions=True)
        source.go.set()
        states = await asyncio.gather(*patient)
        again = await prober.probe(target("a.example:443"), Allowed(["*:*"]), SOON)
        busy = sum(isinstance(one, BusyError) for one in refused)
        return source.most, busy, len([*states, again])

    assert asyncio.run(run()) == (AT_ONCE, 3, AT_ONCE + 1)


def test_proxy() -> None:
    """A proxy looks names up itself: only what is listed by name goes through, not looked up here."""

    async def run() -> tuple[list[str], list[str]]:
        names, source = FakeResolver([]), Slow()
        source.go.set()
        prober = probing(names, source)
        for host in ("rec.vms.example", "10.0.0.1", "other.example", "192.0.2.1"):
            settings = EndpointSettings(address=f"{host}:443", proxy="http://127.0.0.1:3128")
            with suppress(NotAllowedError):
                await prober.probe(
                    settings.target(Policy()), Allowed(["*.vms.example:443", "10.0.0.1:443"]), SOON
                )
        return [one.host for one in source.seen], names.asked

    assert asyncio.run(run()) == (["rec.vms.example", "10.0.0.1"], [])


def test_sources_are_made_once() -> None:
    """Probes share their sources, which may hold threads, and each still gets its own answer."""

    async def run() -> tuple[int, list[str]]:
        made: list[NameLookup] = []

        def sources_by_kind(resolver: NameLookup) -> Mapping[str, Source]:
            made.append(resolver)
            return {"endpoint": Asking(resolver)}

        names = FakeResolver([("127.0.0.1",), ("127.0.0.2",)])
        prober = OnDemandProber(names, sources_by_kind, no_anchors, Judge(PathFinder()), SystemClock())
        states = await asyncio.gather(
            *(prober.probe(target("a.example:443"), Allowed(["*:*"]), SOON) for _ in range(2))
        )
        return len(made), [written(state.failures[0]) for state in states]

    assert asyncio.run(run()) == (1, ["127.0.0.1", "127.0.0.2"])


def test_bounded_waiting() -> None:
    """Of too many at once the last are reported at once, though they would have had time."""

    async def run() -> tuple[int, int]:
        source, count = Slow(), AT_ONCE + WAITING + 5
        prober = probing(FakeResolver([("127.0.0.1",)] * count), source)
        tasks = [
            asyncio.create_task(prober.probe(target("a.example:443"), Allowed(["*:*"]), SOON))
            for _ in range(count)
        ]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        source.go.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        return len(done), sum(isinstance(one, BusyError) for one in results)

    assert asyncio.run(run()) == (5, 5)


def test_bug_in_a_source(caplog: pytest.LogCaptureFixture) -> None:
    """A bug while probing is a target that is not up, and a line in the log."""
    state = probe(FakeResolver([("127.0.0.1",)]), "rec.example:443", ["*:*"], Broken())
    assert (state.up, state.failures[0].reason, "bug" in caplog.text) == (False, FailureReason.INTERNAL, True)


def test_bug_in_judging(caplog: pytest.LogCaptureFixture) -> None:
    """A bug while judging is a target that is not up, and a line in the log."""

    async def run() -> TargetState:
        source = Slow()
        source.go.set()
        prober = probing(FakeResolver([("127.0.0.1",)]), source, buggy_anchors)
        return await prober.probe(target("rec.example:443"), Allowed(["*:*"]), SOON)

    state = asyncio.run(run())
    assert (state.up, state.failures[0].reason, "bug" in caplog.text) == (False, FailureReason.INTERNAL, True)
