"""How the garbage collector treats a process that knows a hundred thousand things; nothing else."""

import gc

COLLECT_AFTER = (50_000, 20, 100)
"""New objects before a collection, and how many younger collections precede an older one; chosen by
measuring looks with bench/run."""


def spare_the_collector() -> None:
    """Keep the garbage collector from walking through everything we know again and again.

    What is known are hundreds of thousands of immutable values without cycles. Walking through them
    blocks the loop for half a second at 100,000 targets (measured); frozen they are left out, and
    rarer full collections still find what cycles there are. To be called when all is loaded.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
