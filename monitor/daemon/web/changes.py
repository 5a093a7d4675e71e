"""What may be changed over the web, done by the parts that it concerns."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from logging import getLogger
from uuid import uuid4

from monitor.alerts import SilenceRefusedError, acknowledgement, new_silence
from monitor.alerts.routing.acknowledge_link import AcknowledgeLink, link_of
from monitor.config import Config
from monitor.daemon.renewal_days import RenewalDays
from monitor.daemon.targets.checks_now import ChecksNow
from monitor.daemon.web.facade import silences
from monitor.daemon.web.link_key import LinkKey
from monitor.daemon.web.local_token import LocalToken
from monitor.daemon.web.page_links import links_acknowledge
from monitor.logs import event
from monitor.model import Clock, Matcher, NotificationKind, Silence
from monitor.pipeline import Board
from monitor.pipeline.notifications import notification
from monitor.store import Store
from monitor.threads import ThreadPool
from monitor.web import ChangeResult
from monitor.web_config import WebConfig

log = getLogger(__name__)

Change = Callable[[], Awaitable[tuple[str, ...]]]
"""Changes something and returns what is wrong."""


@dataclass(frozen=True, slots=True)
class ChangeServices:
    """The parts that changes concern.

    ``decide_again`` brings the next alert pass forward, ``deliver`` the next deliveries. ``link_key`` signs
    the links in mails, ``web_file`` returns the file with users and TLS.
    """

    store: Store
    board: Board
    clock: Clock
    config: Callable[[], Config]
    decide_again: Callable[[], None]
    deliver: Callable[[], None]
    checks: ChecksNow
    link_key: LinkKey
    web_file: Callable[[], WebConfig | None]
    renewal_days: RenewalDays


class WebChanges:
    """Do what a program with the local token asks for; see ``monitor.web.Changes``."""

    def __init__(
        self, services: ChangeServices, token: LocalToken, reload: Change, accept_clock: Change
    ) -> None:
        """Take the parts, the credential, and the functions that reload and that accept the clock."""
        self._services = services
        self._token = token
        self._reload = reload
        self._accept_clock = accept_clock
        self._pool = ThreadPool("link key", 1)

    @property
    def renewal_days(self) -> RenewalDays:
        """Return the renewal days."""
        return self._services.renewal_days

    def is_allowed(self, token: str) -> bool:
        """Return whether a token is the local one."""
        return self._token.is_right(token)

    async def reload(self) -> ChangeResult:
        """Read the configuration again."""
        problems = await self._reload()
        return ChangeResult(not problems, problems)

    async def accept_clock(self) -> ChangeResult:
        """Believe the clock again."""
        problems = await self._accept_clock()
        return ChangeResult(not problems, problems)

    @property
    def links_acknowledge(self) -> bool:
        """Return whether a link from a mail acknowledges by itself."""
        return links_acknowledge(self._services.config(), self._services.web_file())

    async def link(self, token: str) -> AcknowledgeLink | None:
        """Return what the token of a link allows, ``None`` for an invalid one."""
        return await self._pool.run(self._link, token)

    def _link(self, token: str) -> AcknowledgeLink | None:
        return link_of(token, self._services.link_key.current())

    async def acknowledge(
        self, alert_id: str, *, until: datetime | None, comment: str, by: str
    ) -> ChangeResult:
        """Acknowledge an open alert; a former acknowledgement of it ends."""
        services, now = self._services, self._services.clock.now()
        groups = {group.id: group for group in services.board.snapshot.alerts}
        if alert_id not in groups:
            return ChangeResult(False, (f"there is no open alert {alert_id!r}",), found=False)
        try:
            made = acknowledgement(
                groups[alert_id], str(uuid4()), until=until, comment=comment, by=by, now=now
            )
        except SilenceRefusedError as error:
            return ChangeResult(False, (str(error),))
        before = [one for one in await services.store.silences() if one.alert_id == alert_id]
        await services.store.put_silences([*(_ended(one, by, now) for one in before), made])
        event(log, "alert acknowledged", alert=alert_id, by=by, until=made.ends_at, comment=comment)
        services.decide_again()
        return ChangeResult(True, silence=made)

    async def silence(
        self, matchers: Sequence[Matcher], *, until: datetime, reason: str, by: str
    ) -> ChangeResult:
        """Silence all alerts that match."""
        services, now = self._services, self._services.clock.now()
        try:
            made = new_silence(matchers, str(uuid4()), until=until, reason=reason, by=by, now=now)
        except SilenceRefusedError as error:
            return ChangeResult(False, (str(error),))
        await services.store.put_silences([made])
        event(log, "silenced", silence=made.id, by=by, until=until, reason=reason)
        services.decide_again()
        return ChangeResult(True, silence=made)

    async def check_now(self, target_ids: Collection[str], *, by: str) -> ChangeResult:
        """Check targets at once."""
        event(log, "checked at once", targets=len(target_ids), by=by)
        checks, asked_at = self._services.checks, self._services.clock.now()
        if problem := await checks.check(target_ids):
            return ChangeResult(False, (problem,))
        return ChangeResult(True, later=not checks.are_done(target_ids, asked_at))

    async def test_notification(self, receiver: str, *, by: str) -> ChangeResult:
        """Put a test into the outbox of a receiver."""
        services, now = self._services, self._services.clock.now()
        settings = services.config().receivers.get(receiver)
        if settings is None:
            return ChangeResult(False, (f"there is no receiver {receiver!r}",), found=False)
        services.store.require_record()
        test = notification(receiver, settings.recipients, NotificationKind.TEST, "", now)
        await services.store.notify((), {}, (test,), now)
        event(log, "test notification", receiver=receiver, by=by)
        services.deliver()
        return ChangeResult(True)

    async def end_silence(self, silence_id: str, *, by: str) -> ChangeResult:
        """End a stored silence; one of the configuration is ended there."""
        services, now = self._services, self._services.clock.now()
        found = next(
            (one for one in await silences(services.store, services.config(), now) if one.id == silence_id),
            None,
        )
        if found is None:
            return ChangeResult(False, (f"there is no silence {silence_id!r}",), found=False)
        if found.configured:
            return ChangeResult(False, ("this silence stands in the configuration: remove it there",))
        await services.store.put_silences([_ended(found, by, now)])
        event(log, "silence ended", silence=silence_id, kind=found.kind.value, by=by)
        services.decide_again()
        return ChangeResult(True, silence=found)


def _ended(one: Silence, by: str, now: datetime) -> Silence:
    return replace(one, ended_at=now, ended_by=by)
