"""One notification in the words, dates and time zones of two readers."""

from zoneinfo import ZoneInfo

from monitor.alerts import NotificationItem, NotifyReason, ReceiverDecision
from monitor.messages import Writer, language
from monitor.model import AlertLevel, Check
from support.factories.alerts_world import NOW, certificate, mails, text_of


def test_two_readers_get_the_same_data() -> None:
    """Words and dates are those of each; what identifies a certificate is the same."""
    one = certificate(0xABC, 0.5)
    item = NotificationItem(
        NotifyReason.FIRST, AlertLevel.CRITICAL, (Check.EXPIRY,), "rec:1", certificate=one
    )
    lisbon = Writer(language("pt_BR"), ZoneInfo("Europe/Lisbon"), NOW)
    auckland = Writer(language("en"), ZoneInfo("Pacific/Auckland"), NOW)
    (portuguese,), (english,) = (
        mails(ReceiverDecision("admins", (item,)), writer=one) for one in (lisbon, auckland)
    )
    assert (portuguese.subject, english.subject) == (
        "[CRÍTICO] rec:1: certificado expira em 12 horas",
        "[CRITICAL] rec:1: certificate expires in 12 hours",
    )
    for wanted in (one.sha1, one.sha256, one.subject, one.serial):
        assert wanted in text_of(portuguese)
        assert wanted in text_of(english)
    assert "23 de nov. de 2026 12:00" in text_of(portuguese)
    assert "Europe/Lisbon" in text_of(portuguese)
    assert "Nov 24, 2026 01:00" in text_of(english)
    assert "Pacific/Auckland" in text_of(english)
    assert 'lang="pt-BR"' in text_of(portuguese, "html")
