"""The page on calendars: operators make and revoke addresses, which are shown once and to nobody else."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from monitor.model import Matcher, TokenRole
from support.factories.web.access import Site, form_token, log_in, site
from support.factories.web.fakes import endpoint, snapshot


def worked(folder: Path, act: Callable[[Site, httpx.AsyncClient], Awaitable[None]], user: str) -> None:
    """Let somebody who logged in work on the page."""

    async def scenario() -> None:
        async with site(folder) as where:
            where.daemon.shown = snapshot(endpoint("recorder", 20))
            where.tokens.add("grafana", TokenRole.VIEWER)
            where.tokens.add("old", TokenRole.CALENDAR)
            async with where.browser() as browser:
                await log_in(browser, user)
                await act(where, browser)

    asyncio.run(scenario())


def test_made_and_shown_once(tmp_path: Path) -> None:
    """The address is in the answer alone; the calendar shows what was chosen."""

    async def act(where: Site, browser: httpx.AsyncClient) -> None:
        before = await browser.get("/calendars?site=harbour")
        assert '<option value="harbour" selected>harbour</option>' in before.text
        assert 'value="outlook-alice"' in before.text
        sent = {"form_token": form_token(before), "name": "ana", "site": "harbour"}
        made = await browser.post("/calendars", data=sent)
        assert (made.status_code, f"{where.url}/calendar.ics?token=ana" in made.text) == (200, True)
        assert made.headers["cache-control"] == "no-store"
        # The script that refreshes pages would otherwise take the address away within half a minute.
        assert '<section class="card verdict ok" data-keep>' in made.text
        after = await browser.get("/calendars")
        assert ("site: harbour" in after.text, "token=ana" in after.text) == (True, False)
        assert where.tokens.listed()[-1].matchers == (Matcher("site", ("harbour",)),)
        assert where.tokens.listed()[-1].created_by == "alice"
        assert (await browser.get("/calendar.ics?token=ana")).status_code == 200
        again = await browser.post("/calendars", data=sent)
        assert (again.status_code, "no token" in again.text) == (422, True)

    worked(tmp_path, act, "alice")


def test_known_elsewhere(tmp_path: Path) -> None:
    """The address has the name that people elsewhere know, if one is configured."""

    async def act(where: Site, browser: httpx.AsyncClient) -> None:
        where.daemon.external = "https://certs.vms.example"
        token = form_token(await browser.get("/calendars"))
        made = await browser.post(
            "/calendars",
            data={"form_token": token, "name": "ana"},
            headers={"origin": "https://certs.vms.example"},
        )
        assert "https://certs.vms.example/calendar.ics?token=ana" in made.text

    worked(tmp_path, act, "alice")


def test_revoked(tmp_path: Path) -> None:
    """A calendar is revoked here, a token of a program is not."""

    async def act(where: Site, browser: httpx.AsyncClient) -> None:
        sent = {"form_token": form_token(await browser.get("/calendars"))}
        forged = await browser.post("/calendars/old/revoke", data={})
        other = await browser.post("/calendars/grafana/revoke", data=sent)
        done = await browser.post("/calendars/old/revoke", data=sent)
        assert (forged.status_code, other.status_code, done.status_code) == (403, 422, 303)
        assert [one.name for one in where.tokens.listed()] == ["grafana"]

    worked(tmp_path, act, "alice")


@pytest.mark.parametrize("path", ["/calendars", "/calendars/old/revoke"])
def test_viewers_make_none(tmp_path: Path, path: str) -> None:
    """A viewer is told of the command, sees no calendar of others and changes nothing."""

    async def act(where: Site, browser: httpx.AsyncClient) -> None:
        seen = await browser.get("/calendars")
        assert ("cert-monitor calendar create" in seen.text, "old" in seen.text) == (True, False)
        sent = {"form_token": form_token(seen), "name": "ana"}
        assert (await browser.post(path, data=sent)).status_code == 403
        assert len(where.tokens.listed()) == 2

    worked(tmp_path, act, "victor")


def test_nobody_without_a_login(tmp_path: Path) -> None:
    """The page is behind the login."""

    async def scenario() -> None:
        async with site(tmp_path) as where, where.browser() as browser:
            assert (await browser.get("/calendars")).status_code == 303

    asyncio.run(scenario())
