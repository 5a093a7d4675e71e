"""The clock is set forward, back and right again at random, with restarts: nothing false is mailed."""

import asyncio
import random
import shutil
import signal
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from support.campaigns.campaign import BrokenError, Run, require, require_no_traceback
from support.servers.daemon.process import Running, ask, damage, until
from support.servers.daemon.site import Site, site
from support.servers.daemon.timed import set_clock, timed_daemon

LIVES, STEPS = 2, 2
READ_WITHIN = 1.5
"""Seconds after which a daemon reads a clock that was set: until then it shows nothing of what follows."""
RIGHT, SMALL, AHEAD, EARLY = "right", "off by seconds", "ahead", "too early"
NOTIFIED = (
    "SELECT n.alert_id, n.reason, n.level FROM notification_alert n"
    " JOIN notification ON notification.id = n.notification_id"
    " JOIN alert ON alert.id = n.alert_id"
    " WHERE alert.\"check\" != 'clock' ORDER BY notification.rowid"
)
UNREACHABLE = "SELECT title FROM alert WHERE \"check\" = 'unreachable'"


async def clock(run: Run) -> None:
    """Set the clock again and again under two daemons in turn, and right in the end."""
    for one in run:
        async with site(one.folder) as where:
            world = _World(where, one.chance)
            await world.play()
            run.counts += world.counts
        shutil.rmtree(one.folder)


@dataclass
class _World:
    site: Site
    chance: random.Random
    state: str = RIGHT
    counts: Counter[str] = field(default_factory=Counter)
    served: list[str] = field(default_factory=list)

    async def play(self) -> None:
        """Run daemons in turn under a clock that is set, and leave the last one with the right time."""
        config = self.site.configure(interval="200ms")
        for life in range(LIVES):
            async with timed_daemon(config) as running:
                await running.has_notified_all(self.site.target)
                await self._goes_on(running)
                for _ in range(STEPS):
                    self._set()
                    await asyncio.sleep(READ_WITHIN)
                    await self._goes_on(running)
                if life == LIVES - 1:
                    await self._settled(running)
                require(await running.end(signal.SIGTERM) == 0, f"the end failed: {running.log[-3000:]}")
                require_no_traceback(running.log)
        self._notified()

    def _set(self) -> None:
        """Set the clock; what follows a time that is too early or ahead is the right one, or the same.

        From one that is too early any other would be believed; a second step ahead is not kept by a restart.
        """
        if self.state == AHEAD and self.chance.random() < 0.4:
            return
        off = self.state in (EARLY, AHEAD)
        self.state = RIGHT if off else self.chance.choice([RIGHT, SMALL, AHEAD, AHEAD, EARLY])
        hours = self.chance.choice([self.chance.uniform(0.2, 6), self.chance.uniform(5, 400 * 24)])
        seconds = {RIGHT: 0, SMALL: self.chance.uniform(-45, 45), AHEAD: hours * 3600, EARLY: -hours * 3600}
        set_clock(self.site.folder, f"{seconds[self.state]:+.0f}")
        self.counts[f"times it was {self.state}"] += 1

    async def _goes_on(self, running: Running) -> None:
        """Require that probes and passes go on, and a certificate is mailed in a time that may be right."""
        age = timedelta(minutes=self.counts["certificates"])
        issued = self.site.issue_named(timedelta(hours=30) - age)
        self.counts["certificates"] += 1
        self.site.serve(issued)
        try:
            await running.looks_on(self.site.target)
            await running.looks_on(self.site.target)  # one that changes at every probe would be flapping
            await running.passes(2)
            if self.state != EARLY:
                self.served.append(issued.sha256)
                await until(lambda: issued.sha256 in self._mailed())
        except TimeoutError:
            said = f"{self._subjects()} {running.log[-3000:]}"
            raise BrokenError(f"it stood still with a clock that is {self.state}: {said}") from None
        require((await running.get("/livez")).status_code == 200, "/livez fails")
        require("EXPIRED" not in self.site.post.words, f"false mails: {self._subjects()}")

    async def _settled(self, running: Running) -> None:
        """Require that the right clock is believed, and that nothing waits."""
        self.state = RIGHT
        set_clock(self.site.folder, "+0")
        await self._goes_on(running)
        try:
            await running.shows("cert_monitor_clock_suspect", 0)
        except TimeoutError:
            said = f"{self._subjects()} {running.log[-3000:]}"
            raise BrokenError(f"the clock is right and not believed: {said}") from None
        mails = len(self.site.post.mails)
        await running.passes(3)
        require(len(self.site.post.mails) <= mails + 1, f"mails go on: {self._subjects()}")

    def _subjects(self) -> list[str]:
        return [mail["Subject"] for mail in self.site.post.mails]

    def _mailed(self) -> set[str]:
        return {fingerprint for mail in self.site.post.mails for fingerprint in self.site.mailed_in(mail)}

    def _notified(self) -> None:
        """Require that every alert was mailed, and none twice in a row."""
        require(ask(self.site.database, UNREACHABLE) == [], f"false mails: {self._subjects()}")
        require(set(self.served) <= self._mailed(), "an alert was never mailed")
        said: dict[str, list[str]] = defaultdict(list)
        for alert_id, reason, level in ask(self.site.database, NOTIFIED):
            said[alert_id].append(f"{reason} {level}")
        for alert_id, each in said.items():
            twice = [a for a, b in pairwise(each) if a == b and "reminder" not in a]
            require(not twice, f"{alert_id} was notified twice in a row: {each}")
        require(damage(self.site.database) == [], "the database is damaged")
        self.counts += Counter({"mails": len(self.site.post.mails), "alerts notified": len(said)})
