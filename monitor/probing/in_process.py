"""Probe batches in this process, within one limit for all of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.model import Clock, Observation, ProbeRequest, Source
from monitor.probing.batch import ProbeBatch
from monitor.probing.gate import Gate
from monitor.probing.probe_one import probe
from monitor.probing.runner import Take

SLICE = 0.5
"""Seconds after which the answers of a batch are handed over while slow probes still run: a black-holed host
delays nobody's result but its own."""


class InProcessRunner:
    """Probe with the sources of this process; any number of batches may be under way at once."""

    def __init__(self, sources: Mapping[str, Source], gate: Gate, clock: Clock) -> None:
        """Take the sources by kind, and the gate that all batches share."""
        self._sources = sources
        self._gate = gate
        self._clock = clock

    async def run(
        self, batch_id: str, requests: Sequence[ProbeRequest], take: Take, expires_at: datetime | None
    ) -> None:
        """Probe the targets of a batch as the gate opens and hand the answers over, twice a second."""
        del batch_id
        batch = ProbeBatch(self._probe, requests, self._gate, lambda: self._expired(expires_at))
        try:
            while answers := await batch.taken(SLICE):
                await take(answers)
        finally:
            if answers := await batch.abandon():
                await take(answers)

    async def _probe(self, request: ProbeRequest) -> Observation:
        return await probe(request, self._sources, self._clock)

    def _expired(self, at: datetime | None) -> bool:
        return at is not None and self._clock.now() >= at
