"""What a connection to NATS reads, and what makes it unusable; no server here."""

import asyncio
import ssl
import threading
from typing import Any, cast

import pytest
from nats.errors import SlowConsumerError

from monitor.workers.connection import Broker, NatsConnection


def test_a_message_that_is_dropped_makes_nothing_unusable(caplog: pytest.LogCaptureFixture) -> None:
    """The connection goes on, so nothing would say later that it can be used again."""
    made = NatsConnection(Broker(("nats://127.0.0.1:4222",)), "test", "_INBOX_test")
    asyncio.run(made._failed(SlowConsumerError("answers.dmz", "", 1, cast("Any", None))))
    assert made.problem == ""
    assert "a message of NATS was dropped" in caplog.text


def test_files_are_read_on_a_thread() -> None:
    """A disk that hangs must not hold up the service."""
    readers: list[str] = []

    def tls() -> ssl.SSLContext:
        readers.append(threading.current_thread().name)
        raise OSError("the disk is gone")

    made = NatsConnection(Broker(("tls://127.0.0.1:4222",), None, tls), "test", "_INBOX_test")
    with pytest.raises(OSError, match="the disk is gone"):
        asyncio.run(made.connected())
    assert readers == ["files for NATS-1"]
