"""Several relays tried in order: what one does not serve goes on to the next; stores and retries nothing."""

from collections.abc import Sequence
from datetime import timedelta
from logging import WARNING, getLogger
from typing import Protocol

from monitor.clock import SystemClock
from monitor.delivery.receiver import Note, SendResult, SendStatus, refused, retry
from monitor.logs import event
from monitor.model import Clock

log = getLogger(__name__)

REST = timedelta(minutes=5)
"""How long a relay that is down is tried after the others, so that its timeout does not delay every mail."""


class Relay(Protocol):
    """One relay."""

    @property
    def location(self) -> str:
        """Return host and port for messages."""

    async def send(self, message: bytes, recipients: Sequence[str], note: Note) -> dict[str, SendResult]:
        """Return a result for every recipient."""


class RelayChain:
    """Relays in the order in which they are tried."""

    def __init__(self, relays: Sequence[Relay], clock: Clock | None = None) -> None:
        """Prepare without connecting."""
        self._relays = tuple(relays)
        # Not the wall clock, which may be set.
        self._clock = clock or SystemClock()
        self._down_until: dict[int, float] = {}

    async def send(self, message: bytes, recipients: Sequence[str], note: Note) -> dict[str, SendResult]:
        """Return a result for every recipient; the next relay gets those whom the last one did not serve."""
        tried: dict[str, list[SendResult]] = {recipient: [] for recipient in recipients}
        waiting = list(recipients)
        for place, number in enumerate(self._order()):
            relay = self._relays[number]
            if place:
                note(f"the next relay is {relay.location}")
            results = await relay.send(message, waiting, note)
            self._remember(number, results)
            for recipient, result in results.items():
                tried[recipient].append(result)
            waiting = [recipient for recipient in waiting if passes_on(results[recipient])]
            if not waiting:
                break
        return {recipient: summed_up(results) for recipient, results in tried.items()}

    def _order(self) -> list[int]:
        """Return the relays by number: those that were down a moment ago come last."""
        now = self._clock.monotonic()
        return sorted(range(len(self._relays)), key=lambda number: self._down_until.get(number, 0) > now)

    def _remember(self, number: int, results: dict[str, SendResult]) -> None:
        down, was_down = all(one.receiver_down for one in results.values()), number in self._down_until
        if down:
            self._down_until[number] = self._clock.monotonic() + REST.total_seconds()
        else:
            self._down_until.pop(number, None)
        if down != was_down and len(self._relays) > 1:
            self._say(number, next(iter(results.values())).why if down else "")

    def _say(self, number: int, why: str) -> None:
        """Log that a relay is down or works again, since another one takes its mails unnoticed."""
        location = self._relays[number].location
        if why:
            event(
                log, "mail relay does not serve, others are tried", level=WARNING, relay=location, error=why
            )
        else:
            event(log, "mail relay serves again", relay=location)


def passes_on(result: SendResult) -> bool:
    """Return whether another relay may be offered what one did not take.

    What it may have taken all the same is not offered elsewhere, and neither is what it refused for good
    because of the mail or the recipient, nor for a moment: a server that keeps strangers waiting
    (greylisting) takes the mail when it comes back.
    """
    return not result.uncertain and (result.receiver_down or result.elsewhere)


def summed_up(results: Sequence[SendResult]) -> SendResult:
    """Return the result of a recipient after one or several relays, with the reasons of all."""
    last = results[-1]
    if len(results) == 1 or last.status is SendStatus.ACCEPTED:
        return last
    why = "; ".join(dict.fromkeys(one.why for one in results))
    if not passes_on(last):
        return SendResult(last.status, why, last.after, last.receiver_down, last.uncertain, last.too_large)
    waits = [one.after for one in results if one.status is SendStatus.RETRY]
    if not waits:
        return refused(why)
    # The first one that may be back decides: without a wait it is when the outbox tries again.
    known = [wait for wait in waits if wait is not None]
    return retry(why, min(known) if len(known) == len(waits) else None, receiver_down=True)
