"""A bug in judging one target: it is said of that target, and everything else goes on."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

import pytest

from monitor.assess import PathFinder
from monitor.assess.paths.links import CertificateWithDer
from monitor.daemon.targets.state_loader import StateLoader
from monitor.model import (
    AlertKey,
    AlertRecord,
    Anchors,
    FailureReason,
    Message,
    Path,
    ProbeRequest,
    ProbeResult,
    Silence,
    Target,
    TargetState,
)
from monitor.parse import parse_certificate
from monitor.pipeline import Board, Judge, Pipeline, PipelineServices
from monitor.pipeline.alert_pass import AlertPass, AlertStore
from monitor.store import Store
from support.factories.pipeline.world import ANCHORS, HOUR, ROOT, FakeClock, World, batch, showing, target
from support.pki import NOW, days, leaf

ODD = leaf("odd.vms.example", ROOT)
GOOD = leaf("good.vms.example", ROOT, end=days(40), start=days(-300))


class Stumbling(PathFinder):
    """A path finder with a bug that one certificate triggers."""

    def find(
        self,
        location: str,
        chain: Sequence[CertificateWithDer],
        anchors: Anchors,
        now: datetime,
        *,
        keep: bool = True,
    ) -> Path:
        """Raise for that certificate."""
        if chain[0][0].sha256 == ODD.sha256:
            raise OverflowError("a bug")
        return super().find(location, chain, anchors, now, keep=keep)


class ShowsOdd:
    """A source that shows the odd certificate at one target."""

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Return it, or a good one."""
        return showing(request, (ODD if request.target_id == target(1).id else GOOD).der)


@dataclass
class Ders:
    """Give out the bytes of both certificates."""

    fault: Message | None = None

    async def ders(self, _: Sequence[str]) -> Mapping[str, bytes]:
        """Return them."""
        return {ODD.sha256: ODD.der, GOOD.sha256: GOOD.der}

    async def open_alerts(self) -> Mapping[AlertKey, AlertRecord]:
        """Return none."""
        return {}

    async def silences(self) -> tuple[Silence, ...]:
        """Return none."""
        return ()

    async def notify(self, *_: object) -> None:
        """Forget the alerts."""

    async def fact(self, _: str) -> str:
        """Return when the first pass started."""
        return NOW.isoformat()

    async def load(
        self, targets: Sequence[Target]
    ) -> AsyncIterator[list[tuple[TargetState, Mapping[str, bytes]]]]:
        """Yield a state for each target, as recorded."""
        yield [(known(one), await self.ders(())) for one in targets]


async def anchors(_: tuple[str, ...]) -> Anchors:
    """Return the one anchor."""
    return ANCHORS


def known(one: Target) -> TargetState:
    """Return the state of a target that showed its certificate an hour ago."""
    shown = showing(one.request, (ODD if one.id == target(1).id else GOOD).der).sightings
    return TargetState(one, NOW - HOUR, NOW - HOUR, succeeded_at=NOW - HOUR, sightings=shown)


def test_a_bug_in_judging_costs_only_its_own_target(caplog: pytest.LogCaptureFixture) -> None:
    """That target fails with the reason internal and a traceback in the log; the batch goes on."""
    world = World(ShowsOdd())
    usual = world.pipeline([target(1), target(2)])._do
    services = PipelineServices(
        **{name: getattr(usual, name) for name in usual.__slots__ if name != "judge"},
        judge=Judge(Stumbling()),
    )
    asyncio.run(Pipeline(services).run(batch(target(1), target(2))))
    odd, good = (world.board.snapshot.states[target(number).id] for number in (1, 2))
    assert [failure.reason for failure in odd.failures] == [FailureReason.INTERNAL]
    assert (odd.up, good.up, world.counters.failures) == (False, True, [("endpoint", FailureReason.INTERNAL)])
    assert sorted(name for names in world.store.batches for name in names) == [odd.target.id, good.target.id]
    assert "OverflowError: a bug" in caplog.text


def test_a_bug_in_judging_again_does_not_end_the_alert_pass(caplog: pytest.LogCaptureFixture) -> None:
    """The others are judged again, and the one stays as it was until its next probe, said once."""

    async def scenario() -> Board:
        board = Board()
        states = [
            Judge(PathFinder()).again(known(target(n)), await Ders().ders(()), ANCHORS, NOW) for n in (1, 2)
        ]
        board.replace(states)
        passes = AlertPass(board, Judge(Stumbling()), anchors, cast(AlertStore, Ders()))
        for minute in (0, 1):
            at = days(500 + minute)
            await passes.run(at, {}, notify_all_renewals=False)
        return board

    with caplog.at_level(logging.ERROR):
        board = asyncio.run(scenario())
    odd, good = (board.snapshot.states[target(number).id] for number in (1, 2))
    assert [finding.check.value for finding in good.assessment.findings][:1] == ["expiry"]
    assert (odd.sightings[0].certificate, odd.assessment.next_change_at) == (parse_certificate(ODD.der), None)
    assert caplog.text.count("OverflowError: a bug") == 1


def test_a_bug_in_judging_does_not_prevent_the_start(caplog: pytest.LogCaptureFixture) -> None:
    """The daemon starts with that target as it was recorded."""
    board = Board()
    loader = StateLoader(cast("Store", Ders()), Judge(Stumbling()), anchors, FakeClock())
    asyncio.run(loader.load_onto(board, [target(1), target(2)]))
    odd, good = (board.snapshot.states[target(number).id] for number in (1, 2))
    assert (odd, len(good.assessment.paths)) == (replace(known(target(1))), 1)
    assert "OverflowError: a bug" in caplog.text
