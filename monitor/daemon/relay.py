"""The mail relay that a configuration names, and what writes its mails."""

from datetime import datetime

from monitor.config import Config, EmailSettings
from monitor.delivery.email import RelaySettings, Security, SmtpRelay
from monitor.messages import Writer, language, machine_zone, zone


def relay_of(config: Config) -> SmtpRelay | None:
    """Return the relay that mails go to, ``None`` when no mail is configured."""
    email = config.email
    if email is None:
        return None
    return SmtpRelay(
        RelaySettings(
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
    )


def writer_of(email: EmailSettings, now: datetime) -> Writer:
    """Return what writes mails in the configured language and time zone, by default the machine's."""
    return Writer(language(email.language), zone(email.timezone) if email.timezone else machine_zone(), now)
