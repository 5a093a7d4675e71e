"""What a worker sends once the NATS server takes it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from nats.errors import ConnectionClosedError

from monitor.model import Observation, ProbeResult
from monitor.wire import read_answers, write_answer
from monitor.workers import sending
from support.pki import NOW


class Server:
    """A NATS server that takes a message at the third attempt; each one takes a minute."""

    max_payload, is_closed = 10**6, False

    def __init__(self) -> None:
        """Begin."""
        self.minutes = 0
        self.taken: list[bytes] = []

    def now(self) -> datetime:
        """Return the time."""
        return NOW + timedelta(minutes=self.minutes)

    async def publish(self, _subject: str, body: bytes, headers: object) -> None:
        """Take a message, or be away."""
        assert headers
        if self.minutes == 2:
            self.taken.append(body)
            return
        self.minutes += 1
        raise ConnectionClosedError


def test_answers_that_waited_have_the_time_at_which_they_were_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The monitor would take their way for a clock that is behind."""
    monkeypatch.setattr(sending, "RETRY_AFTER", 0)
    server: Any = Server()
    answer = write_answer("key", "", Observation("t1", NOW, timedelta(0), ProbeResult()))
    asyncio.run(sending.AnswerSender(server, server, "", server).send([(answer, {})]))
    [body] = server.taken
    assert read_answers(body).sent_at == NOW + timedelta(minutes=2)
