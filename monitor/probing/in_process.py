"""Probe batches in this process, within one limit for all of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from monitor.model import Clock, ProbeRequest, Source
from monitor.probing.batch import ProbeBatch
from monitor.probing.limiter import ProbeLimiter
from monitor.probing.probe_one import Prober
from monitor.probing.runner import Take

SLICE = 0.5
"""Seconds after which the answers of a batch are handed over while slow probes still run: a black-holed host
delays only its own result."""


class InProcessRunner:
    """Probe with the sources of this process; any number of batches may be under way at once."""

    def __init__(
        self, sources: Mapping[str, Source], limiter: ProbeLimiter, clock: Clock, every: float = SLICE
    ) -> None:
        """Take the sources by kind and the limiter of all batches; ``every`` is in seconds, see ``SLICE``."""
        self._prober = Prober(sources, clock)
        self._limiter = limiter
        self._clock = clock
        self._every = every

    async def run(
        self, batch_id: str, requests: Sequence[ProbeRequest], take: Take, expires_at: datetime | None
    ) -> None:
        """Probe the targets of a batch as the limiter admits them and hand the answers over as they come."""
        del batch_id
        expired = partial(self._reached, expires_at) if expires_at is not None else None
        batch = ProbeBatch(self._prober.probe, requests, self._limiter, expired)
        try:
            while answers := await batch.taken(self._every):
                await take(answers)
        finally:
            if answers := await batch.abandon():
                await take(answers)

    def _reached(self, at: datetime) -> bool:
        return self._clock.now() >= at
