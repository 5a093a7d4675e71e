"""A server that shows another certificate at every probe: what is kept of each is bounded."""

import asyncio
from dataclasses import dataclass

from monitor.model import Check, ProbeRequest, ProbeResult
from support.factories.pipeline.world import ROOT, World, batch, showing, target
from support.pki import leaf


@dataclass
class Changing:
    """A source that shows a new certificate at every probe until it is ``settled``."""

    probes: int = 0
    settled: bool = False

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Show the next certificate."""
        self.probes += not self.settled
        return showing(
            request, leaf(f"host{self.probes}.vms.example", ROOT).der if not self.settled else SAME.der
        )


SAME = leaf("same.vms.example", ROOT)


def test_paths_of_certificates_that_never_come_back_are_not_cached() -> None:
    """The path finder's cache grows no more once the target is flapping, and works again after."""
    source = Changing()
    world, one = World(source), target(1)
    pipeline = world.pipeline([one])
    cached = []

    async def probe(times: int) -> None:
        for _ in range(times):
            await pipeline.run(batch(one))
        cached.append(len(pipeline._do.judge._finder._verdicts))

    async def scenario() -> None:
        await probe(10)
        await probe(60)
        assert Check.FLAPPING in {found.check for found in world.board.snapshot.states[one.id].findings}
        source.settled = True
        await probe(5)

    asyncio.run(scenario())
    assert cached[0] == cached[1] <= 5
    assert cached[2] == cached[1] + 1
