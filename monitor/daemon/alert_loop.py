"""Run alert passes: whether the clock can be believed, what the configuration says, and the mails' form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from socket import getfqdn

from monitor.alerts import Decision
from monitor.config import Config, EmailSettings, InstanceSettings
from monitor.daemon.clocks import ClockWatch
from monitor.daemon.relay import writer_of
from monitor.delivery.email import new_message_id, render
from monitor.delivery.email.texts import monitor_for, monitor_named
from monitor.metrics import OwnMetrics
from monitor.model import Clock, Mail, Message, text
from monitor.pipeline import Judge
from monitor.pipeline.alert_pass import AlertPass, Compose


@dataclass(frozen=True, slots=True)
class AlertServices:
    """The services of the alert loop; ``mails_queued`` is called when mails were put into the outbox."""

    alert_pass: AlertPass
    judge: Judge
    clock: Clock
    clock_watch: ClockWatch
    metrics: OwnMetrics
    mails_queued: Callable[[], None]


class AlertLoop:
    """Run alert passes by the configuration in force."""

    def __init__(self, services: AlertServices, config: Callable[[], Config]) -> None:
        """Take the services and what returns the configuration in force."""
        self._services = services
        self._config = config

    async def round(self) -> None:
        """Run one alert pass."""
        services, config = self._services, self._config()
        now = self.note_absence()
        mails = await services.alert_pass.run(
            now,
            _composer(config.email, config.instance),
            clock_suspect=services.clock_watch.suspect(now),
            notify_all_renewals=config.alerts.notify_renewals == "all",
        )
        services.metrics.alert_pass_done(now)
        if mails:
            services.mails_queued()

    def note_absence(self) -> datetime:
        """Return the time; after a start, a sleep or a clock step, unreachability is counted from it."""
        now = self._services.clock.now()
        if self._services.clock_watch.woke(now):
            self._services.judge.awake_at = now
        return now


def signature(instance: InstanceSettings, host: str) -> Message:
    """Return what mails call this monitor: its name and machine, and whom it works for."""
    named = monitor_named(name=instance.name, host=host) if instance.name else text(host)
    return monitor_for(monitor=named, customer=instance.customer) if instance.customer else named


def _composer(email: EmailSettings | None, instance: InstanceSettings) -> Compose | None:
    """Return what turns a decision into mails, ``None`` when no mail is configured."""
    if email is None:
        return None

    def compose(decision: Decision, now: datetime) -> Sequence[Mail]:
        return render(
            decision,
            sender=email.sender,
            recipients=email.to,
            monitor=signature(instance, getfqdn()),
            writer=writer_of(email, now),
            message_id=lambda: new_message_id(email.sender),
        )

    return compose
