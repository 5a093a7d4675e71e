"""Killed in the middle of a delivery through any door and started again: nothing is lost, one repeat."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from monitor.alerts.payload import to_json
from monitor.delivery import Receiver, deliver_due
from monitor.model import Notification, NotificationKind
from monitor.pipeline.notifications import notification
from monitor.store import Store
from support.factories.alerts.world import NOW
from support.factories.delivery.killed_process import STEPS, KilledError, KilledProcess, StepsLeft
from support.factories.delivery.mail_samples import contents
from support.servers.daemon.stopping import STAGES, Stop, stopping_relay, stopping_web
from support.servers.mail.servers import Inbox, mail_server, relay
from support.servers.web.posted import configured

DOORS = ("email", "webhook", "teams", "slack")
POINTS = (*(f"before {step}" for step in STEPS), *STAGES)
REPEATED = {"before recorded after", "received", "answering"}
"""When the server has all of it, and that is not recorded."""

ONE, TWO = "one@vms.example", "two@vms.example"
MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(days=2)


@asynccontextmanager
async def door(kind: str, folder: Path, stop: Stop, taken: list[bytes]) -> AsyncIterator[Receiver]:
    """Run the server of a receiver of this kind, and give the receiver, whose name is its kind."""
    if kind == "email":
        async with stopping_relay(stop, taken) as port:
            yield relay(port)
    else:
        async with stopping_web(stop, taken) as port:
            url = f"http://127.0.0.1:{port}/"
            yield configured(folder, f"name: {kind}, kind: {kind}, url_file: url", url=url)


async def put_two(store: Store, kind: str) -> None:
    """Let two notifications wait for a receiver."""
    said = (contents()["alert"], contents()["expired"])
    new = [notification(kind, (kind,), NotificationKind.NOTICE, to_json(one), NOW) for one in said]
    await store.notify([], {}, [replace(one, id=str(number)) for number, one in enumerate(new)], NOW)


async def killed(store: Store, receiver: Receiver, point: str, stop: Stop) -> None:
    """Deliver until the process is killed at a point."""
    steps = [f"before {step}" for step in STEPS]
    life = StepsLeft(steps.index(point)) if point in steps else StepsLeft()
    mortal = KilledProcess(life, store, receiver, receiver.name)
    delivering = asyncio.create_task(deliver_due(mortal, mortal, NOW))  # type: ignore[arg-type]
    if point in STAGES:
        await stop.reached.wait()
        life.end()
        delivering.cancel()
    (ended,) = await asyncio.gather(delivering, return_exceptions=True)
    assert isinstance(ended, KilledError | asyncio.CancelledError)


def taken_by(kind: str, point: str, folder: Path) -> list[bytes]:
    """Return what a server reads when the service is killed at a point and started again days later."""
    taken: list[bytes] = []
    where = f"sqlite:///{folder / 'monitor.db'}"

    async def run() -> None:
        stop = Stop(point)
        async with door(kind, folder, stop, taken) as receiver:
            store = await Store.open(where, app_version="test")
            await put_two(store, kind)
            await killed(store, receiver, point, stop)
            await store.close()
            store = await Store.open(where, app_version="test")
            await deliver_due(store, receiver, LATER)
            assert await store.outbox() == (0, None)
            await store.close()
            receiver.close()

    asyncio.run(run())
    return taken


def identity(kind: str, body: bytes) -> str:
    """Return by what a receiver recognizes a repeat: an id where the form has one, and else all of it."""
    if kind == "email":
        return str(message_from_bytes(body)["Message-ID"])
    return str(json.loads(body)["id"]) if kind == "webhook" else body.decode()


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("kind", DOORS)
def test_nothing_is_lost_and_a_repeat_is_the_same(kind: str, point: str, tmp_path: Path) -> None:
    """Both arrive; what the server has read before the kill comes again, the same to the last byte."""
    taken = taken_by(kind, point, tmp_path)
    assert (len(set(taken)), len(taken)) == (2, 3 if point in REPEATED else 2)
    assert len({identity(kind, one) for one in taken}) == 2


def two_of_them() -> Notification:
    """Return a mail to two recipients."""
    return replace(notification("email", (ONE, TWO), NotificationKind.TEST, "x", NOW), id="1")


@pytest.mark.parametrize(("recorded", "expected"), [(False, [ONE, TWO]), (True, [TWO])])
def test_killed_when_some_have_accepted(tmp_path: Path, *, recorded: bool, expected: list[str]) -> None:
    """Who has accepted, as far as that is recorded, gets no repeat; the others get the same mail."""
    where, inbox = f"sqlite:///{tmp_path / 'monitor.db'}", Inbox({TWO: "451 4.7.1 come back later"})

    async def run() -> None:
        async with mail_server(inbox) as port:
            receiver, store = relay(port), await Store.open(where, app_version="test")
            await store.notify([], {}, [two_of_them()], NOW)
            mortal = KilledProcess(StepsLeft(len(STEPS) if recorded else len(STEPS) - 1), store, receiver)
            with pytest.raises(KilledError):
                await deliver_due(mortal, mortal, NOW)  # type: ignore[arg-type]
            await store.close()
            inbox.answers = {}
            store = await Store.open(where, app_version="test")
            await deliver_due(store, receiver, NOW + MINUTE)
            assert await store.outbox() == (0, None)
            await store.close()
            receiver.close()

    asyncio.run(run())
    assert [one.rcpt_tos for one in inbox.taken] == [[ONE], expected]
    assert len({one.content for one in inbox.taken}) == 1
