"""The last bound of a run: what hangs where no other bound reaches ends the run, with the test's name last.

pytest-timeout fails a test once. Nothing watches the teardown after a failure, and an event loop logs an
exception that is raised in one of its callbacks and goes on. pytest's faulthandler names no test, and of more
than a hundred threads it shows the newest only, never the main thread.
"""

import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SECONDS = 180.0  # beyond a test's own time


@contextmanager
def watchdog(name: str, write: Callable[[str], object], *, seconds: float) -> Iterator[None]:
    """Exit with code 1 when the block takes longer than that, after writing where each thread is."""
    timer = threading.Timer(seconds, _end, (name, write, seconds))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # tests count threads


def _end(name: str, write: Callable[[str], object], seconds: float) -> None:
    try:
        write(f"\n{_stacks()}\nHUNG {name}: the run ends after {seconds:g} s in this test\n")
    finally:
        os._exit(1)


def _stacks() -> str:
    """Return the stack of every other thread, the main thread's last."""
    frames = sys._current_frames()
    threads = [one for one in threading.enumerate() if one is not threading.current_thread()]
    threads.sort(key=lambda one: one is threading.main_thread())
    return "\n".join(
        f"{one.name}:\n{''.join(traceback.format_stack(frames[one.ident]))}"
        for one in threads
        if one.ident in frames
    )
