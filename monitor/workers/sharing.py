"""Which part of a batch workers may probe, and which only this process can."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from monitor.model import ProbeRequest
from monitor.probing import BatchRunner, Take


class SharedRunner:
    """Probes some targets of a batch here and has the others probed by workers, both at the same time."""

    def __init__(
        self, here: BatchRunner, workers: BatchRunner, is_shared: Callable[[ProbeRequest], bool]
    ) -> None:
        """Take both runners; ``is_shared`` returns whether workers may probe a target."""
        self._here = here
        self._workers = workers
        self._is_shared = is_shared

    async def run(
        self, batch_id: str, requests: Sequence[ProbeRequest], take: Take, expires_at: datetime | None
    ) -> None:
        """Hand over all answers, from wherever they come."""
        own: list[ProbeRequest] = []
        shared: list[ProbeRequest] = []
        for one in requests:
            (shared if self._is_shared(one) else own).append(one)
        async with asyncio.TaskGroup() as group:
            if own:
                group.create_task(self._here.run(batch_id, own, take, expires_at))
            if shared:
                group.create_task(self._workers.run(batch_id, shared, take, expires_at))


def is_shared(request: ProbeRequest) -> bool:
    """Return whether any machine can probe a target as well as this one.

    Files, stores and reports are those of this machine, as are passwords.
    """
    return request.settings.kind == "endpoint"
