"""Nothing that people read is written past the catalogues: in a language of nonsense no English is left."""

import string
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest

import catalogues
from monitor.alerts import NotificationItem, NotifyReason, RenewalSteps, alerts_of_target
from monitor.alerts.decided import ReceiverDecision
from monitor.alerts.decision import Inventory, UnreachableHost, UpcomingExpiry
from monitor.alerts.digest import AcknowledgedItem, Digest
from monitor.alerts.payload import to_json
from monitor.alerts.steps.texts import STEPS
from monitor.delivery.email.layout.render import MailContext, render
from monitor.delivery.email.layout.sample import sample_mail
from monitor.delivery.links import Links
from monitor.messages import Writer
from monitor.model import (
    AlertLevel,
    AlertLocation,
    Check,
    Failure,
    FailureReason,
    Message,
    NotificationKind,
    text,
)
from monitor.model.message import Parameter, completed
from monitor.pipeline.notifications import notification
from monitor.web.pages.lists.alerts import ALERT_LIST, alert_rows_of
from monitor.web.pages.lists.certificates import certificate_list, certificate_source
from monitor.web.pages.lists.discoveries import DISCOVERY_LIST, DISCOVERY_SOURCE
from monitor.web.pages.lists.kind import ListKind, RowSource
from monitor.web.pages.lists.notifications import NOTIFICATION_LIST, notification_source
from monitor.web.pages.lists.silences import SILENCE_LIST, silence_source
from monitor.web.pages.lists.targets import target_list, target_source
from monitor.web.pages.overview import overview_values
from monitor.web.published.alerts import AlertContext
from monitor.web.queries.overview import target_facts
from monitor.web.queries.planning.indexes import CertificateIndexes
from monitor.xprotect import Presets
from support.factories.alerts.world import ADMINS, DAYS, NOW, SENDER, certificate, mails, parsed, text_of
from support.factories.web import fakes as web_fakes
from support.factories.web.pages import listed, reader_of, rendered
from support.nonsense import nonsense, shown, words_of_ours

WRITER = Writer(nonsense(), UTC, NOW)
CERTIFICATE = certificate(1, 3, name="rec")
LOCATION = AlertLocation("rec:7563", "Rec", (("component", "recorder"), ("owner", "Ana"), ("note", "Note")))
PRESETS = [one for role in Presets.built_in().roles for one in Presets.built_in().all_ports(role)]
FORMATS = ("CSV", "JSON")
OTHERS = (
    *(
        "rec",
        "Rec",
        "recorder",
        "Ana",
        "Note",
        "harbour",
        "site",
        "component",
        "recording_server",
        "vms",
        "example",
    ),
    *(CERTIFICATE.subject, CERTIFICATE.issuer, "UTC", "https", "guide", SENDER, *ADMINS, "el"),
    *(one.guid for one in PRESETS),
)
SAID = text("1")


def _value(name: str, form: str) -> Parameter:
    if form in ("date", "day", "on", "when", "expires"):
        return NOW + 3 * DAYS
    return {"open": ("1", "2"), "count": 2}.get(form or name, "1")


def every_message() -> list[Message]:
    """Return every text of ours as a message, with some value for each placeholder."""
    return [
        Message(
            "any",
            one.text,
            one.plural,
            tuple(
                (name, _value(name, form or ""))
                for _, name, form, _ in string.Formatter().parse(one.text + one.plural)
                if name
            ),
        )
        for one in catalogues.texts()
    ]


def _filled(steps: tuple[Message, ...]) -> tuple[Message, ...]:
    names = ("host", "instead", "issuer", "location", "names", "port", "thumbprint", "ca_expires")
    return tuple(completed(step, **dict.fromkeys(names, "1")) for step in steps)


def steps() -> tuple[RenewalSteps, ...]:
    """Return the steps of every preset and of every check."""
    of_presets = [
        RenewalSteps(one.impact, _filled((*one.steps, *one.ca_first, *one.switch))) for one in PRESETS
    ]
    return (*of_presets, *(RenewalSteps(steps=_filled(several)) for several in STEPS.values()))


def item(
    reason: NotifyReason, check: Check, level: AlertLevel | None = None, **more: object
) -> NotificationItem:
    """Return an item about a certificate."""
    # Only the clock has no title: its first message says it all.
    title = "Rec" if reason is not NotifyReason.CLOCK else ""
    one = NotificationItem(reason, level, (check,), title, (SAID,), (LOCATION,), CERTIFICATE)
    return replace(one, **more)  # type: ignore[arg-type]


ITEMS = (
    *(item(NotifyReason.FIRST, check, level) for check in Check for level in AlertLevel),
    *(item(NotifyReason.FIRST, check, AlertLevel.WARNING, certificate=None) for check in Check),
    *(item(reason, Check.EXPIRY) for reason in NotifyReason),
    item(NotifyReason.WORSE, Check.EXPIRY, AlertLevel.CRITICAL),
    item(NotifyReason.REMINDER, Check.EXPIRY, AlertLevel.CRITICAL),
    item(NotifyReason.RENEWED, Check.EXPIRY, replaced_sha256="12"),
    item(NotifyReason.FIRST, Check.TRUST, AlertLevel.WARNING, renewal_steps=steps()),
    item(NotifyReason.FIRST, Check.RECORDER_PAIR, AlertLevel.WARNING, renewal_steps=(steps()[0],)),
    item(NotifyReason.FIRST, Check.CA_EXPIRY, AlertLevel.WARNING, messages=(SAID,) * 30),
)


