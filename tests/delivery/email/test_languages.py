"""Every word of a mail is the reader's: language, dates and time zone; what comes from outside is not."""

import re
from dataclasses import replace
from datetime import UTC
from gettext import NullTranslations
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from monitor.alerts import (
    AlertLevel,
    AlertLocation,
    Decision,
    Inventory,
    NotificationItem,
    NotifyReason,
    RenewalSteps,
)
from monitor.alerts.decision import UnreachableHost, UpcomingExpiry
from monitor.alerts.step_texts import STEPS
from monitor.alerts.texts import PROBLEM, many_unreachable_network, renewed
from monitor.delivery.email import test_message
from monitor.messages import Language, Writer, language
from monitor.model import Check, Mail, text
from monitor.model.message import completed
from support.factories.alerts_world import NOW, certificate, mails, parsed, text_of

# Of other people: names of certificates, machines and labels, and the abbreviation of the time zone.
DATA = {"CN", "UTC", "Büro", "https", "example"}


class Nonsense(NullTranslations):
    """A catalogue that makes every letter of a text of ours another one, and leaves its placeholders."""

    def gettext(self, message: str) -> str:
        """Return a text in the language of nonsense."""
        parts = re.split(r"(\{[^}]*\})", message)
        return "".join(
            part if number % 2 else re.sub(r"[^\W\d_]", "ж", part) for number, part in enumerate(parts)
        )

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return one of two texts in the language of nonsense."""
        return self.gettext(msgid1 if n == 1 else msgid2)


NONSENSE = Writer(Language("ru", Nonsense(), Locale("ru")), UTC, NOW)
CERTIFICATE = replace(certificate(1, 3, name="1"), issuer="CN=1")
LOCATIONS = tuple(
    AlertLocation(f"10.0.0.{n}:443", "Büro", (("owner", "Büro"), ("note", f"{n}"), ("site", "1")))
    for n in range(201)
)


def item(
    reason: NotifyReason, check: Check, level: AlertLevel | None = AlertLevel.WARNING
) -> NotificationItem:
    """Return an item with everything that one can have."""
    values = {"host": "1", "location": "2", "instead": "3"}
    steps = tuple(completed(step, **values) for step in STEPS.get(check, (text("1"),)))
    good = reason in (NotifyReason.RENEWED, NotifyReason.RESOLVED, NotifyReason.REACHABLE_AGAIN)
    return NotificationItem(
        reason,
        None if good else level,
        (check,),
        "Büro",
        (renewed(not_after=NOW, previous=NOW),) * 22,
        LOCATIONS,
        CERTIFICATE,
        replaced_sha256="9" if good else "",
        renewal_steps=(
            RenewalSteps(text("1"), steps, "https://example", "Büro"),
            RenewalSteps(text("2"), (*steps, text("2")), "", "Büro", ca_first=True),
        ),
    )


def inventory() -> Inventory:
    """Return an inventory that has every section."""
    hosts = (UnreachableHost("Büro", ("1", "2"), (renewed(not_after=NOW, previous=NOW),)),) * 201
    return Inventory(
        watched=3,
        need_action=2,
        unreachable=1,
        not_probed=1,
        items=(item(NotifyReason.INVENTORY, Check.EXPIRY),),
        upcoming=(UpcomingExpiry(NOW, "Büro", "1", CERTIFICATE),),
        unreachable_hosts=hosts,
        never_seen=hosts,
    )


NETWORK = NotificationItem(
    NotifyReason.FIRST,
    AlertLevel.CRITICAL,
    (Check.UNREACHABLE,),
    "",
    (many_unreachable_network(count=5, watched=20),),
)
DECISIONS = {
    "checks": Decision(tuple(item(NotifyReason.FIRST, check) for check in Check)),
    "reasons": Decision(
        tuple(item(reason, Check.EXPIRY, level) for reason in NotifyReason for level in AlertLevel)
    ),
    "resolved": Decision(tuple(item(NotifyReason.RESOLVED, check) for check in Check)),
    "network": Decision((NETWORK,) * 201),
    "inventory": Decision(inventory=inventory()),
}


class Words(HTMLParser):
    """Collect what a mail program shows."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.shown: list[str] = []

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.shown.append(data)


def words(mail: Mail) -> set[str]:
    """Return the words of a mail in Latin letters."""
    page = Words()
    if parsed(mail).get_body(("html",)) is not None:
        page.feed(text_of(mail, "html"))
    shown = " ".join([str(parsed(mail)["Subject"]), text_of(mail), *page.shown])
    return set(re.findall(r"[A-Za-zÀ-ÿ]{2,}", shown))


@pytest.mark.parametrize("decision", DECISIONS.values(), ids=DECISIONS)
def test_a_language_of_nonsense_leaves_no_english(decision: Decision) -> None:
    """Subject, both bodies, and what a template that cannot be rendered leaves."""
    (mail,) = mails(decision, writer=NONSENSE, monitor=text("1"))
    assert words(mail) - DATA == set()


def test_the_test_mail_has_no_english() -> None:
    """It is in the language of the mails that it stands for."""
    mail = test_message("certs@vms.example", ("a@vms.example",), NONSENSE, lambda: "<1@vms.example>")
    assert words(mail) - DATA == set()


def test_every_problem_has_words() -> None:
    """Each check can be the worst of an item."""
    assert set(PROBLEM) == set(Check)


def test_two_readers_get_the_same_data() -> None:
    """One decision in two languages and zones: dates and words differ, what identifies things does not."""
    one = certificate(0xABC, 0.5)
    decision = Decision(
        (
            NotificationItem(
                NotifyReason.FIRST, AlertLevel.CRITICAL, (Check.EXPIRY,), "rec:1", certificate=one
            ),
        )
    )
    lisbon = Writer(language("pt_BR"), ZoneInfo("Europe/Lisbon"), NOW)
    auckland = Writer(language("en"), ZoneInfo("Pacific/Auckland"), NOW)
    (portuguese,), (english,) = (mails(decision, writer=writer) for writer in (lisbon, auckland))
    assert (portuguese.subject, english.subject) == (
        "[CRÍTICO] rec:1: certificado expira em 12 horas",
        "[CRITICAL] rec:1: certificate expires in 12 hours",
    )
    for wanted in (one.sha1, one.sha256, one.subject, one.serial):
        assert wanted in text_of(portuguese)
        assert wanted in text_of(english)
    assert "Europe/Lisbon" in text_of(portuguese)
    assert "Nov 24, 2026 01:00 +1300" in text_of(english)
    assert 'lang="pt-BR"' in text_of(portuguese, "html")
