"""What chats are sent: a few lines, within the limits of Teams and Slack, and nothing that is markup."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from monitor.alerts import NotificationItem
from monitor.alerts.payload import Content
from monitor.delivery.chat import MOST_FULL, MOST_LINES, MOST_SHORT, ChatText, chat_text
from monitor.delivery.links import NO_LINKS, Links
from monitor.delivery.slack.blocks import blocks
from monitor.delivery.teams.card import card
from monitor.model import text
from support.factories.delivery.mail_samples import WRITERS, contents
from support.servers.web.posted import about

PAGES = Links("https://certs.vms.example")
CONTENTS: dict[str, Content | None] = {**contents(), "test": None}
HOSTILE = "<!channel> [here](https://evil.example) *a* &amp; <https://evil.example|b> \x1b[1m"


def said(
    content: Content | None,
    code: str = "en",
    *,
    short: bool = False,
    full: bool = False,
    links: Links = NO_LINKS,
) -> ChatText:
    """Return the message to a chat."""
    one = replace(about(content), short=short)
    return chat_text(one, WRITERS[code], text("watch.vms.example"), links, full=full)


def many(title: str, number: int = 300) -> tuple[NotificationItem, ...]:
    """Return so many different alerts with this title."""
    content = CONTENTS["alert"]
    assert isinstance(content, tuple)
    assert content[0].certificate is not None
    one, certificate = content[0], content[0].certificate
    return tuple(
        replace(one, title=f"{n} {title}", certificate=replace(certificate, issuer=str(n)))
        for n in range(number)
    )


def shown(text: ChatText) -> list[str]:
    """Return all that is shown, in order."""
    return [text.title, *(part for one in text.lines for part in (one.first, *one.more)), text.more]


@pytest.mark.parametrize("kind", CONTENTS)
@pytest.mark.parametrize("code", WRITERS)
def test_every_kind(kind: str, code: str) -> None:
    """Each notification has a title, and the same words in both chats."""
    message = said(CONTENTS[kind], code)
    assert message.title
    assert message.more == ""
    expected = [part for part in (*shown(message), message.monitor) if part]
    in_slack = [part for one in texts_of(json.loads(blocks(message))["blocks"]) for part in one.split("\n")]
    assert in_slack == expected
    assert list(texts_of(content_of(card(message))["body"])) == expected


def test_one_alert() -> None:
    """One alert comes with its location, what stops, and what to do."""
    message = said(CONTENTS["alert"])
    assert message.title == "Recorder 02: certificate expires in 3 days (critical)"
    assert [line.first for line in message.lines][:2] == [
        "recorder02.vms.example, 10.1.2.12:7563",
        "No live video and no playback from this recorder. Recording continues.",
    ]


def test_full() -> None:
    """With ``full`` a chat is sent impact and remedy of several alerts, and the steps of one."""
    message = said(CONTENTS["several"], full=True)
    recorder = next(line for line in message.lines if "Recorder 02: certificate expires" in line.first)
    assert recorder.more[1:] == (
        "No live video and no playback from this recorder. Recording continues.",
        "renew it, assign it to both groups, verify. This interrupts recording; plan a window.",
    )
    alone = [line.first for line in said(CONTENTS["alert"], full=True).lines]
    assert alone[-1] == "Select it in Server Configurator, for both groups."
    assert alone[:-2] == [line.first for line in said(CONTENTS["alert"]).lines]
    for content in CONTENTS.values():
        assert said(content, short=True, full=True) == said(content, short=True)


def test_full_within_limits() -> None:
    """Fewer are sent in full, so that the message stays within what is taken."""
    content = CONTENTS["alert"]
    assert isinstance(content, tuple)
    steps = replace(content[0].renewal_steps[0], impact=text("語" * 900), in_brief=text("語" * 900))
    message = said(
        tuple(replace(one, renewal_steps=(steps,)) for one in many("語" * 500)), full=True, links=PAGES
    )
    assert (len(message.lines), message.more) == (MOST_FULL, "and 292 more")
    assert {len(line.more) for line in message.lines} == {3}
    assert len(card(message)) < 21_000
    assert len(json.loads(blocks(message))["blocks"]) <= 50


def test_digest() -> None:
    """What is new says so, what is acknowledged by whom, and what is over comes last."""
    message = said(CONTENTS["digest"])
    assert "(new" in message.lines[0].first or "new)" in message.lines[0].first
    assert "Ana" in message.lines[-2].first
    assert message.lines[-1].tone == "good"


def test_links_to_one_alert() -> None:
    """A message about one alert leads to its page."""
    message = said(CONTENTS["alert"], links=PAGES)
    content = CONTENTS["alert"]
    assert isinstance(content, tuple)
    url = f"https://certs.vms.example/alerts/{content[0].alert_id}"
    (action,) = content_of(card(message))["actions"]
    assert action == {"type": "Action.OpenUrl", "title": "This alert", "url": url}
    assert json.loads(blocks(message))["blocks"][-2]["text"] == {
        "type": "mrkdwn",
        "text": f"<{url}|This alert>",
    }


def test_links_to_several() -> None:
    """One about several leads to each of them, and to all."""
    message = said(CONTENTS["several"], links=PAGES)
    pages = [line.link.url for line in message.lines if line.link]
    assert len(pages) >= 6
    assert all(one.startswith("https://certs.vms.example/alerts/") for one in pages)
    body = content_of(card(message))
    opened = [one["selectAction"]["url"] for one in objects(body["body"]) if "selectAction" in one]
    assert opened == pages
    assert body["actions"][0]["url"] == "https://certs.vms.example/alerts"
    fields = [one["fields"][0]["text"] for one in json.loads(blocks(message))["blocks"] if "fields" in one]
    assert fields == [f"<{one}|This alert>" for one in pages]


def test_more() -> None:
    """What there is no room for is counted."""
    message = said(many("Recorder", 32))
    assert (len(message.lines), message.more) == (MOST_LINES, "and 12 more")
    short = said(many("Recorder", 32), short=True)
    assert (len(short.lines), short.more) == (MOST_SHORT, "and 27 more")


@pytest.mark.parametrize("letter", ["a", '"', "\\", "&", "é", "語", "\U0001f512"])
def test_limits(letter: str) -> None:
    """Also the longest message in any script stays within what Teams and Slack take."""
    message = said(many(letter * 500), links=PAGES)
    assert len(card(message)) < 21_000
    made = json.loads(blocks(message))["blocks"]
    assert len(made) <= 50
    assert max(len(one["text"]["text"]) for one in made if "text" in one) <= 3000
    assert len(made[0]["text"]["text"]) <= 150
    assert len(json.dumps(made)) < 13_000 or len(json.dumps(made, ensure_ascii=False)) < 13_000


def test_hostile_titles() -> None:
    """No title becomes a link, a mention or a style."""
    message = said(many(HOSTILE, 1))
    slack = json.loads(blocks(message))
    assert "<" not in slack["text"]
    assert {one["type"] for one in objects(slack["blocks"])} == {"header", "section", "context", "plain_text"}
    kinds = {one["type"] for one in objects(content_of(card(message))["body"])}
    assert kinds == {"RichTextBlock", "TextRun"}
    assert "\\u001b" not in (blocks(message) + card(message)).decode()


def content_of(body: bytes) -> dict[str, Any]:
    """Return the card in the envelope."""
    message = json.loads(body)
    (attachment,) = message["attachments"]
    assert (message["type"], attachment["contentType"]) == (
        "message",
        "application/vnd.microsoft.card.adaptive",
    )
    return dict(attachment["content"])


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object that has a type."""
    if isinstance(value, list):
        for one in value:
            yield from objects(one)
    elif isinstance(value, dict):
        if "type" in value:
            yield value
        for one in value.values():
            yield from objects(one)


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text that is shown."""
    for one in objects(value):
        if isinstance(one.get("text"), str):
            yield one["text"]