def test_every_text_is_in_the_catalogue() -> None:
    """Each text is looked up and filled."""
    assert {word for one in every_message() for word in words_of_ours(WRITER.write(one), ["UTC"])} == set()


def read(decision: ReceiverDecision) -> str:
    """Return subject and bodies of the mails of a decision, in nonsense."""
    sent = mails(decision, writer=WRITER, monitor=text("rec"))
    return "\n".join(
        f"{parsed(one)['Subject']}\n{text_of(one)}\n{shown(text_of(one, 'html'))}" for one in sent
    )


@pytest.mark.parametrize("one", ITEMS, ids=lambda one: f"{one.reason}-{one.checks[0]}-{one.level}")
def test_notice(one: NotificationItem) -> None:
    """Headlines, labels, headings, steps and facts of a notice are translated."""
    assert words_of_ours(read(ReceiverDecision("email", items=(one, one))), OTHERS) == set()


def test_inventory() -> None:
    """So is the inventory, however much there is of everything."""
    host = UnreachableHost("Rec", tuple(f"rec:{n}" for n in range(60)), (SAID,))
    inventory = Inventory(
        watched=1,
        need_action=300,
        unreachable=2,
        not_probed=3,
        items=ITEMS[:3] * 100,
        upcoming=(UpcomingExpiry(NOW + DAYS, "Rec", "rec:1", CERTIFICATE),),
        unreachable_hosts=(host,) * 300,
        never_seen=(host,) * 300,
        network_down=True,
    )
    networks = replace(host, locations=("10.1.2.3:443",), failure=FailureReason.DNS)
    few = replace(inventory, unreachable_hosts=(networks,) * 3 + (host,) * 9)
    assert words_of_ours(read(ReceiverDecision("email", inventory=few)), OTHERS) == set()
    assert words_of_ours(read(ReceiverDecision("email", inventory=inventory)), OTHERS) == set()


def test_digest() -> None:
    """So is the digest, with whoever acknowledged something."""
    acknowledged = (AcknowledgedItem(ITEMS[0], "Ana", NOW + DAYS),)
    over = tuple(one for one in ITEMS if one.level is None)
    for digest in (Digest(ITEMS[:40], ITEMS[40:60], acknowledged, over), Digest()):
        context = MailContext(SENDER, text("rec"), WRITER, Links("https://vms.example"))
        mail = render(notification("email", ADMINS, NotificationKind.DIGEST, to_json(digest), NOW), context)
        said = f"{parsed(mail)['Subject']}\n{text_of(mail)}\n{shown(text_of(mail, 'html'))}"
        assert words_of_ours(said, (*OTHERS, "alerts")) == set()


def test_test_mail() -> None:
    """So is the mail that tests the settings."""
    mail = sample_mail(notification("email", ADMINS, NotificationKind.TEST, "", NOW), SENDER, WRITER)
    said = f"{parsed(mail)['Subject']}\n{text_of(mail)}"
    assert words_of_ours(said, OTHERS) == set()


def test_page() -> None:
    """The page has no word of its own either, whatever it shows."""
    seen = web_fakes.endpoint("rec", 20)
    failed = replace(
        web_fakes.unreachable("rec:2"), failures=(Failure(FailureReason.DNS, SAID),), unreachable=None
    )
    standby = replace(web_fakes.standby("rec:3"), unreachable=None, failures=())
    named = replace(seen.target, id="rec", labels=(("owner", "Ana"), ("site", "harbour")))
    states = (
        seen,
        failed,
        standby,
        web_fakes.pending("rec:4"),
        replace(web_fakes.endpoint("rec:5", -3), encrypted=False),
        replace(web_fakes.endpoint("rec:6", 0.1), target=named),
        web_fakes.endpoint("rec:7", 400, sentence="1"),
    )
    snapshot = web_fakes.snapshot(*states)
    alerts = tuple(one for state in states for one in alerts_of_target(state, NOW))
    command = "cert-monitor silence add site=lab --until 7d --reason maintenance".replace("-", " ").split()
    others = (*OTHERS, *command, "alias-of-rec", "VMS CA", "endpoint", "owner", "cert-monitor")
    reader = reader_of(replace(snapshot, alerts=alerts), writer=WRITER)
    lists: tuple[tuple[ListKind[Any], RowSource[Any]], ...] = (
        (ALERT_LIST, alert_rows_of(AlertContext())),
        (certificate_list(), certificate_source()),
        (target_list(), target_source()),
        (SILENCE_LIST, silence_source(())),
        (NOTIFICATION_LIST, notification_source(())),
        (DISCOVERY_LIST, DISCOVERY_SOURCE),
    )
    for kind, source in lists:
        for query in ("", "per_page=2&page=2", "q=zzz"):
            html = listed(kind, source, reader, query)
            assert words_of_ours(shown(html), (*others, *FORMATS, "recording_server")) == set()
    for some in (replace(snapshot, alerts=alerts), web_fakes.snapshot()):
        html = rendered(
            "overview.html",
            reader_of(some, writer=WRITER),
            lambda one: overview_values(one, target_facts(one.snapshot, NOW), CertificateIndexes()),
        )
        assert words_of_ours(shown(html), others) == set()


def test_the_test_would_see_english() -> None:
    """A word that was written past the catalogue is found, a length in English too."""
    assert words_of_ours("rec: ended ж", OTHERS) == {"ended"}
    assert WRITER.length(timedelta(days=3)) == "3 ημέρες"
