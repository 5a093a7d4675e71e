"""The text for a chat as an Adaptive Card, in the envelope that a Teams workflow takes; pure.

The envelope: https://learn.microsoft.com/connectors/teams/#when-a-teams-webhook-request-is-received
A message may have 28 KB; some got no more than 21 KB through. Twenty lines of 200 letters stay below that.
https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
"""

import json
from collections.abc import Iterator
from typing import Any

from monitor.delivery.chat import ChatLine, ChatLink, ChatText

_COLORS = {"expired": "attention", "critical": "attention", "warning": "warning", "good": "good"}


def card(text: ChatText) -> bytes:
    """Return the body of a request with the card."""
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.2",
        "msteams": {"width": "Full"},
        "body": list(_body(text)),
        **({"actions": [{**_open(text.link), "title": text.link.words}]} if text.link else {}),
    }
    kind = "application/vnd.microsoft.card.adaptive"
    message = {"type": "message", "attachments": [{"contentType": kind, "content": content}]}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _body(text: ChatText) -> Iterator[dict[str, Any]]:
    yield _block(_run(text.title, weight="bolder", size="medium"))
    for line in text.lines:
        yield from _line(line)
    if text.more:
        yield _block(_run(text.more))
    yield _block(_run(text.monitor, size="small", isSubtle=True))


def _line(line: ChatLine) -> Iterator[dict[str, Any]]:
    color = {"color": _COLORS[line.tone]} if line.tone in _COLORS else {}
    # Since version 1.2 of the schema; clients show such a text as a link.
    action = {"selectAction": _open(line.link)} if line.link else {}
    yield _block({**_run(line.first, **color), **action})
    for more in line.more:
        yield {**_block(_run(more, isSubtle=True)), "spacing": "none"}


def _open(link: ChatLink) -> dict[str, Any]:
    return {"type": "Action.OpenUrl", "url": link.url}


def _block(run: dict[str, Any]) -> dict[str, Any]:
    # A TextBlock would read titles and names as Markdown, with links; a TextRun does not.
    # https://adaptivecards.io/explorer/TextRun.html
    return {"type": "RichTextBlock", "inlines": [run]}


def _run(text: str, **look: str | bool) -> dict[str, Any]:
    return {"type": "TextRun", "text": text, **look}
