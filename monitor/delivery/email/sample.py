"""The mail that ``test-email`` sends."""

from monitor.delivery.email import texts
from monitor.delivery.email.render import Letter, compose
from monitor.messages import Writer
from monitor.model import Notification


def sample_mail(notification: Notification, sender: str, writer: Writer) -> Letter:
    """Return a short test mail."""
    return compose(
        notification,
        subject=writer.write(texts.TEST_SUBJECT),
        text="".join(f"{writer.write(one)}\n\n" for one in (texts.TEST, texts.test_sent(at=writer.now))),
        html=None,
        sender=sender,
        now=writer.now,
    )
