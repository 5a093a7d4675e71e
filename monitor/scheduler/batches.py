"""Divide targets into batches and compute when each batch is due; pure.

A batch is due at a fixed phase of its interval, counted from 1970: the phase comes from a hash of the batch's
id. So batches are spread over the interval, keep their times across restarts without a stored schedule, and a
restart does not start everything at once.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zlib import crc32

from monitor.model import Batch, ProbeRequest, Target

BATCH_SIZE = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def batches(targets: Iterable[Target]) -> tuple[Batch, ...]:
    """Return the batches for some targets: one interval each, a few hundred targets at most.

    The number of batches is a power of two, so that an additional target does not move all the others.
    """
    return batches_of((target.request, target.policy.interval) for target in targets)


def batches_of(requests: Iterable[tuple[ProbeRequest, timedelta]]) -> tuple[Batch, ...]:
    """Return the batches for some requests, each with its interval."""
    by_interval: dict[timedelta, list[ProbeRequest]] = defaultdict(list)
    for request, interval in requests:
        by_interval[interval].append(request)
    return tuple(
        batch for interval, members in sorted(by_interval.items()) for batch in _split(interval, members)
    )


def _split(interval: timedelta, members: list[ProbeRequest]) -> list[Batch]:
    count = 2 ** math.ceil(math.log2(max(1.0, len(members) / BATCH_SIZE)))
    shares: dict[int, list[ProbeRequest]] = defaultdict(list)
    for request in members:
        shares[crc32(request.target_id.encode()) % count].append(request)
    seconds = f"{interval.total_seconds():g}s"
    return [
        Batch(f"{seconds}/{count}/{number}", interval, tuple(share))
        for number, share in sorted(shares.items())
    ]


def due_after(batch: Batch, after: datetime) -> datetime:
    """Return the first time after another one at which the batch is due."""
    phase = batch.interval * (crc32(batch.id.encode()) / 2**32)
    rounds = (after - EPOCH - phase) // batch.interval + 1
    return EPOCH + phase + rounds * batch.interval


class Probed(Protocol):
    """What is known of a target."""

    @property
    def probed_at(self) -> datetime | None:
        """Return the time of its last probe, ``None`` before the first."""
        ...


def overdue(batch: Batch, states: Mapping[str, Probed], now: datetime) -> tuple[ProbeRequest, ...]:
    """Return the requests of a batch whose targets were never probed, or longer ago than their interval."""
    return tuple(
        request
        for request in batch.requests
        if (state := states.get(request.target_id)) is None
        or state.probed_at is None
        or now - state.probed_at >= batch.interval
    )
