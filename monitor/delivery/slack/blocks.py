"""The text for a chat as blocks of a Slack message; pure.

A message may have 50 blocks, a header 150 characters and a section 3,000; all blocks together some 13,000.
https://docs.slack.dev/reference/block-kit/blocks, https://github.com/slackapi/bolt-js/issues/2509
"""

import json
from collections.abc import Iterator
from typing import Any

from monitor.delivery.chat import ChatLink, ChatText

# https://docs.slack.dev/messaging/formatting-message-text#escaping
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def blocks(text: ChatText) -> bytes:
    """Return the body of a request with the blocks, and a text where only that is shown."""
    message = {"text": text.title.translate(_ESCAPED), "blocks": list(_blocks(text))}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _blocks(text: ChatText) -> Iterator[dict[str, Any]]:
    yield {"type": "header", "text": _plain(text.title)}
    for line in text.lines:
        said = "\n".join((line.first, *line.more))
        yield {
            "type": "section",
            "text": _plain(said),
            **({"fields": [_link(line.link)]} if line.link else {}),
        }
    if text.more:
        yield {"type": "section", "text": _plain(text.more)}
    if text.link:
        yield {"type": "section", "text": _link(text.link)}
    yield {"type": "context", "elements": [_plain(text.monitor)]}


def _link(link: ChatLink) -> dict[str, Any]:
    # Markup of our own words and address alone. A button would ask an app of ours to answer.
    return {"type": "mrkdwn", "text": f"<{link.url}|{link.words.translate(_ESCAPED)}>"}


def _plain(text: str) -> dict[str, Any]:
    # Not mrkdwn, in which a hostile name could call everybody or look like a link.
    return {"type": "plain_text", "text": text, "emoji": False}
