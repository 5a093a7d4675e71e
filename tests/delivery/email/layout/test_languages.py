"""One notification in two languages and two time zones: other words, the same data."""

import re
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from monitor.messages import Writer, english, language
from support.factories.alerts.recorders import SHORT_CA, ending_under
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    NOW,
    STARTED,
    MonitorState,
    certificate,
    decide,
    ending,
    failing,
    mails,
    parsed,
    picture,
    text_of,
)

BRAZIL = Writer(language("pt_BR"), ZoneInfo("America/Sao_Paulo"), NOW)
STATES = (
    ending_under(SHORT_CA),
    ending("a:443", certificate(7, 3.5)),
    failing(ending("b:443", certificate(8, -1))),
)
# Thumbprints, serial numbers, names with a port, addresses of pages.
_DATA = re.compile(r"\b[0-9A-Fa-f]{40,64}\b|\b[0-9A-F]{4}\b|\b\w+:\d+\b|\d+\.\d+\.\d+\.\d+|https://\S+")


@pytest.mark.parametrize("kind", ["plain", "html"])
@pytest.mark.parametrize("state", [AFTER_INVENTORY, MonitorState(STARTED)], ids=["notice", "inventory"])
def test_the_data_are_the_same(state: MonitorState, kind: str) -> None:
    """What identifies certificates and places, and how often, does not depend on the reader."""
    decided = decide(picture(*STATES), {}, NOW, monitor_state=state)
    (here,), (there,) = mails(decided, writer=english(NOW)), mails(decided, writer=BRAZIL)
    clock = re.compile(r"\d\d:\d\d")
    data = [sorted(_DATA.findall(clock.sub("", text_of(one, kind)))) for one in (here, there)]
    assert data[0] == data[1]
    assert len(data[0]) > 10


def test_the_envelope_is_the_same() -> None:
    """Sender, recipients and Message-ID belong to the notification; the subject is the reader's."""
    decided = decide(picture(*STATES), {}, NOW, monitor_state=AFTER_INVENTORY)
    (here,), (there,) = mails(decided, writer=english(NOW)), mails(decided, writer=BRAZIL)
    for name in ("From", "To", "Message-ID", "Date"):
        assert parsed(here)[name] == parsed(there)[name]
    assert (here.subject, there.subject) == (
        "Certificates: 1 expired, 2 warnings",
        "Certificados: 1 expirado, 2 avisos",
    )


def test_what_is_html_says_its_language() -> None:
    """A mail program or a screen reader gets the language from the mail."""
    decided = decide(picture(*STATES), {}, NOW, monitor_state=AFTER_INVENTORY)
    (mail,) = mails(decided, writer=BRAZIL)
    assert '<html lang="pt-BR">' in text_of(mail, "html")


@pytest.mark.parametrize(
    ("writer", "said"),
    [
        (Writer(language("en"), UTC, NOW), "23 Nov 2026 12:00 UTC. Time zone: UTC."),
        (
            Writer(language("en"), ZoneInfo("Europe/Lisbon"), NOW),
            "23 Nov 2026 12:00 WET. Time zone: Europe/Lisbon.",
        ),
        (BRAZIL, "23 de nov. de 2026 09:00 BRT. Fuso horário: America/Sao_Paulo."),
    ],
)
def test_the_time_zone_is_named(writer: Writer, said: str) -> None:
    """The end of a mail says whose time it is in."""
    decided = decide(picture(*STATES), {}, NOW, monitor_state=AFTER_INVENTORY)
    (mail,) = mails(decided, writer=writer)
    assert said in text_of(mail)
