"""Bringing mails from the outbox to the relay."""

import asyncio
import logging
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import load
from monitor.daemon.notifications.delivery_loop import DeliveryLoop
from monitor.metrics import OwnMetrics
from monitor.model import Notification, RecipientStatus
from monitor.store import Store
from support.factories.delivery.outbox_world import mail
from support.factories.recorded import NOW, waiting
from support.servers.daemon.stopping import Stop, stopping_web
from support.servers.mail.servers import Inbox, mail_server


class Clock:
    """A clock that can be set."""

    wall = NOW

    def now(self) -> object:
        """Return the wall time."""
        return self.wall

    def monotonic(self) -> float:
        """Return no time."""
        return 0.0


def configured(folder: Path, port: int) -> Path:
    """Write a configuration whose relay nobody serves."""
    path = folder / f"{port}.yaml"
    path.write_text(f"email: {{host: 127.0.0.1, port: {port}, from: a@vms.example, to: [b@vms.example]}}\n")
    return path


def smtp_threads() -> int:
    """Return how many threads serve relays."""
    return sum(thread.name.startswith("smtp-") for thread in threading.enumerate())


def pending(one: Notification) -> tuple[tuple[str, RecipientStatus], ...]:
    """Return the one recipient of a receiver over HTTP."""
    return ((one.receiver, RecipientStatus.PENDING),)


def test_a_relay_that_is_down_costs_no_thread_for_each_attempt(tmp_path: Path) -> None:
    """The relay is made once for a configuration; attempts for days leave no threads behind."""

    async def scenario() -> tuple[int, bool]:
        clock = Clock()
        store = await Store.open("sqlite://", app_version="test")
        config = load(configured(tmp_path, 1))
        metrics = OwnMetrics(["endpoint"], receivers=["email"])
        loop = DeliveryLoop(store, clock, metrics, lambda: config)  # type: ignore[arg-type]
        await store.notify([], {}, [waiting(1)], clock.wall)
        before = smtp_threads()
        for _ in range(6):
            await loop.round()
            clock.wall += timedelta(hours=1)
        grown, receivers = smtp_threads() - before, loop._receivers
        config = load(configured(tmp_path, 2))
        await loop.round()
        await store.close()
        return grown, loop._receivers[0] is receivers[0]

    grown, same = asyncio.run(scenario())
    assert grown <= 2
    assert not same


def test_deliveries_to_named_receivers_are_counted(tmp_path: Path) -> None:
    """Each receiver has counters of its own, whatever its name is."""

    async def scenario() -> bytes:
        store = await Store.open("sqlite://", app_version="test")
        path = tmp_path / "c.yaml"
        path.write_text(
            "email: {host: 127.0.0.1, port: 1, from: a@vms.example}\n"
            "receivers: [{name: admins, kind: email, to: [b@vms.example]}]\n"
        )
        config = load(path)
        metrics = OwnMetrics(["endpoint"], receivers=config.receivers)
        loop = DeliveryLoop(store, Clock(), metrics, lambda: config)  # type: ignore[arg-type]
        await store.notify([], {}, [replace(waiting(1), receiver="admins")], NOW)
        await loop.round()
        await store.close()
        return metrics.text(NOW)

    assert b'notifications_total{receiver="admins",result="retry"} 2.0' in asyncio.run(scenario())


def test_what_is_due_for_a_retry_is_decided_again(tmp_path: Path) -> None:
    """The alert pass is brought forward when a retry is due, for receivers that are configured."""

    async def scenario() -> list[int]:
        clock, asked = Clock(), list[None]()
        store = await Store.open("sqlite://", app_version="test")
        config = load(configured(tmp_path, 1))
        metrics = OwnMetrics(["endpoint"], receivers=["email"])
        loop = DeliveryLoop(store, clock, metrics, lambda: config, lambda: asked.append(None))  # type: ignore[arg-type]
        counts = []
        for receiver in ("other", "email"):
            item = replace(waiting(len(counts)), receiver=receiver)
            states = tuple((address, RecipientStatus.REFUSED) for address in item.pending)
            await store.notify([], {}, [item], clock.wall)
            await store.attempted(replace(item, recipients=states), clock.wall)
            for _ in range(2):
                await loop.round()
                counts.append(len(asked))
                clock.wall += timedelta(seconds=10)
        await store.close()
        return counts

    assert asyncio.run(scenario()) == [0, 0, 0, 1]


