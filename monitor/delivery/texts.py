"""The words of a test that is not a mail."""

from datetime import datetime

from monitor.model import message
from monitor.model.message import plain

TEST_TITLE = plain("chat.test_title", "[Test] cert-monitor can send notifications")


@message("chat.test_sent", "This is a test, sent on {at}: alerts about certificates will be sent here.")
def test_sent(*, at: datetime) -> None: ...
