"""Raise the cancellation of a task that a library call has swallowed."""

import asyncio


def raise_if_cancelled() -> None:
    """Raise ``CancelledError`` in a task that somebody has cancelled.

    ``asyncio.wait_for`` of Python 3.11, which the client of NATS uses, returns its result instead where both
    come at the same moment (CPython issue 86296): a loop around it would go on for good.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
