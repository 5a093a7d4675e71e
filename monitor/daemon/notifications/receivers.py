"""The receivers of notifications that a configuration names."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from socket import getfqdn

from monitor.alerts import NotifySettings, ReceiverRules, Schedule
from monitor.config import Config, InstanceSettings
from monitor.config.sections.routing import routing, unescalated
from monitor.config.sections.silences import active_silences
from monitor.delivery import Receiver
from monitor.delivery.email.content.texts import monitor_for, monitor_named
from monitor.delivery.kinds import ReceiverSettings, sends_mails
from monitor.delivery.links import Links, LinksNow
from monitor.delivery.receiver import Facts
from monitor.model import Message, text


def recipients(config: Config) -> Mapping[str, Sequence[str]]:
    """Return the recipients of each configured receiver by its name."""
    return {name: settings.recipients for name, settings in config.receivers.items()}


def notify_settings(config: Config, now: datetime) -> NotifySettings:
    """Return the receivers and routes of a configuration at an instant."""
    return NotifySettings(
        rules={
            name: ReceiverRules(
                frozenset(one.levels),
                (one.digest or config.digest).schedule(one.zone),
                _heartbeats(config, one),
            )
            for name, one in config.receivers.items()
        },
        routing=routing(config.routes, config.receivers),
        silences=tuple(active_silences(config.silences, now)),
    )


def _heartbeats(config: Config, receiver: ReceiverSettings) -> Schedule | None:
    """Return when a receiver is sent heartbeats: when its digests are, where that is on the same day."""
    heartbeat = config.heartbeat
    unnamed = [n for n in unescalated(config.routes, config.receivers) if sends_mails(config.receivers[n])]
    if heartbeat is None or not heartbeat.is_for(receiver.name, unnamed):
        return None
    return heartbeat.schedule((receiver.digest or config.digest).at, receiver.zone)


def receivers(
    config: Callable[[], Config], links: LinksNow | None = None, facts: Facts | None = None
) -> tuple[Receiver, ...]:
    """Return the receivers of the configuration in force.

    What they call the monitor and where its pages are follows a reload. ``links`` returns where the pages are
    and signs links that acknowledge; without it no such link is made.
    In ``facts`` they keep what they have to remember.
    """

    def monitor() -> Message:
        return signature(config().instance, getfqdn())

    def pages() -> Links:
        return links() if links else Links(config().web.external_url or "")

    return tuple(settings.receiver(monitor, pages, facts) for settings in config().receivers.values())


def signature(instance: InstanceSettings, host: str) -> Message:
    """Return the name of this monitor in mails: instance, machine and customer."""
    named = monitor_named(name=instance.name, host=host) if instance.name else text(host)
    return monitor_for(monitor=named, customer=instance.customer) if instance.customer else named
