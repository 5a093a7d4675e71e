"""A receiver by mail: notifications become mails to its recipients, handed to the relay."""

from collections.abc import Callable, Sequence
from datetime import datetime

from monitor.delivery.email.layout.render import MailContext, render
from monitor.delivery.email.layout.sample import sample_mail
from monitor.delivery.email.relay.chain import RelayChain
from monitor.delivery.email.relay.settings import RelaySettings
from monitor.delivery.email.relay.smtp import SmtpRelay
from monitor.delivery.email.style import PLAIN, MailStyle
from monitor.delivery.links import LinksNow, no_links
from monitor.delivery.receiver import Note, SendResult, unheard
from monitor.messages import Writer
from monitor.model import Message, Notification, NotificationKind
from monitor.threads import ThreadPool


class EmailReceiver:
    """Administrators who are sent mails."""

    def __init__(  # noqa: PLR0913 - what a mail depends on, and how it is sent
        self,
        settings: RelaySettings,
        monitor: Callable[[], Message],
        writer: Callable[[datetime], Writer],
        name: str = "email",
        fallbacks: Sequence[RelaySettings] = (),
        *,
        links: LinksNow = no_links,
        style: MailStyle = PLAIN,
    ) -> None:
        """Prepare without connecting.

        ``monitor`` returns what mails call this monitor, and may block; ``writer`` returns what writes for
        the readers at an instant. ``fallbacks`` are further relays, in the order in which they are tried.
        ``links`` returns where the monitor's pages are; ``style`` is how mails look.
        """
        self.settings = settings
        self.name = name
        self._monitor = monitor
        self._links = links
        self._style = style
        self.writer = writer
        self._pool = ThreadPool("smtp", 2)
        self._relays = RelayChain([SmtpRelay(one, self._pool) for one in (settings, *fallbacks)])

    async def render(self, notification: Notification, now: datetime) -> bytes:
        """Return the mail of a notification."""
        return await self._pool.run(self._render, notification, now)

    def _render(self, notification: Notification, now: datetime) -> bytes:
        sender, writer = self.settings.sender, self.writer(now)
        if notification.kind is NotificationKind.TEST:
            return sample_mail(notification, sender, writer, self._style).message
        context = MailContext(sender, self._monitor(), writer, self._links(), self._style)
        return render(notification, context).message

    async def send(
        self, notification: Notification, _now: datetime, note: Note = unheard
    ) -> dict[str, SendResult]:
        """Send what is rendered; return a result for every pending recipient."""
        return await self._relays.send(notification.rendered or b"", notification.pending, note)

    def close(self) -> None:
        """End the threads."""
        self._pool.close()
