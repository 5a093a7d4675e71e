"""Make the periodic tasks of a daemon: what is done how often, and how long one round may take."""

from monitor.daemon.cluster.component_watch import LOOK_FOR_CENTERS_EVERY, ComponentSources, ComponentWatch
from monitor.daemon.cluster.leadership import TRY_EVERY, sender
from monitor.daemon.deciding_parts import DecidingParts
from monitor.daemon.notifications.heartbeat import EVERY as HEARTBEAT_EVERY
from monitor.daemon.notifications.heartbeat import HeartbeatLoop
from monitor.daemon.notifications.outage_watch import EVERY as ALIVE_EVERY
from monitor.daemon.periodic import PeriodicTask, Work
from monitor.daemon.renewal_days import PROBE_EVERY
from monitor.daemon.shared_parts import SharedParts
from monitor.daemon.system.supervision import Supervision
from monitor.daemon.tasks import Tasks

PRUNE_EVERY = 3600.0
BEAT_EVERY = 1.0
CHECK_STORE_EVERY = 10.0
FOLLOW_LISTS_EVERY = 60.0
FOLLOW_WEB_CONFIG_EVERY = 2.0

FOLLOW_LEADER_EVERY = 15.0
"""Seconds between two times that a standby reads what changed; a takeover reads what is left."""

FIRST_READING_LIMIT = 3600.0
"""Seconds that the first of these may take: 100,000 targets are about a minute."""

ASK_CAS_EVERY = 30.0
"""Seconds between two rounds of questions to CAs; most find nothing that is due."""

CAS_ROUND_LIMIT = 3600.0
"""Seconds that such a round may take: hundreds of certificates whose CAs do not answer."""


def periodic_tasks(
    shared: SharedParts,
    deciding: DecidingParts,
    others: ComponentSources,
    components: ComponentWatch,
    supervision: Supervision,
) -> Tasks:
    """Return all that a daemon does at intervals."""
    task, probing, config = shared.task, shared.probing, shared.config()
    heartbeat = HeartbeatLoop(probing.board, shared.clock, shared.config, shared.health)
    watched = probing.watched
    return Tasks(
        alerts=task("alert pass", config.alerts.every.total_seconds(), deciding.alerts.round),
        delivery=deciding.delivery,
        revocation=task("asking issuers", ASK_CAS_EVERY, probing.revocation.round, CAS_ROUND_LIMIT),
        ari=task("asking when to renew", ASK_CAS_EVERY, probing.ari.round, CAS_ROUND_LIMIT),
        retention=task("retention", PRUNE_EVERY, _prune(shared)),
        beat=task("beat", BEAT_EVERY, _beat(shared, components)),
        store_check=task("store check", CHECK_STORE_EVERY, _check_of_store(shared)),
        lists=task("taking up what was discovered", FOLLOW_LISTS_EVERY, watched.follow_lists),
        heartbeat=task("heartbeat", HEARTBEAT_EVERY, sender(shared.leadership)(heartbeat.round)),
        alive=task("recording that the service runs", ALIVE_EVERY, shared.outages.round),
        web_access=task("following the web configuration", FOLLOW_WEB_CONFIG_EVERY, shared.access.round),
        renewal_days=task("renewal days", PROBE_EVERY, deciding.renewal_days.round),
        supervision=task("telling the service manager", supervision.every, supervision.round),
        lease=task("the lease", TRY_EVERY, shared.leadership.round),
        following=_following(shared),
        centers=task("looking for other centers", LOOK_FOR_CENTERS_EVERY, others.round),
    )


def _following(shared: SharedParts) -> PeriodicTask:
    follow = shared.probing.watched.follow_leader
    return shared.task("following the leader", FOLLOW_LEADER_EVERY, follow, FIRST_READING_LIMIT)


def _prune(shared: SharedParts) -> Work:
    async def prune() -> None:
        # A clock that is ahead would remove too much.
        if not shared.clock_watch.jump:
            await shared.store.prune(shared.clock.now(), shared.config().store.keep)

    return prune


def _beat(shared: SharedParts, components: ComponentWatch) -> Work:
    async def beat() -> None:
        shared.clock_watch.beat()
        components.missing()
        if shared.clock_watch.changed:
            shared.decide_again()

    return beat


def _check_of_store(shared: SharedParts) -> Work:
    async def check() -> None:
        await shared.store.check()
        await shared.link_key.refresh()
        if not shared.store.in_memory:
            await shared.probing.pipeline.flush()

    return check
