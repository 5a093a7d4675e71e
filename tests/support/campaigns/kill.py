"""The daemon is killed at random instants while it starts, probes, records, decides, mails and stops."""

import asyncio
import random
import shutil
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from support.campaigns.campaign import Round, Run, require, require_no_traceback
from support.campaigns.mails import mails_as_recorded
from support.servers.daemon.process import Running, ask, damage, started, until
from support.servers.daemon.site import Site, serve_another_at_each_second_look, site

KILLS = 5
"""Kills in a round, all of daemons on one database."""
NOTIFIED = "SELECT scope_id FROM alert JOIN notification_log ON id = alert_id WHERE \"check\" = 'expiry'"
FLAPPING = "SELECT 1 FROM alert WHERE \"check\" = 'flapping'"
ALERTS = "SELECT scope_id FROM alert WHERE \"check\" = 'expiry'"

Moment = Callable[[Site, Running, random.Random], Awaitable[None]]


async def kill(run: Run) -> None:
    """Kill the daemon several times a round: nothing is lost, and at most one mail a kill is repeated."""
    for one in run:
        async with site(one.folder) as where:
            run.counts += await _round(one, where)
        shutil.rmtree(one.folder)


async def _round(one: Round, where: Site) -> Counter[str]:
    config = where.configure(interval="100ms")
    serve_another_at_each_second_look(where, 40 * KILLS)
    found: Counter[str] = Counter(kills=KILLS)
    for _ in range(KILLS):
        name = one.chance.choice([*MOMENTS])
        found[f"killed {name}"] += 1
        await _killed(config, where, MOMENTS[name], one.chance)
        found_wrong = damage(where.database) if where.database.exists() else []
        require(not found_wrong, f"the database is damaged, killed {name}: {found_wrong}")
    where.met = None
    await _settled(config, where)
    return found + _notified(where)


async def _killed(config: Path, where: Site, moment: Moment, chance: random.Random) -> None:
    where.post.hold, where.post.taken = False, None
    where.post.held.clear()
    async with started("run", "--config", str(config), wait=False) as running:
        await moment(where, running, chance)
        if running.process.returncode is None:
            running.process.kill()
        await running.process.wait()
        require_no_traceback(running.log)
    where.post.hold, where.post.taken = False, None


async def _settled(config: Path, where: Site) -> None:
    """Let a last daemon deliver what is left, and stop as it is asked to."""
    async with started("run", "--config", str(config)) as running:
        await running.looks_on(where.target)
        await running.passes(2)
        await running.shows("cert_monitor_outbox_pending", 0)
        require(await running.end(signal.SIGTERM) == 0, f"the end failed: {running.log}")
    require(damage(where.database) == [], "the database is damaged in the end")


def _notified(where: Site) -> Counter[str]:
    """Compare the mails that arrived with what is recorded; return how many there were."""
    found = mails_as_recorded(where, repeated_by=KILLS)
    mails = {mail["Message-ID"]: mail for mail in where.post.mails}
    mailed = Counter(fingerprint for mail in mails.values() for fingerprint in where.mailed_in(mail))
    found["alerts mailed"] = len(mailed)
    notified = {sha256 for (sha256,) in ask(where.database, NOTIFIED)}
    require(notified <= set(mailed), "an alert is recorded as notified that is in no mail")
    if ask(where.database, FLAPPING):
        # Probes that were cut off between changes look like a change at each probe, which is one alert.
        return found + Counter({"rounds with flapping": 1})
    require(set(mailed.values()) == {1}, f"an alert was mailed twice: {mailed.most_common(3)}")
    require(notified, "no alert is recorded as notified")
    require(
        set(mailed) <= {row[0] for row in ask(where.database, ALERTS)}, "a mail is about no recorded alert"
    )
    return found


async def _while_starting(_where: Site, running: Running, chance: random.Random) -> None:
    await asyncio.wait({asyncio.create_task(running.process.wait())}, timeout=chance.uniform(0, 3))


async def _at_any_time(where: Site, running: Running, chance: random.Random) -> None:
    mails = len(where.post.mails)
    await until(lambda: len(where.post.mails) > mails)
    await asyncio.sleep(chance.uniform(0, 0.4))


async def _while_probing(where: Site, running: Running, chance: random.Random) -> None:
    """Kill soon after a handshake: then the result is judged and recorded."""
    met, came = where.met, asyncio.Event()

    def meet() -> None:
        if met is not None:
            met()
        came.set()

    where.met = meet
    try:
        for _ in range(chance.randrange(1, 6)):
            came.clear()
            await asyncio.wait_for(came.wait(), 60)
        await asyncio.sleep(chance.uniform(0, 0.05))
    finally:
        where.met = met


async def _while_writing(where: Site, running: Running, chance: random.Random) -> None:
    """Kill as soon as the write-ahead log changes, for the sake of half-written transactions."""
    log = where.database.with_name("state.db-wal")

    def stamp() -> tuple[int, int]:
        try:
            now = log.stat()
        except FileNotFoundError:
            return 0, 0
        return now.st_mtime_ns, now.st_size

    mails = len(where.post.mails)
    await until(lambda: len(where.post.mails) > mails)
    for _ in range(chance.randrange(1, 8)):
        before = stamp()
        async with asyncio.timeout(60):
            while stamp() == before:
                await asyncio.sleep(0.0005)
    await asyncio.sleep(chance.choice([0, 0, 0.001, 0.005]))


async def _before_a_mail_is_taken(where: Site, running: Running, chance: random.Random) -> None:
    where.post.hold = True
    await asyncio.wait_for(where.post.held.wait(), 60)
    await asyncio.sleep(chance.uniform(0, 0.3))


async def _before_a_taken_mail_is_ticked_off(where: Site, running: Running, chance: random.Random) -> None:
    delay = chance.choice([0, 0, 0.001, 0.01])

    async def end() -> None:
        running.process.kill()

    async def answered() -> None:
        asyncio.get_running_loop().call_later(delay, running.process.kill)

    where.post.taken = answered if delay else end
    await asyncio.wait_for(running.process.wait(), 60)


async def _while_stopping(where: Site, running: Running, chance: random.Random) -> None:
    await _at_any_time(where, running, chance)
    running.process.send_signal(signal.SIGTERM)
    await asyncio.sleep(chance.uniform(0, 0.5))


MOMENTS: dict[str, Moment] = {
    "while it starts": _while_starting,
    "at any time": _at_any_time,
    "after a handshake": _while_probing,
    "while it writes": _while_writing,
    "before a mail is taken": _before_a_mail_is_taken,
    "before a taken mail is ticked off": _before_a_taken_mail_is_ticked_off,
    "while it stops": _while_stopping,
}
