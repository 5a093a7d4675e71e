"""One probe of one target: every result and error becomes an observation."""

import logging
from collections.abc import Mapping
from datetime import timedelta

from monitor.deadlines import Deadlines
from monitor.model import (
    Clock,
    Failure,
    FailureReason,
    Message,
    Observation,
    ProbeRequest,
    ProbeResult,
    Source,
)
from monitor.probing import texts
from monitor.probing.time_limit import TimeLimit

log = logging.getLogger(__name__)

GRACE = timedelta(seconds=5)
"""How long past its own timeout a source may take before it is given up; sources keep their time themselves
so that what arrived before the end is not lost."""


class Prober:
    """Probes with the sources of this process, on one loop."""

    def __init__(self, sources: Mapping[str, Source], clock: Clock) -> None:
        """Take the sources by kind."""
        self._sources = sources
        self._clock = clock
        self._deadlines = Deadlines()

    async def probe(self, request: ProbeRequest) -> Observation:
        """Return what one probe gave; a bug in a source gives reason ``internal`` and a logged traceback."""
        started_at, start = self._clock.now(), self._clock.monotonic()
        result = await self._result(request)
        duration = timedelta(seconds=max(0.0, self._clock.monotonic() - start))
        return Observation(request.target_id, started_at, duration, result)

    async def _result(self, request: ProbeRequest) -> ProbeResult:
        limit = request.timeout + GRACE
        try:
            with TimeLimit(limit.total_seconds(), self._deadlines):
                return await self._sources[request.settings.kind].probe(request)
        except TimeoutError:
            said = texts.probe_timeout(location=request.location, timeout=limit)
            return _failed(FailureReason.TIMEOUT, said)
        except Exception as error:
            log.exception("a probe of %s failed with a bug of cert-monitor", request.target_id)
            return internal_failure(error)


def internal_failure(error: Exception) -> ProbeResult:
    """Return the result of a probe that failed with an error of ours."""
    return _failed(FailureReason.INTERNAL, texts.bug(error=type(error).__name__))


def _failed(reason: FailureReason, message: Message) -> ProbeResult:
    return ProbeResult(failures=(Failure(reason, message),))
