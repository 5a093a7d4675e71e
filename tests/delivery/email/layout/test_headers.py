"""A subject in any language arrives as it was written."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.alerts import NotificationItem, NotifyReason, ReceiverDecision
from monitor.model import AlertLevel, Check
from support.factories.alerts.world import mails, parsed

WORDS = st.lists(st.text("abc não está é 日本語 =?_", min_size=1, max_size=12), min_size=1, max_size=12)


@settings(max_examples=50)
@given(WORDS)
@example(["apresenta", "um", "certificado", "que", "não", "está", "no", "repositório", "do", "computador"])
def test_spaces_between_words_stay(words: list[str]) -> None:
    """Words beyond ASCII keep the space between them, also where a line is folded."""
    title = " ".join(" ".join(words).split()) or "x"
    item = NotificationItem(NotifyReason.FIRST, AlertLevel.WARNING, (Check.TRUST,), title)
    (mail,) = mails(ReceiverDecision("admins", (item,)))
    assert parsed(mail)["Subject"] == mail.subject == f"{title}: not trusted (warning)"
    lines = mail.message.partition(b"\r\n\r\n")[0].splitlines()
    assert max(map(len, lines)) <= 78
    assert mail.message.isascii()
