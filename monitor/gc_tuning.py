"""Garbage collection and memory of a process with hundreds of thousands of long-lived objects."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

COLLECT_AFTER = (50_000, 20, 100)
"""New objects before a collection, and how many younger collections precede an older one; chosen by
measuring probes with bench/run."""


COLLECT_AFTER_LOADING = (200_000, 20, 100)
"""The same while modules are loaded: they are some 60,000 objects, nearly all of which stay, and walking
through them once takes 12 ms."""


def collect_rarely() -> None:
    """Make collections rarer before anything is loaded, for a whole command that does not run on."""
    gc.set_threshold(*COLLECT_AFTER_LOADING)


def tune_garbage_collector() -> None:
    """Freeze loaded objects and make full collections rarer; call it when everything is loaded.

    Loaded state is hundreds of thousands of immutable values without cycles. Traversing them blocks the loop
    for half a second at 100,000 targets (measured); frozen objects are skipped, and the rarer full
    collections still find the few cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def unfreeze_objects() -> None:
    """Let the next collection free what was frozen; call it when most of that is in use no more."""
    gc.unfreeze()


@contextmanager
def making_what_stays() -> Iterator[None]:
    """Collect nothing while hundreds of thousands of values are made that stay, and never traverse them.

    A full collection among them blocks the loop for tenths of a second at 100,000 targets (measured).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def release_free_memory() -> None:
    """Return freed memory to the system; it takes some milliseconds, and other C libraries do it themselves.

    glibc keeps what was freed below anything that is still in use: 80 MB after 100,000 settings were planned.
    """
    import ctypes  # noqa: PLC0415 - every command imports this file

    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)
