"""Call an address after each full pass, so that somebody else notices when this monitor stops or sees little.

The convention is that of Healthchecks (https://healthchecks.io/docs/http_api/): the address itself for
success, with ``/fail`` for failure. Without a call nothing arrives, and the other side raises the alarm.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from logging import WARNING, getLogger
from urllib.parse import urlsplit

from monitor.alerts.keys import is_source
from monitor.config import Config
from monitor.config.sections.heartbeat import HeartbeatSettings
from monitor.delivery import LoggedErrors, SendStatus
from monitor.delivery.http_receiver import HttpReceiver, PostSettings
from monitor.logs import event
from monitor.messages import english
from monitor.model import Clock, Notification, NotificationKind, Snapshot
from monitor.pipeline import Board
from monitor.pipeline.notifications import notification
from monitor.secrets import Secret
from monitor.web import Health

log = getLogger(__name__)

EVERY = 15.0
"""Seconds between two checks whether a pass has ended, and between two attempts."""

_NAME = "heartbeat"
_UNREACHABLE_SHARE = 2


class HeartbeatLoop:
    """The calls of one configuration after another; each full pass is reported once."""

    def __init__(
        self, board: Board, clock: Clock, config: Callable[[], Config], health: Callable[[], Health]
    ) -> None:
        """Take board and clock, and the functions that return configuration and health."""
        self._board = board
        self._clock = clock
        self._config = config
        self._health = health
        self._reported_at: datetime | None = None
        self._settings: HeartbeatSettings | None = None
        self._receiver: HttpReceiver | None = None
        self._suffix = ""
        self._errors = LoggedErrors()

    async def round(self) -> None:
        """Report the last full pass, if it has not been reported."""
        receiver, now = self._current(), self._clock.now()
        if receiver is None or not passed_since(self._board.snapshot, self._reported_at):
            return
        own = map(english(now).write, self._health().problems)
        problems = (*own, *unreachable_problems(self._board.snapshot))
        self._suffix = "/fail" if problems else ""
        results = await receiver.send(_call(self._board.snapshot, problems, now), now)
        [result] = results.values()
        if result.status is SendStatus.ACCEPTED:
            self._errors.clear()
            self._reported_at = now
        elif self._errors.is_new(result.why):
            event(log, "the heartbeat was not accepted", level=WARNING, why=result.why)

    def close(self) -> None:
        """End the threads."""
        if self._receiver is not None:
            self._receiver.close()

    def _current(self) -> HttpReceiver | None:
        """Return the receiver for the configured address, the same object while its settings stay."""
        settings = self._config().heartbeat
        if settings != self._settings:
            self.close()
            self._settings = settings
            self._receiver = self._made(settings) if settings is not None and settings.called else None
        return self._receiver

    def _made(self, settings: HeartbeatSettings) -> HttpReceiver:
        def address() -> Secret:
            return Secret(with_suffix(settings.address().reveal().strip(), self._suffix))

        post = PostSettings(address, settings.ca or "", settings.timeout)
        return HttpReceiver(_NAME, post, lambda sent, _now: sent.rendered or b"")


def passed_since(snapshot: Snapshot, at: datetime | None) -> bool:
    """Return whether every target was probed, and since an instant if one is given."""
    times = [state.probed_at for state in snapshot]
    return bool(times) and all(one is not None and (at is None or one > at) for one in times)


def unreachable_problems(snapshot: Snapshot) -> tuple[str, ...]:
    """Return a sentence for each unreachable source, and where over half of all targets do not answer."""
    sources = {group.title: None for group in snapshot.alerts if any(map(is_source, group.alerts))}
    unseen = tuple(f"{title}: nearly all targets are unreachable" for title in sources)
    asked = [state for state in snapshot if not state.target.traits.standby]
    down = sum(state.up is False for state in asked)
    if down * _UNREACHABLE_SHARE <= len(asked):
        return unseen
    return (*unseen, f"{down} of {len(asked)} targets are unreachable")


def with_suffix(url: str, suffix: str) -> str:
    """Return a URL with a suffix at the end of its path; a text that is no URL is returned unchanged."""
    parts = urlsplit(url)
    return parts._replace(path=parts.path.rstrip("/") + suffix).geturl() if suffix else url


def _call(snapshot: Snapshot, problems: tuple[str, ...], now: datetime) -> Notification:
    body = {"ok": not problems, "targets": len(snapshot), "problems": list(problems)}
    new = notification(_NAME, (_NAME,), NotificationKind.TEST, "", now)
    return replace(new, rendered=json.dumps(body).encode())
