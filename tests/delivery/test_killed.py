"""A process that ends between any two steps of a delivery: nothing is lost, and a repeat is recognizable."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.delivery import deliver_due
from monitor.delivery.email.receiver import EmailReceiver
from monitor.messages import english
from monitor.model import NotificationKind, text
from monitor.pipeline.notifications import notification
from monitor.store import Store
from support.factories.alerts.world import NOW
from support.factories.delivery.killed_process import STEPS, KilledError, KilledProcess, StepsLeft
from support.servers.mail.servers import Inbox, mail_server, relay
from support.servers.web.posted import configured
from support.servers.web.server import Web, http, web

RECIPIENTS = ("one@vms.example", "two@vms.example")


def one_relay(port: int) -> EmailReceiver:
    """Return a receiver with one relay."""
    return relay(port)


def second_relay(port: int) -> EmailReceiver:
    """Return a receiver whose first relay is down."""
    down = relay(1, host="127.0.0.1").settings
    return EmailReceiver(down, lambda: text("watch.vms.example"), english, "email", [relay(port).settings])


def delivered(kill_after: int, receiver: Callable[[int], EmailReceiver] = one_relay) -> Inbox:
    """Return what arrives when the process is killed after some steps and started again days later."""
    inbox = Inbox()

    async def run() -> None:
        store = await Store.open("sqlite://", app_version="test")
        new = [notification("email", RECIPIENTS, NotificationKind.TEST, "x", NOW) for _ in range(2)]
        await store.notify([], {}, [replace(one, id=str(number)) for number, one in enumerate(new)], NOW)
        async with mail_server(inbox) as port:
            mortal = KilledProcess(StepsLeft(kill_after), store, receiver(port))
            with pytest.raises(KilledError):
                await deliver_due(mortal, mortal, NOW)  # type: ignore[arg-type]
            await deliver_due(store, receiver(port), NOW + timedelta(days=2))
        assert await store.outbox() == (0, None)
        await store.close()

    asyncio.run(run())
    return inbox


@pytest.mark.parametrize("receiver", [one_relay, second_relay])
@pytest.mark.parametrize("kill_after", range(2 * len(STEPS)))
def test_nothing_is_lost_and_at_most_one_is_repeated(
    kill_after: int, receiver: Callable[[int], EmailReceiver]
) -> None:
    """Each arrives, one at most twice: that which was sent and not recorded, the same to the last byte."""
    inbox = delivered(kill_after, receiver)
    sent = [
        (mail["Message-ID"], envelope.content)
        for mail, envelope in zip(inbox.messages, inbox.taken, strict=True)
    ]
    recorded_too_late = {STEPS.index("sent") + 1, len(STEPS) + STEPS.index("sent") + 1}
    assert {id_ for id_, _ in sent} == {"<0@vms.example>", "<1@vms.example>"}
    assert (len(set(sent)), len(sent)) == (2, 3 if kill_after in recorded_too_late else 2)


def posted(folder: Path, kill_after: int) -> list[bytes]:
    """Return the bodies that a webhook gets when the process is killed and started again days later."""

    async def run() -> Web:
        store = await Store.open("sqlite://", app_version="test")
        new = [notification("hook", ("hook",), NotificationKind.TEST, "x", NOW) for _ in range(2)]
        await store.notify([], {}, [replace(one, id=str(number)) for number, one in enumerate(new)], NOW)
        async with web(hook=http(b"")) as server:
            receiver = configured(folder, "name: hook, kind: webhook, url_file: url", url=server.url("/hook"))
            mortal = KilledProcess(StepsLeft(kill_after), store, receiver, "hook")
            with pytest.raises(KilledError):
                await deliver_due(mortal, mortal, NOW)  # type: ignore[arg-type]
            await deliver_due(store, receiver, NOW + timedelta(days=2))
            receiver.close()
        assert await store.outbox() == (0, None)
        await store.close()
        return server

    return [one.body for one in asyncio.run(run()).requests]


@pytest.mark.parametrize("kill_after", range(2 * len(STEPS)))
def test_webhooks_are_repeated_the_same(tmp_path: Path, kill_after: int) -> None:
    """The same holds for what is posted: a program recognizes the repeat by its id."""
    bodies = posted(tmp_path, kill_after)
    recorded_too_late = {STEPS.index("sent") + 1, len(STEPS) + STEPS.index("sent") + 1}
    assert {json.loads(one)["id"] for one in bodies} == {"0", "1"}
    assert (len(set(bodies)), len(bodies)) == (2, 3 if kill_after in recorded_too_late else 2)
