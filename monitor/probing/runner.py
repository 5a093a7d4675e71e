"""What the main path needs from a runner that probes a batch."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from monitor.model import Observation, ProbeRequest

Answer = tuple[ProbeRequest, Observation]
"""A request and the result of its probe. The request says what the result is about: the target may since be
configured differently."""

Take = Callable[[Sequence[Answer]], Awaitable[None]]
"""Takes the answers that are there so far; called again and again while slower probes of the batch run."""


class BatchRunner(Protocol):
    """Probe a batch of targets, here or elsewhere."""

    async def run(
        self, batch_id: str, requests: Sequence[ProbeRequest], take: Take, expires_at: datetime | None
    ) -> None:
        """Hand every answer over once there is one, and return when no more come.

        Probes that have not begun by ``expires_at`` are left out; ``None`` means that all are begun. When
        this is cancelled, what has finished by then is still handed over.
        """
        ...
