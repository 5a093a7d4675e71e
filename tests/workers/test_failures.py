"""How it is said why NATS cannot be used."""

import asyncio
from ssl import SSLError

import pytest

from monitor.workers.failures import reason
from support.servers.programs import free_port


def test_a_port_that_refuses_is_said_in_plain_words() -> None:
    """Not by the number of the error."""

    async def scenario() -> None:
        await asyncio.open_connection("127.0.0.1", free_port())

    with pytest.raises(OSError, match="Connect call failed") as caught:
        asyncio.run(scenario())
    assert reason(caught.value) == "Connection refused"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            FileNotFoundError(2, "No such file or directory", "nats.creds"),
            "nats.creds: No such file or directory",
        ),
        (SSLError(1, "certificate verify failed"), "certificate verify failed"),
        (OSError("Multiple exceptions: [Errno 111] ..."), "Multiple exceptions: [Errno 111] ..."),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_what_an_error_says(error: Exception, said: str) -> None:
    """A file is named; other errors speak for themselves."""
    assert said in reason(error)
