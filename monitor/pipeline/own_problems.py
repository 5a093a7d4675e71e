"""Why targets could not be probed lately for no fault of their own; health says the last reason."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.messages import english
from monitor.model import Clock, Failure, FailureReason, Message

log = logging.getLogger(__name__)

LASTS = timedelta(minutes=10)


class OwnProblems:
    """The last problem of each target, until it is probed or some minutes have passed."""

    def __init__(self, clock: Clock) -> None:
        """Begin with none."""
        self._clock = clock
        self._by_target: dict[str, tuple[datetime, Message]] = {}
        """The newest ones are last."""

    @property
    def last(self) -> Message | None:
        """Return the last one, ``None`` for none."""
        at, said = next(reversed(self._by_target.values()), (None, None))
        return said if at is not None and self._lasts(at) else None

    def note(self, target_id: str, failures: Iterable[Failure]) -> None:
        """Note the result of a probe of a target."""
        now, ours = self._clock.now(), [one for one in failures if one.reason is FailureReason.INTERNAL]
        if not ours:
            self._by_target.pop(target_id, None)
        for failure in ours:
            if failure.message != self.last:
                log.error("a target could not be probed: %s", english(now).write(failure.message))
            self._by_target.pop(target_id, None)
            self._by_target[target_id] = now, failure.message
        self._forget_old()

    def _forget_old(self) -> None:
        while self._by_target:
            target_id, (at, _) = next(iter(self._by_target.items()))
            if self._lasts(at):
                return
            del self._by_target[target_id]

    def _lasts(self, at: datetime) -> bool:
        return abs(self._clock.now() - at) < LASTS
