"""Two workers and their NATS server are killed, frozen and started again: each target is probed in time."""

import shutil
from collections import Counter
from collections.abc import Sequence

from support.campaigns.campaign import Run, require
from support.campaigns.cluster.worker_events import EVENTS, SLOWEST, World, world
from support.campaigns.mails import mails_as_recorded, notified_once
from support.servers.daemon.process import ask, damage

KILLED = "worker killed"
IN_A_ROUND = (*EVENTS, KILLED, KILLED)
"""What happens in a round, in an order of its own: workers are killed more often than all else."""
INTERVAL = "2s"
BLAMED = "SELECT scope_id FROM alert WHERE \"check\" = 'unreachable'"


async def workers(run: Run, events: Sequence[str] = IN_A_ROUND, interval: str = INTERVAL) -> None:
    """Let these things happen in any order: no order is lost, and no answer counts twice."""
    for one in run:
        async with world(one.folder, one.chance, interval) as made:
            for event in one.chance.sample(events, len(events)):
                made.counts[event] += 1
                await EVENTS[event](made)
                await made.goes_on(f"after: {event}")
            await _none_counts_twice(made)
            await made.settle()
            slowest = max(run.counts[SLOWEST], made.counts.pop(SLOWEST))
            run.counts += made.counts + _notified(made)
            run.counts[SLOWEST] = slowest
        shutil.rmtree(one.folder)


async def _none_counts_twice(made: World) -> None:
    """Require fewer answers than handshakes, and no failure that is blamed on a target."""
    center = made.center.now
    taken = await center.metric("cert_monitor_schedule_lag_seconds_count") or 0
    failed = await center.metric("cert_monitor_probe_failures_total") or 0
    ours = await center.metric("cert_monitor_probe_failures_total", reason="internal") or 0
    require(failed == ours, f"{failed - ours} probes failed by a fault of targets: {made.logs()}")
    # One was the file with the CA, which the center probes itself.
    answers, probes = round(taken - ours) - 1, made.endpoints.handshakes
    require(answers <= probes, f"{answers} answers of {probes} probes")
    made.counts.update({"handshakes": probes, "answers": answers, "answers never given": round(ours)})


def _notified(made: World) -> Counter[str]:
    where = made.site
    require(damage(where.database) == [], "the database is damaged in the end")
    made.endpoints.require_right_times(where.database)
    found = mails_as_recorded(where, repeated_by=0) + notified_once(where, made.endpoints.served)
    wrong = ask(where.database, BLAMED)
    require(not wrong, f"called unreachable: {wrong}")
    return found
