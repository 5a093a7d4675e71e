"""A whole renewal day against the simulated site: plan, half of it, a restart, the rest, the protocol."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from monitor.daemon.daemon import Daemon
from monitor.demo.xprotect_renewal import Renewal
from monitor.demo.xprotect_site import Simulator, xprotect_entry
from monitor.model import DayState, DayStep, RenewalDay
from monitor.web.queries.planning.renewal_day import day_view
from support.factories.web.access import BROWSER, form_token, log_in, web_file
from support.servers.daemon.inside import daemon
from support.servers.daemon.process import until
from support.servers.sources import xprotect_simulator

pytestmark = pytest.mark.system
SITE = "Harbour"


def configured(site: Simulator) -> Path:
    """Write a configuration with the simulated site and two users; alice is an operator."""
    web_file(site.folder)
    file = site.folder / "cert-monitor.yaml"
    file.write_text(
        "web: {listen: '127.0.0.1:0', config_file: web.yml, operators: [alice]}\n"
        "store: {url: 'sqlite:///state.db'}\n"
        "defaults: {interval: 1h, timeout: 2s, trust: [site-ca.cer]}\n"
        f"targets:\n{xprotect_entry(site)}",
        "utf-8",
    )
    return file


@dataclass
class Day:
    """Somebody at the pages of a running daemon."""

    running: Daemon
    browser: httpx.AsyncClient

    @property
    def today(self) -> RenewalDay:
        """Return the one day that goes on."""
        (found,) = self.running.parts.renewal_days.open()
        return found

    def step(self, server: str, group: str = "") -> DayStep:
        """Return the first step at a server."""
        return next(one for one in self.today.steps if server in one.server and group in one.group)

    async def page(self, path: str) -> str:
        """Return a page."""
        return (await self.browser.get(path)).text

    async def send(self, path: str, /, **fields: str) -> httpx.Response:
        """Send a form with the token that forms have."""
        token = form_token(await self.browser.get("/sites"))
        return await self.browser.post(path, data={"form_token": token, **fields})

    async def act(self, action: str, /, **fields: str) -> httpx.Response:
        """Do something on the day that goes on."""
        return await self.send(f"/renewal-days/{self.today.id}/{action}", **fields)

    async def confirm(self, step: DayStep, what: str = "live") -> None:
        """Confirm a step and see that it is taken."""
        answer = await self.act("confirm", step=step.id, name="carla", checked=what)
        assert answer.status_code == 303, re.findall(r'role="alert">([^<]*)', answer.text)

    async def served(self, step_id: str) -> None:
        """Wait until the ports of a step serve what is expected."""
        await until(lambda: next(one for one in self.today.steps if one.id == step_id).served)


@asynccontextmanager
async def at_work(config: Path, user: str = "alice") -> AsyncIterator[Day]:
    """Run the daemon, whose extra probes follow each other quickly, with somebody who logged in."""
    async with daemon(config, lambda made: made.parts.tasks.renewal_days) as running:
        headers = {**BROWSER, "origin": running.url}
        async with httpx.AsyncClient(base_url=running.url, headers=headers, trust_env=False) as browser:
            await log_in(browser, user)
            await until(lambda: len(running.parts.board.snapshot) > 5 and all_probed(running))
            yield Day(running, browser)


def all_probed(running: Daemon) -> bool:
    """Return whether every target was probed."""
    return all(one.probed_at is not None for one in running.parts.board.snapshot)


async def begun(day: Day) -> None:
    """Start the plan, as it was shown and in no other state."""
    assert (await day.send(f"/plans/{SITE}/start", version="of yesterday")).status_code == 422
    version = re.search(r'name="version" value="(\w+)"', await day.page(f"/plans/{SITE}"))
    assert version
    answer = await day.send(f"/plans/{SITE}/start", version=version[1])
    assert (answer.status_code, answer.headers["location"]) == (303, f"/renewal-days/{day.today.id}")
    assert f"/renewal-days/{day.today.id}" in await day.page(f"/plans/{SITE}")


async def pilot(day: Day, renewal: Renewal) -> tuple[str, str]:
    """Renew the first recorder, one group after the other; return the old and the new thumbprint."""
    media, server = day.step("Recorder 01", "streaming_media"), day.step("Recorder 01", "server")
    assert (await day.act("confirm", step=server.id, name="carla", checked="live")).status_code == 422
    await day.confirm(next(one for one in day.today.steps if one.kind == "ca"), "clients")
    renewal.issue("recorder01")
    (switched,) = (await renewal.switch("recorder01", "server")).ports
    await day.served(server.id)
    assert not day.step("Recorder 01", "streaming_media").served
    await day.confirm(server)
    await renewal.switch("recorder01", "streaming_media")
    await day.served(media.id)
    await day.confirm(media)
    return switched.before, switched.after


async def refused_registration(day: Day, renewal: Renewal) -> None:
    """Switch the second recorder, whose registration fails; everything stops until somebody goes on."""
    result = await renewal.switch("recorder02", "server", registers=False)
    step = day.step("Recorder 02", "server")
    await day.served(step.id)
    await day.act("report", step=step.id, exit_code=str(result.exit_code))
    assert day.today.state is DayState.STOPPED
    assert (await day.act("confirm", step=step.id, name="carla", checked="live")).status_code == 422


async def went_back(day: Day, renewal: Renewal) -> None:
    """See that a port serves the old certificate again, and put that right."""
    step = day.step("Recorder 02", "server")
    await renewal.switch_back("recorder02", "server")
    await until(lambda: day.today.state is DayState.STOPPED)
    assert "old certificate again" in await day.page(f"/renewal-days/{day.today.id}")
    await renewal.switch("recorder02", "server")
    await day.served(step.id)
    await day.act("resume", reason="the wrong certificate was chosen")
    await day.confirm(step)


async def the_rest(day: Day, renewal: Renewal) -> None:
    """Renew all other servers but one, which is left out."""
    left = day.step("Recorder 03")
    await day.act("leave-out", step=left.id, reason="it is being replaced")
    for server in ("recorder02", "management", "event01", "mobile01"):
        await renewal.switch(server)
    for step in day.today.steps:
        if not step.settled:
            await day.served(step.id)
            await day.confirm(step)


async def whole_day(folder: Path) -> None:
    """Work through a plan, with a restart and everything that goes wrong on such a day."""
    async with xprotect_simulator.running(folder) as site:
        renewal, config = Renewal(site, pause=0.05), configured(site)
        async with at_work(config, "victor") as viewer:
            assert (await viewer.send(f"/plans/{SITE}/start", version="any")).status_code == 403
            assert viewer.running.parts.renewal_days.open() == ()
        async with at_work(config) as day:
            await begun(day)
            old, new = await pilot(day, renewal)
            await refused_registration(day, renewal)
            before = day.today
        async with at_work(config) as day:
            assert day.today == before
            shown = await day.page(f"/renewal-days/{before.id}")
            assert f"{day_view(before).done} of {len(before.steps)} steps done." in shown
            assert "exit code 100: the certificate is in place" in shown
            await day.act("resume", reason="registered by an administrator")
            await went_back(day, renewal)
            await the_rest(day, renewal)
            assert day.running.parts.renewal_days.open() == ()
            protocol = await day.page(f"/renewal-days/{before.id}")
    for said in (
        old,
        new,
        "carla",
        "Left out by alice: it is being replaced",
        "registered by an administrator",
    ):
        assert said in protocol, said
    assert "<form" not in protocol.partition("</header>")[2]


def test_a_renewal_day(tmp_path: Path) -> None:
    """What was started is worked through to its protocol, whatever happens on the way."""
    asyncio.run(whole_day(tmp_path))
