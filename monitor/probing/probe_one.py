"""One probe of one target: every result and error becomes an observation."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta

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

log = logging.getLogger(__name__)

GRACE = timedelta(seconds=5)
"""How long past its own timeout a source may take before it is given up; sources keep their time themselves
so that what arrived before the end is not lost."""


async def probe(request: ProbeRequest, sources: Mapping[str, Source], clock: Clock) -> Observation:
    """Return what one probe gave; a bug in a source becomes reason ``internal`` and a logged traceback."""
    started_at, start = clock.now(), clock.monotonic()
    result = await _result(request, sources)
    duration = timedelta(seconds=max(0.0, clock.monotonic() - start))
    return Observation(request.target_id, started_at, duration, result)


async def _result(request: ProbeRequest, sources: Mapping[str, Source]) -> ProbeResult:
    limit = request.timeout + GRACE
    try:
        async with asyncio.timeout(limit.total_seconds()):
            return await sources[request.settings.kind].probe(request)
    except TimeoutError:
        return _failed(FailureReason.TIMEOUT, texts.probe_timeout(location=request.location, timeout=limit))
    except Exception as error:
        log.exception("a probe of %s failed with a bug of cert-monitor", request.target_id)
        return internal_failure(error)


def internal_failure(error: Exception) -> ProbeResult:
    """Return the result of a probe that failed with an error of ours."""
    return _failed(FailureReason.INTERNAL, texts.bug(error=type(error).__name__))


def _failed(reason: FailureReason, message: Message) -> ProbeResult:
    return ProbeResult(failures=(Failure(reason, message),))
