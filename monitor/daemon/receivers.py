"""The receivers of notifications that a configuration names."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from socket import getfqdn

from monitor.config import Config, EmailSettings, InstanceSettings
from monitor.delivery import Receiver
from monitor.delivery.email import EmailReceiver, RelaySettings, Security
from monitor.delivery.email.receiver import NAME as EMAIL
from monitor.delivery.email.texts import monitor_for, monitor_named
from monitor.messages import Writer, language, machine_zone, zone
from monitor.model import Message, text


def recipients(config: Config) -> Mapping[str, Sequence[str]]:
    """Return the recipients of each configured receiver by its name."""
    return {EMAIL: config.email.to} if config.email else {}


def receivers(config: Callable[[], Config]) -> tuple[Receiver, ...]:
    """Return the receivers of the configuration in force; what they call the monitor follows a reload."""
    email = config().email
    return (email_receiver(email, config),) if email else ()


def email_receiver(email: EmailSettings, config: Callable[[], Config]) -> EmailReceiver:
    """Return the receiver of mails."""

    def monitor() -> Message:
        return signature(config().instance, getfqdn())

    return EmailReceiver(_relay_settings(email), monitor, partial(writer_of, email))


def writer_of(email: EmailSettings, now: datetime) -> Writer:
    """Return what writes mails in the configured language and time zone, by default the machine's."""
    return Writer(language(email.language), zone(email.timezone) if email.timezone else machine_zone(), now)


def _relay_settings(email: EmailSettings) -> RelaySettings:
    return RelaySettings(
        host=email.host,
        sender=email.sender,
        port=email.port,
        security=Security(email.security),
        username=email.username or "",
        password=email.password.resolve if email.password else None,
        ca=email.ca or "",
        timeout=email.timeout,
        ehlo_name=email.ehlo_name or "",
    )


def signature(instance: InstanceSettings, host: str) -> Message:
    """Return what mails call this monitor: its name and machine, and whom it works for."""
    named = monitor_named(name=instance.name, host=host) if instance.name else text(host)
    return monitor_for(monitor=named, customer=instance.customer) if instance.customer else named
