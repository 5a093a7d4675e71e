"""The disk is full, nearly full or read-only for random spans, with restarts and kills; mails go on."""

import asyncio
import os
import random
import shutil
import signal
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from support.campaigns.campaign import BrokenError, Run, require, require_no_traceback
from support.servers.daemon.process import Running, daemon, damage, until
from support.servers.daemon.site import Site, site

LIVES = 3
MARK = "notifications are kept in memory and may be repeated after a restart."
STATES = ("works", "full", "nearly full", "read-only")
NO_LIMIT = "unlimited"
_NO_RIGHTS = "-dac_override,-dac_read_search"


async def disk(run: Run) -> None:
    """Let the disk fail and recover under several daemons in turn; every alert is mailed, in any state."""
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
    counts: Counter[str] = field(default_factory=Counter)
    served: list[str] = field(default_factory=list)

    async def play(self) -> None:
        """Run daemons in turn, and a last one on a disk that works."""
        self._make_disk()
        config = self.site.configure(interval="200ms")
        for _ in range(LIVES):
            await self._live(config, self.chance.choice(STATES))
        await self._recovered(config)
        self._notified()

    def _make_disk(self) -> None:
        """Make a folder of somebody else, so that its mode counts for a daemon without root's rights too."""
        folder = self.site.database.parent
        folder.mkdir()
        if os.geteuid() == 0:
            os.chown(folder, 65534, 65534)
        self._may_write(allowed=True)

    def _may_write(self, *, allowed: bool) -> None:
        folder = self.site.database.parent
        for file in folder.iterdir():
            file.chmod(0o644 if allowed else 0o444)
        folder.chmod(0o777 if allowed else 0o555)

    async def _live(self, config: Path, state: str) -> None:
        """Run one daemon, which starts on a disk in some state, through further states, and end it."""
        self._may_write(allowed=state != "read-only")
        self.counts[f"starts, disk {state}"] += 1
        async with daemon(config, inside=_with_limit(self._limit(state))) as running:
            await running.has_notified_all(self.site.target)
            for further in (state, *self.chance.sample(STATES, self.chance.randrange(3))):
                await self._set(running, further)
                await self._goes_on(running, further)
            if self.chance.random() < 0.5:
                require(await running.end(signal.SIGTERM) == 0, f"the end failed: {running.log[-3000:]}")
            else:
                await running.end(signal.SIGKILL)
            require_no_traceback(running.log)

    def _limit(self, state: str) -> str:
        """Return the most bytes of a file."""
        if state == "full":
            return "1"
        if state != "nearly full":
            return NO_LIMIT
        largest = max((file.stat().st_size for file in self.site.database.parent.iterdir()), default=100_000)
        return str(self.chance.randrange(1, largest * 5 // 4 + 2))

    async def _set(self, running: Running, state: str) -> None:
        self.counts[f"spans, disk {state}"] += 1
        self._may_write(allowed=state != "read-only")
        done = await asyncio.create_subprocess_exec(
            "prlimit", "--pid", str(running.pid), f"--fsize={self._limit(state)}:{NO_LIMIT}"
        )
        require(await done.wait() == 0, "prlimit failed")

    async def _goes_on(self, running: Running, state: str) -> None:
        """Require that a new certificate is seen, exposed and mailed, and that the daemon counts as alive."""
        issued = self.site.issue_named(timedelta(hours=30) - timedelta(minutes=len(self.served)))
        self.served.append(issued.sha256)
        self.site.serve(issued)
        try:
            await until(lambda: issued.sha256 in self._mailed())
        except TimeoutError:
            raise BrokenError(f"no mail while the disk {state}: {running.log[-3000:]}") from None
        for path in ("/livez", "/readyz", "/"):
            require((await running.get(path)).status_code == 200, f"{path} fails while the disk {state}")
        left = await running.metric("cert_monitor_certificate_days_to_expiry", target=self.site.target)
        require(left is not None and 0 < left < 2, f"the metric shows {left} days")

    async def _recovered(self, config: Path) -> None:
        """Require that a daemon on a disk that works is well, and mails nothing that was notified."""
        self._may_write(allowed=True)
        async with daemon(config, inside=_with_limit(NO_LIMIT)) as running:

            async def well() -> bool:
                return (await running.get("/healthz")).status_code == 200

            await until(well)
            await running.has_notified_all(self.site.target)
            await self._goes_on(running, "works again")
            await running.passes(2)
            await running.shows("cert_monitor_outbox_pending", 0)
            require(await running.end(signal.SIGTERM) == 0, f"the end failed: {running.log[-3000:]}")
            require_no_traceback(running.log)
        require(damage(self.site.database) == [], "the database is damaged")

    def _mailed(self) -> dict[str, list[bool]]:
        """Return for each certificate in mails whether each of its mails says that it may be repeated.

        An inventory is not about one certificate; where nothing could be read it comes again.
        """
        found: dict[str, dict[str, bool]] = defaultdict(dict)
        for mail, text in zip(self.site.post.mails, self.site.post.texts, strict=True):
            for fingerprint in () if " watched" in mail["Subject"] else self.site.mailed_in(mail):
                found[fingerprint][mail["Message-ID"]] = MARK in text
        return {fingerprint: [*mails.values()] for fingerprint, mails in found.items()}

    def _notified(self) -> None:
        """Require that every alert was mailed, and repeated only where the mails say that they may be."""
        mailed = self._mailed()
        require(set(self.served) <= set(mailed), "an alert was never mailed")
        for fingerprint, marks in mailed.items():
            require(marks.count(False) <= 1, f"{fingerprint} was mailed twice without a mark: {marks}")
            self.counts["alerts mailed"] += 1
            self.counts["alerts mailed again"] += len(marks) - 1
            self.counts["mails from memory"] += marks.count(True)


def _with_limit(most: str) -> Sequence[str]:
    """Return what runs a command with a limit on the size of its files, and without root's right to write."""
    limited = ("prlimit", f"--fsize={most}:{NO_LIMIT}")
    if os.geteuid() != 0:
        return limited
    return ("setpriv", f"--bounding-set={_NO_RIGHTS}", f"--inh-caps={_NO_RIGHTS}", *limited)
