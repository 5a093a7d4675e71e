"""An alert acknowledged from the mail about it: the link works over a restart, until it is rotated."""

import asyncio
import re
import signal
from email.message import EmailMessage
from pathlib import Path

import httpx

from support.servers.daemon.process import Running, daemon, started, until
from support.servers.daemon.site import DAY, Site, site

EXTERNAL = "https://certs.vms.example"
LINK = re.compile(rf"{re.escape(EXTERNAL)}(/acknowledge/\S+)")
PAGE = re.compile(rf"{re.escape(EXTERNAL)}(/alerts/[0-9a-f]{{20}})")


def configured(where: Site) -> Path:
    """Write a configuration whose pages are reached through a proxy, and whose reminders come each second."""
    path = where.configure()
    lines = path.read_text("utf-8").replace("web: {", f"web: {{external_url: '{EXTERNAL}', ")
    path.write_text(lines.replace("defaults: {", "defaults: {remind_every: {critical: 1s}, "), "utf-8")
    return path


def links_in(mail: EmailMessage, kind: str) -> set[str]:
    """Return the paths of the links in a mail that acknowledge."""
    body = mail.get_body((kind,))
    assert body is not None
    return set(LINK.findall(body.get_content().replace('"', " ")))


async def asked(running: Running, method: str, path: str, **form: str) -> httpx.Response:
    """Return the answer to a request that came through the proxy."""
    headers = {"host": "certs.vms.example", "x-forwarded-for": "192.0.2.7", "origin": "null"}
    return await running.client.request(method, running.url + path, data=form or None, headers=headers)


async def acknowledged(running: Running) -> object:
    """Return who acknowledged the one alert, and why."""
    (alert,) = (await running.get("/api/v1/alerts")).json()["items"]
    return alert["acknowledged"] and (alert["acknowledged"]["by"], alert["acknowledged"]["comment"])


def test_from_the_mail(tmp_path: Path) -> None:
    """Who opens the link changes nothing; who fills in its form gets no further mail about the alert."""

    async def scenario() -> None:
        async with site(tmp_path, ends_in=2 * DAY) as where:
            config = configured(where)
            async with daemon(config) as running:
                await until(lambda: bool(where.post.mails))
                (path,) = links_in(where.post.mails[0], "plain")
                assert links_in(where.post.mails[0], "html") == {path}
                for method in ("HEAD", "GET"):
                    assert (await asked(running, method, path)).status_code == 200
                assert await acknowledged(running) is None
                await running.end(signal.SIGKILL)
            async with daemon(config) as running:

                async def known() -> bool:
                    return (await asked(running, "GET", path)).status_code == 200

                await until(known)
                answer = await asked(running, "POST", path, name="Ana", comment="ordered")
                assert answer.status_code == 200
                assert await acknowledged(running) == ("Ana (by link sent to email)", "ordered")
                # A reminder that was decided before may still come.
                await running.passes(4)
                await running.shows("cert_monitor_outbox_pending", 0)
                mails = len(where.post.mails)
                await running.passes(8)
                assert len(where.post.mails) == mails
                await rotated(config)
                assert (await asked(running, "GET", path)).status_code == 403
                assert path.rpartition("/")[2] not in running.log

    asyncio.run(scenario())


async def rotated(config: Path) -> None:
    """Make all links worthless that were sent so far."""
    async with started("links", "rotate", "--config", str(config), wait=False) as command:
        assert await command.process.wait() == 0
