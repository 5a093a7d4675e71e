"""The mail relay that a configuration names."""

from monitor.config import Config
from monitor.delivery.email import RelaySettings, Security, SmtpRelay


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
