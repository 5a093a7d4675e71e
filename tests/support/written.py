"""What failures, findings and messages say in English, and runbooks in the words of a configuration."""

import re
from collections.abc import Iterable
from datetime import datetime

from monitor.messages import english
from monitor.model import Failure, Finding, Message, Runbook
from monitor.model.message import completed, own, placeholders
from support.pki import NOW


def written(said: Failure | Finding | Message, now: datetime = NOW) -> str:
    """Return the sentence of a failure, finding or message."""
    return english(now).write(said.message if isinstance(said, Failure | Finding) else said)


def unfilled(messages: Iterable[Message | None]) -> tuple[str, ...]:
    """Return what messages say in English; what is not filled yet stands in braces."""
    return tuple(written(_in_braces(one)) for one in messages if one is not None)


def _in_braces(message: Message) -> Message:
    empty = placeholders(message.text) - {name for name, _ in message.parameters}
    return completed(message, **{name: f"{{{name}}}" for name in empty})


def own_words(*texts: str) -> tuple[Message, ...]:
    """Return instructions as somebody wrote them into a configuration, which takes no empty ones."""
    return tuple(
        own(text, ("names", "thumbprint", "served_thumbprint", "issuer", "ca_expires"))
        for text in texts
        if text
    )


_LEVEL = re.compile(r"\b(expired|critical|warning|resolved|renewed)", re.IGNORECASE)


def word_of(subject: str) -> str:
    """Return what the subject of a mail says: Certificates (the inventory), WARNING, Resolved and so on.

    A subject that says none of these, as that of a test mail, is returned as it is.
    """
    if subject.startswith("Certificates:") and " watched" in subject:
        return "Certificates"
    if "clock is wrong" in subject or "clock jumped" in subject:
        return "Clock problem"
    if "monitor was not running" in subject:
        return "Outage"
    if subject.endswith(": reachable again"):
        return "Reachable again"
    counts_or_end = subject if subject.startswith("Certificates:") else subject.rpartition(": ")[2]
    ends = _LEVEL.findall(counts_or_end)
    if not ends:
        return subject
    word = str(ends[0] if subject.startswith("Certificates:") or "renewed" in ends else ends[-1])
    return word.capitalize() if word in ("renewed", "resolved") else word.upper()


def runbook(
    impact: str,
    steps: tuple[str, ...] = (),
    *,
    ca_first: tuple[str, ...] = (),
    switch: tuple[str, ...] = (),
    link: str = "",
) -> Runbook:
    """Return a runbook in the words of a configuration."""
    first = own_words(impact)[0] if impact else None
    return Runbook(first, own_words(*steps), own_words(*ca_first), own_words(*switch), link)
