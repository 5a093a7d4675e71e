"""``scripts/demo --cluster``: pieces are unplugged, the page says so, nothing is lost or mailed twice."""

import asyncio
import os
import re
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from cluster.configuration import ZONES
from cluster.database import programs
from support.folders import ROOT
from support.servers.daemon.process import PATIENCE, until
from support.servers.programs import ended

pytestmark = pytest.mark.system

TAKEOVER = 15.0
LINE = re.compile(r"^  (\S+(?: \S+)?) +(?:(\S+) +)?kill -\w+ (\d+)$")
FOLDER = re.compile(r"configurations are in (\S+)\.$")
COUNT = sum(map(len, ZONES.values()))
ALERTS = {"warning": 1, "critical": 4, "expired": 1}
STANDBY_GONE = "Center center-b is not there"
NATS_GONE = "NATS is not reachable"
DATABASE_GONE = "Mails wait: the database does not answer"
NO_TAKEOVER = "This center cannot take over: the database does not answer"
SIGNALS = re.compile(r"^  kill -USR1 (\d+) ")
RENEWED = "management.vms.example"


@dataclass
class Cluster:
    """What the script prints: where each piece is and its process, and the folder with the mails."""

    pieces: dict[str, tuple[str, int]]
    folder: Path
    script: int
    """The process that starts pieces again and has a certificate replaced when it gets a signal."""

    def note(self, line: str) -> bool:
        """Note the process of a piece where a line names one; return whether it does."""
        if matched := LINE.match(line.rstrip()):
            self.pieces[matched[1].strip()] = (matched[2] or "", int(matched[3]))
        return bool(matched)

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a piece."""
        os.kill(self.pieces[name][1], number)

    def mails(self) -> list[str]:
        """Return every mail by now, in order."""
        return [one.read_text("utf-8") for one in sorted((self.folder / "mails").glob("*.txt"))]


async def shown(stdout: asyncio.StreamReader) -> Cluster:
    """Return what is printed until a center leads."""
    found = Cluster({}, Path(), 0)
    async with asyncio.timeout(2 * PATIENCE):
        while line := (await stdout.readline()).decode():
            if found.note(line):
                continue
            if matched := FOLDER.match(line.rstrip()):
                found.folder = Path(matched[1])
            if matched := SIGNALS.match(line):
                found.script = int(matched[1])
            if " leads" in line and "piece" not in line and found.script:
                return found
    raise AssertionError(found)


async def days(client: httpx.AsyncClient, page: str) -> dict[str, float]:
    """Return the days left of each endpoint that a center shows."""
    text = (await client.get(f"{page}metrics")).text
    return {
        sample.labels["target"]: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "cert_monitor_target_days_to_expiry" and "endpoint:" in sample.labels["target"]
    }


async def followed(stdout: asyncio.StreamReader, cluster: Cluster) -> None:
    """Read what else is printed, so that the script is not held up, and note what was started again."""
    while line := await stdout.readline():
        cluster.note(line.decode())


async def sample(client: httpx.AsyncClient, page: str, name: str) -> float:
    """Return the value of a metric without labels."""
    text = (await client.get(f"{page}metrics")).text
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name} "))


async def alerts(client: httpx.AsyncClient, page: str) -> dict[str, int]:
    """Return how many alerts of each level a center shows."""
    found: dict[str, int] = (await client.get(f"{page}healthz")).json()["alerts"]
    return found


async def degraded(client: httpx.AsyncClient, page: str) -> set[str]:
    """Return what health says is missing; nothing is known of a center that begins anew."""
    try:
        said = (await client.get(f"{page}healthz")).json()
    except httpx.TransportError:
        return {"no answer"}
    return {one["message"] for one in said["degraded"]}


def test_a_cluster_loses_its_pieces() -> None:
    """A frozen standby, PostgreSQL, then the leader and NATS at once; the page says it; all ends."""
    programs_or_skip()

    async def scenario() -> None:
        script = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "scripts" / "demo_cluster.py"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        assert script.stdout is not None
        try:
            cluster = await shown(script.stdout)
            reading = asyncio.create_task(followed(script.stdout, cluster))
            assert len(cluster.pieces) == 7
            async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
                await its_standby_is_frozen(client, cluster)
                leader, other = await loses_its_database(client, cluster)
                await loses_its_leader(client, cluster, leader, other)
            script.send_signal(signal.SIGINT)
            assert await asyncio.wait_for(script.wait(), PATIENCE) == 0
            await reading
            assert not [pid for _, pid in cluster.pieces.values() if psutil.pid_exists(pid)]
        finally:
            await ended(script)

    asyncio.run(scenario())


async def its_standby_is_frozen(client: httpx.AsyncClient, cluster: Cluster) -> None:
    """Require that the page says it until the standby is back, and that everything is mailed once."""
    page, _ = cluster.pieces["center-a"]

    async def all_seen() -> bool:
        return len(await days(client, page)) == COUNT

    async def is_said() -> bool:
        return STANDBY_GONE in await degraded(client, page)

    async def all_well() -> bool:
        return not await degraded(client, page)

    await until(all_seen)
    await until(all_well)
    cluster.send("center-b", signal.SIGSTOP)
    await until(is_said)
    assert STANDBY_GONE in (await client.get(page)).text
    cluster.send("center-b", signal.SIGCONT)
    await until(all_well)
    assert 'id="degraded"' not in (await client.get(page)).text
    await until(lambda: mailed(cluster))
    await until_sent(client, page)


def mailed(cluster: Cluster) -> bool:
    """Return whether the inventory was mailed, which comes once everything was probed."""
    return any("From now on you hear only of changes" in one for one in cluster.mails())


async def loses_its_database(client: httpx.AsyncClient, cluster: Cluster) -> tuple[str, str]:
    """Kill PostgreSQL while a certificate is replaced by one that expires soon, and start it again.

    Require that it is said, that the new certificate is shown and mailed once, after that. Return which
    center leads then, and the other one.
    """
    page, other = cluster.pieces["center-a"][0], cluster.pieces["center-b"][0]
    before, mails = await days(client, page), cluster.mails()

    async def both_say_it() -> bool:
        return DATABASE_GONE in await degraded(client, page) and NO_TAKEOVER in await degraded(client, other)

    async def shows_the_new_one() -> bool:
        return (
            expiring(await days(client, page), before) == {RENEWED} and await alerts(client, page) == ALERTS
        )

    cluster.send("postgresql", signal.SIGQUIT)
    await until(both_say_it)
    await says_all_of_it(client, page)
    assert expiring(await days(client, page), before) == set()
    os.kill(cluster.script, signal.SIGUSR2)
    await until(shows_the_new_one)
    assert cluster.mails() == mails
    os.kill(cluster.script, signal.SIGUSR1)
    leader, standby = await well_again(client, cluster)
    await until(lambda: len(cluster.mails()) > len(mails))
    await until_sent(client, cluster.pieces[leader][0])
    *same, new = cluster.mails()
    assert (same, "Management server: the certificate expires" in new) == (mails, True)
    assert expiring(await days(client, cluster.pieces[leader][0]), before) == {RENEWED}
    return leader, standby


def expiring(now: dict[str, float], before: dict[str, float]) -> set[str]:
    """Return the hosts whose days left have changed; require that all others are there and have not."""
    assert now.keys() == before.keys()
    changed = {one for one, left in now.items() if left != pytest.approx(before[one], abs=0.01)}
    assert all(now[one] == pytest.approx(2, abs=0.1) for one in changed)
    return {one.rpartition("/")[2] for one in changed}


async def says_all_of_it(client: httpx.AsyncClient, page: str) -> None:
    """Require what is missing, since when, what it means and what to do, of page, health and summary."""
    (health,) = (await client.get(f"{page}healthz")).json()["degraded"]
    assert datetime.now(UTC) - datetime.fromisoformat(health["since"]) < timedelta(seconds=2 * PATIENCE)
    assert (await client.get(f"{page}api/v1/summary")).json()["health"]["degraded"] == [health]
    assert "Nothing is recorded or sent until the database answers" in health["effect"]
    assert "Check that PostgreSQL runs" in health["advice"]
    shows = (await client.get(page)).text
    assert all(health[part] in shows for part in ("message", "effect", "advice"))
    assert f"since {datetime.fromisoformat(health['since']):%-d %b %Y %H:%M} UTC" in shows


async def well_again(client: httpx.AsyncClient, cluster: Cluster) -> tuple[str, str]:
    """Wait until one center leads, the other one waits, and nothing is missing; return both."""
    found: list[str] = []

    async def is_well() -> bool:
        found[:] = []
        for name in ("center-a", "center-b"):
            page = cluster.pieces[name][0]
            if await degraded(client, page):
                return False
            ready = (await client.get(f"{page}readyz")).status_code == 200
            found.insert(0 if ready else len(found), name)
        return await sample(client, cluster.pieces[found[0]][0], "cert_monitor_leader") == 1

    await until(is_well)
    return found[0], found[1]


async def until_sent(client: httpx.AsyncClient, page: str) -> None:
    """Wait until the leader has recorded that everything was sent; its metric follows later."""

    async def nothing_waits() -> bool:
        sent = (await client.get(f"{page}api/v1/notifications")).json()["items"]
        return bool(sent) and all(one["finished_at"] for one in sent)

    await until(nothing_waits)


async def loses_its_leader(client: httpx.AsyncClient, cluster: Cluster, leader: str, other: str) -> None:
    """Kill the leader and NATS; require the same certificates, alerts and mails of the other center."""
    first, second = cluster.pieces[leader][0], cluster.pieces[other][0]
    leader_gone = f"Center {leader} is not there"
    before, mails = await days(client, first), cluster.mails()
    assert {one.partition("endpoint:")[0] for one in before} == {"", "dmz/", "harbour/"}

    async def takes_over() -> bool:
        return (await client.get(f"{second}readyz")).status_code == 200

    async def is_said() -> bool:
        return {leader_gone, NATS_GONE} <= await degraded(client, second)

    async def the_same_alerts() -> bool:
        return await alerts(client, second) == ALERTS

    for name in (leader, "nats"):
        cluster.send(name, signal.SIGKILL)
    await until(takes_over, TAKEOVER)
    after = await days(client, second)
    assert after == pytest.approx(before, abs=0.01)
    await until(is_said)
    shows = (await client.get(second)).text
    assert leader_gone in shows
    assert NATS_GONE in shows
    await until(the_same_alerts)
    assert cluster.mails() == mails


def programs_or_skip() -> None:
    """Skip where PostgreSQL is not installed."""
    try:
        programs()
    except SystemExit as error:
        pytest.skip(str(error))
