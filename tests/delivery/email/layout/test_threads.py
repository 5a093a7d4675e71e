"""Mails about one alert are one thread, and name their alerts in headers."""

from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import pytest

from monitor.delivery.email.layout.headers import MOST_ALERTS, MOST_THREADS
from monitor.delivery.email.layout.sample import sample_mail
from monitor.messages import english
from monitor.model import NotificationKind, NotifiedAlert
from monitor.pipeline.notifications import notification
from support.factories.alerts.world import NOW
from support.servers.daemon.small_monitor import HOUR, MINUTE, SmallMonitor, during, right, wrong

NOTICE = NotificationKind.NOTICE


def mail(
    *alerts: str, number: int = 1, kind: NotificationKind = NOTICE, sender: str = "certs@vms.example"
) -> EmailMessage:
    """Return a mail about alerts, with its raw lines checked."""
    new = notification("email", ("admins@vms.example",), kind, "", NOW)
    about = tuple(NotifiedAlert(one, "first", "critical") for one in alerts)
    message = sample_mail(replace(new, id=f"id-{number}", alerts=about), sender, english(NOW)).message
    assert message.isascii()
    found = BytesParser(policy=default).parsebytes(message)
    assert isinstance(found, EmailMessage)
    return found


ONE, TWO = "0a1b2c3d4e5f60718293", "ffffffffffffffffffff"


def test_first_mail_and_reminder_are_one_thread() -> None:
    """Every mail about an alert refers to one Message-ID, so that they belong together."""
    first, second = mail(ONE), mail(ONE, number=2)
    assert first["Message-ID"] != second["Message-ID"]
    assert first["References"] == first["In-Reply-To"] == f"<alert.{ONE}@vms.example>"
    assert (second["References"], second["In-Reply-To"]) == (first["References"], first["In-Reply-To"])


def test_mail_about_several_is_in_each_thread() -> None:
    """A mail about several alerts refers to all of them, once each."""
    both = mail(ONE, TWO, ONE)
    assert both["References"] == f"<alert.{ONE}@vms.example> <alert.{TWO}@vms.example>"
    assert (both["In-Reply-To"], both.get_all("X-Cert-Monitor-Alert")) == (None, [ONE, TWO])


def test_headers_stay_small() -> None:
    """A mail about very many alerts refers to some of them."""
    many = mail(*(f"{number:020x}" for number in range(500)))
    assert len(str(many["References"]).split()) == MOST_THREADS
    assert len(many.get_all("X-Cert-Monitor-Alert") or []) == MOST_ALERTS


@pytest.mark.parametrize("kind", [NotificationKind.INVENTORY, NotificationKind.TEST])
def test_sums_are_in_no_thread(kind: NotificationKind) -> None:
    """An inventory would draw everything that follows into its own thread."""
    assert (mail(ONE, kind=kind)["References"], mail(ONE, kind=kind)["X-Cert-Monitor-Alert"]) == (None, ONE)


def test_long_domain_is_not_encoded() -> None:
    """References with a long domain stay as they are, since no mail program decodes them."""
    domain = f"{'x' * 60}.{'y' * 60}.example"
    assert (
        mail(ONE, TWO, sender=f"a@{domain}")["References"] == f"<alert.{ONE}@{domain}> <alert.{TWO}@{domain}>"
    )
    assert mail(ONE, sender=f"a@{domain}")["In-Reply-To"] == f"<alert.{ONE}@{domain}>"


def test_odd_ids_are_left_out() -> None:
    """An id that is none cannot break a header."""
    odd = mail("a\r\nBcc: b@vms.example", "", ONE)
    assert (odd["Bcc"], odd.get_all("X-Cert-Monitor-Alert")) == (None, [ONE])


def test_nobody_answers_for_absence() -> None:
    """Programs that answer mails by themselves are asked not to (RFC 3834)."""
    assert mail(ONE)["Auto-Submitted"] == "auto-generated"


def test_resolution_belongs_to_the_thread() -> None:
    """The first mail about an alert, its reminder and its resolution refer to the same Message-ID."""

    async def act(monitor: SmallMonitor) -> list[EmailMessage]:
        await monitor.step(wrong(1), after=MINUTE)
        await monitor.step(wrong(1), after=30 * HOUR)
        await monitor.step(right(1), after=MINUTE)
        await monitor.step(wrong(2), after=MINUTE)
        return monitor.inbox.messages

    inventory, first, reminder, resolution, other = during(act)
    assert inventory["References"] is None
    assert first["References"] == reminder["References"] == resolution["References"]
    assert first["X-Cert-Monitor-Alert"] == resolution["X-Cert-Monitor-Alert"]
    assert other["References"] not in (None, first["References"])
    assert len({mail["Message-ID"] for mail in (first, reminder, resolution, other)}) == 4
