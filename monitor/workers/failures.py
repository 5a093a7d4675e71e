"""The text of failures between this process and NATS, and fetching messages in spite of them."""

import asyncio
import errno
import os
from ssl import SSLError

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

RETRY_AFTER = 1.0
_WAIT = 5.0


def reason(error: BaseException) -> str:
    """Return the text of an error, or its name without one; for an error of the system the system's text."""
    if isinstance(error, OSError) and not isinstance(error, SSLError) and os.name == "posix":
        number = error.errno
        if number is not None and number in errno.errorcode:
            said = os.strerror(number)  # asyncio puts the address in place of them
            return f"{error.filename}: {said}" if error.filename else said
    return str(error) or type(error).__name__


async def fetched(messages: JetStreamContext.PullSubscription, most: int) -> list[Msg]:
    """Return some messages; none where none came for a while, or the server cannot be asked now."""
    try:
        return await messages.fetch(most, timeout=_WAIT)
    except TimeoutError:
        return []
    except (NatsError, OSError):
        await asyncio.sleep(RETRY_AFTER)
        return []
