"""Receivers over HTTP of a written configuration, and one notification posted to a web server by them."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor.alerts.payload import Content, to_json
from monitor.config import load
from monitor.daemon.notifications.receivers import receivers
from monitor.delivery import Receiver, SendResult
from monitor.delivery.http_receiver import HttpReceiver, PostSettings
from monitor.model import Notification, NotificationKind
from monitor.pipeline.notifications import notification
from monitor.secrets import Secret
from support.factories.alerts.world import NOW
from support.servers.web.server import Reply, Web, web

TOKEN = "T0KEN-that-nobody-may-read"
"""A part of addresses that must never be shown."""


def about(content: Content | None, receiver: str = "hook") -> Notification:
    """Return a notification with this content, a test without any."""
    kind = NotificationKind.TEST if content is None else NotificationKind.NOTICE
    payload = "" if content is None else to_json(content)
    return replace(notification(receiver, (receiver,), kind, payload, NOW), id="1")


def configured(folder: Path, entry: str, **files: str) -> Receiver:
    """Return the receiver of a configuration with this entry, and files beside it."""
    for name, content in files.items():
        (folder / name).write_text(content, "utf-8")
    path = folder / "c.yaml"
    path.write_text(f"receivers: [{{{entry}}}]\n", "utf-8")
    config = load(path)
    (one,) = receivers(lambda: config)
    return one


def to(url: str, seconds: float = 5, ca: str = "") -> HttpReceiver:
    """Return a receiver with this address that sends the payload of a notification as it is."""
    settings = PostSettings(lambda: Secret(url), ca, timedelta(seconds=seconds))
    return HttpReceiver("hook", settings, lambda one, _now: one.payload.encode())


async def sent(receiver: Receiver, one: Notification, now: datetime = NOW) -> tuple[SendResult, list[str]]:
    """Render and send a notification; return the result and the conversation."""
    notes: list[str] = []
    try:
        ready = replace(one, rendered=await receiver.render(one, now))
        results = await receiver.send(ready, now, notes.append)
    finally:
        receiver.close()
    assert list(results) == list(one.pending)
    return results[one.pending[0]], notes


def answered(reply: Reply, seconds: float = 5) -> tuple[SendResult, Web, list[str]]:
    """Return the result where a server answers so, what it got, and the conversation."""

    async def run() -> tuple[SendResult, Web, list[str]]:
        async with web(**{TOKEN: reply}) as server:
            result, notes = await sent(to(server.url(f"/{TOKEN}"), seconds), about(None))
        return result, server, notes

    return asyncio.run(run())
