"""What each kind of receiver is sent in a heartbeat, alone and inside a digest."""

import json
from dataclasses import replace
from typing import Any

import pytest

from monitor.alerts.payload import Content
from monitor.delivery.chat import chat_text
from monitor.delivery.slack.blocks import blocks
from monitor.delivery.teams.card import card
from monitor.delivery.webhook.body import body
from monitor.model import text
from support.factories.alerts.world import DAYS, NOW, text_of
from support.factories.delivery.mail_samples import WRITERS, heartbeats, mail_of
from support.servers.web.posted import about

ALL = heartbeats()
HEARTBEATS = {kind: content for kind, content in ALL.items() if kind != "outage"}
NEXT = "If the next heartbeat does not arrive on Monday, 30 November 2026, look at the monitor."


def posted(content: Content) -> dict[str, Any]:
    """Return what a program is sent."""
    return dict(json.loads(body(about(content), WRITERS["en"], text("watch.vms.example"))))


@pytest.mark.parametrize("kind", HEARTBEATS)
def test_a_program(kind: str) -> None:
    """The counts and instants are fields."""
    found = posted(HEARTBEATS[kind])["heartbeat"]
    assert (found["targets"], found["certificates"]) == (31, 40)
    assert found["next_at"] == (NOW + 7 * DAYS).isoformat()
    assert found["next_expiry"] == {
        "title": "Portal",
        "location": "10.1.2.9:443",
        "not_after": (NOW + 40 * DAYS).isoformat(),
    }
    assert found["open"] == {"heartbeat": 0, "heartbeat-open": 3, "digest-heartbeat": 2}[kind]


def test_a_program_and_nothing_known() -> None:
    """Without any certificate there is none that expires next."""
    bare = replace(HEARTBEATS["heartbeat"], first=None)  # type: ignore[type-var]
    assert posted(bare)["heartbeat"]["next_expiry"] is None
    assert (posted(bare)["alerts"], "heartbeat" in posted(())) == ([], False)


@pytest.mark.parametrize("kind", HEARTBEATS)
def test_chats(kind: str) -> None:
    """The same lines in both, and they say when to look at the monitor."""
    message = chat_text(about(HEARTBEATS[kind]), WRITERS["en"], text("watch.vms.example"))
    lines = [line.first for line in message.lines]
    assert lines[-2:] == [NEXT, "Next to expire: Portal (10.1.2.9:443) expires in 40 days (2 Jan 2027)"]
    for form in (blocks, card):
        assert NEXT in form(message).decode()


@pytest.mark.parametrize("kind", HEARTBEATS)
def test_html(kind: str) -> None:
    """The HTML form of a mail says it too."""
    mail = mail_of(HEARTBEATS[kind])
    assert NEXT in text_of(mail, "html")
    assert NEXT in text_of(mail)


@pytest.mark.parametrize("kind", HEARTBEATS)
def test_nobody_needs_to_act_only_when_it_is_so(kind: str) -> None:
    """A heartbeat with open alerts does not calm."""
    assert ("nobody needs to act" in text_of(mail_of(HEARTBEATS[kind]))) == (kind == "heartbeat")


def test_an_outage() -> None:
    """It is one notification, in a mail, for programs and in chats, and no alert."""
    said = "The monitor was not running from 21 Nov 2026 00:00 UTC to 23 Nov 2026 12:00 UTC"
    outage = ALL["outage"]
    assert mail_of(outage).subject == said
    assert "Nothing was checked in that time" in text_of(mail_of(outage))
    (alert,) = posted(outage)["alerts"]
    assert (alert["reason"], alert["level"], alert["id"]) == ("outage", None, "")
    message = chat_text(about(outage), WRITERS["en"], text("watch.vms.example"))
    assert message.title == said
    assert any("Nothing was checked in that time" in line.first for line in message.lines)
