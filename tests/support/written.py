"""What a failure, finding or message says in English, for tests of words."""

from datetime import datetime

from monitor.messages import english
from monitor.model import Failure, Finding, Message
from support.pki import NOW


def written(said: Failure | Finding | Message, now: datetime = NOW) -> str:
    """Return the sentence of a failure, finding or message."""
    return english(now).write(said.message if isinstance(said, Failure | Finding) else said)