def test_waiting_for_long_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """After a quarter of an hour health and the log say it once, and when it is over."""

    async def scenario() -> list[bool]:
        clock = Clock()
        store = await Store.open("sqlite://", app_version="test")
        config = load(configured(tmp_path, 1))
        loop = DeliveryLoop(
            store,
            clock,  # type: ignore[arg-type]
            OwnMetrics(["endpoint"], receivers=["email"]),
            lambda: config,
        )
        other = replace(waiting(2, clock.wall - timedelta(days=1)), receiver="gone")
        await store.notify([], {}, [waiting(1), other], clock.wall)
        late = []
        for minutes in (0, 15, 1, 10):
            clock.wall += timedelta(minutes=minutes)
            await loop.round()
            late.append(loop.undelivered_since is not None)
        accepted = tuple((address, RecipientStatus.ACCEPTED) for address in waiting(1).pending)
        await store.attempted(replace(waiting(1), recipients=accepted), clock.wall)
        await loop.round()
        await store.close()
        return [*late, loop.undelivered_since is not None]

    with caplog.at_level(logging.INFO, "monitor.daemon.notifications.delivery_loop"):
        assert asyncio.run(scenario()) == [False, False, True, True, False]
    said = [
        one.getMessage() for one in caplog.records if one.name == "monitor.daemon.notifications.delivery_loop"
    ]
    assert said == ["notifications cannot be delivered", "notifications are delivered again"]


def test_what_was_refused_by_all_waits_too(tmp_path: Path) -> None:
    """It is in no outbox until it is decided again, and undelivered all the same."""

    async def scenario() -> bool:
        clock = Clock()
        store = await Store.open("sqlite://", app_version="test")
        config = load(configured(tmp_path, 1))
        metrics = OwnMetrics(["endpoint"], receivers=["email"])
        loop = DeliveryLoop(store, clock, metrics, lambda: config)  # type: ignore[arg-type]
        refused = tuple((address, RecipientStatus.REFUSED) for address in waiting(1).pending)
        await store.notify([], {}, [waiting(1)], clock.wall)
        await store.attempted(replace(waiting(1), recipients=refused), clock.wall)
        clock.wall += timedelta(minutes=16)
        await loop.round()
        await store.close()
        return loop.undelivered_since == NOW

    assert asyncio.run(scenario())


def test_limit_of_a_receiver_lasts_between_rounds(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What is over the limit waits for later rounds, also after a reload, and the log says why."""

    async def scenario() -> list[int]:
        clock, inbox, counts = Clock(), Inbox(), list[int]()
        store = await Store.open("sqlite://", app_version="test")
        async with mail_server(inbox) as port:
            config = load(configured(tmp_path, port))
            metrics = OwnMetrics(["endpoint"], receivers=["email"])
            loop = DeliveryLoop(store, clock, metrics, lambda: config)  # type: ignore[arg-type]
            items = [replace(mail(number), created_at=clock.wall) for number in range(45)]
            await store.notify([], {}, items, clock.wall)
            for wait in (timedelta(0), timedelta(minutes=1), timedelta(minutes=16)):
                clock.wall += wait
                await loop.round()
                counts.append(len(inbox.taken))
                config = load(configured(tmp_path, port))
        await store.close()
        return counts

    with caplog.at_level(logging.INFO, "monitor.daemon.notifications.delivery_loop"):
        assert asyncio.run(scenario()) == [20, 21, 37]
    (late,) = (record for record in caplog.records if "cannot be delivered" in record.getMessage())
    assert "max_per_hour holds them back for email" in str(vars(late))


def test_receiver_that_hangs_delays_no_other(tmp_path: Path) -> None:
    """What is for the others arrives while it takes its time."""

    async def scenario() -> tuple[bytes, bool]:
        stop, bodies, others = Stop("received"), list[bytes](), list[bytes]()
        async with stopping_web(stop, bodies) as slow, stopping_web(Stop(""), others) as quick:
            entries = []
            for name, port in (("slow", slow), ("quick", quick)):
                (tmp_path / name).write_text(f"http://127.0.0.1:{port}/", "utf-8")
                entries.append(f"{{name: {name}, kind: webhook, url_file: {name}}}")
            path = tmp_path / "c.yaml"
            path.write_text(f"receivers: [{', '.join(entries)}]\n", "utf-8")
            config = load(path)
            store = await Store.open("sqlite://", app_version="test")
            metrics = OwnMetrics(["endpoint"], receivers=config.receivers)
            loop = DeliveryLoop(store, Clock(), metrics, lambda: config)  # type: ignore[arg-type]
            new = [replace(waiting(number), receiver=name) for number, name in enumerate(("slow", "quick"))]
            await store.notify([], {}, [replace(one, recipients=pending(one)) for one in new], NOW)
            delivering = asyncio.create_task(loop.round())
            while not others:
                await asyncio.sleep(0.01)
            await stop.reached.wait()
            hangs = not delivering.done()
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)
            await store.close()
        return others[0], hangs

    assert asyncio.run(scenario()) == (waiting(1).rendered, True)
