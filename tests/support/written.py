"""What a finding or message says in English, for tests of words."""

from datetime import datetime

from monitor.messages import english
from monitor.model import Finding, Message
from support.pki import NOW


def written(said: Finding | Message, now: datetime = NOW) -> str:
    """Return the sentence of a finding or message."""
    return english(now).write(said.message if isinstance(said, Finding) else said)
