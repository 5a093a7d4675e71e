"""The mail that ``test-email`` sends."""

from monitor.alerts.texts import shown
from monitor.delivery.email.content import texts
from monitor.delivery.email.layout.render import Letter, compose
from monitor.delivery.email.style import PLAIN, MailStyle
from monitor.messages import Writer
from monitor.model import Notification


def sample_mail(notification: Notification, sender: str, writer: Writer, style: MailStyle = PLAIN) -> Letter:
    """Return a short test mail."""
    said = [f"{writer.write(one)}\n\n" for one in (texts.TEST, texts.test_sent(at=writer.now))]
    own = [f"{shown(line)}\n" for line in style.footer_lines]
    return compose(
        notification,
        subject=style.subject(writer.write(texts.TEST_SUBJECT)),
        text="".join((*said, *own)),
        html=None,
        sender=sender,
        now=writer.now,
    )
