"""Alarms in a site's Alarm Manager: what a notification asks for, and what the simulated site then has."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.alerts import NotificationItem, NotifyReason
from monitor.alerts.payload import Content
from monitor.config import load
from monitor.daemon.notifications.receivers import receivers
from monitor.delivery import Receiver, SendResult, SendStatus
from monitor.delivery.links import Links
from monitor.delivery.xprotect_alarm.orders import (
    LONGEST_MESSAGE,
    LONGEST_NAME,
    AlarmOrders,
    from_bytes,
    orders,
    to_bytes,
)
from monitor.demo.xprotect_site import PASSWORD, USERNAME, Simulator
from monitor.model import AlertLevel, FormerLeaf, Notification, NotifiedAlert, ReceiverRecord, Severity
from monitor.pipeline.notifications import outgoing
from support.factories.alerts.passes import Passes
from support.factories.alerts.world import NOW, STARTED, certificate, ending, picture, seen
from support.factories.delivery.mail_samples import WRITERS, contents, heartbeats
from support.servers.daemon.command import run
from support.servers.sources.xprotect_simulator import running
from support.servers.web.posted import about

CONTENTS: dict[str, Content | None] = {**contents(), **heartbeats(), "test": None}
ID = "0123456789abcdef0123"
MINUTE = timedelta(minutes=1)


def first() -> NotificationItem:
    """Return a critical alert about a recorder."""
    content = CONTENTS["alert"]
    assert isinstance(content, tuple)
    return replace(content[0], alert_id=ID)


def notice(level: AlertLevel = AlertLevel.CRITICAL, at: datetime = NOW) -> Notification:
    """Return the notification of an alert with this level."""
    reason = NotifyReason.FIRST
    notified = NotifiedAlert(ID, reason.value, level.value)
    return replace(about((replace(first(), level=level),)), alerts=(notified,), created_at=at)


def over(at: datetime = NOW) -> Notification:
    """Return the notification that the same alert is over."""
    content = CONTENTS["renewed"]
    assert isinstance(content, tuple)
    notified = NotifiedAlert(ID, "renewed")
    return replace(about((replace(content[0], alert_id=""),)), alerts=(notified,), created_at=at)


def asked(name: str, code: str = "en") -> AlarmOrders:
    """Return what a notification of this content asks for."""
    return orders(about(CONTENTS[name]), WRITERS[code])


@pytest.mark.parametrize("code", WRITERS)
@pytest.mark.parametrize("name", CONTENTS)
def test_every_kind(name: str, code: str) -> None:
    """Every notification can be read back; only notices and tests raise alarms, within the limits."""
    found = asked(name, code)
    assert from_bytes(to_bytes(found)) == found
    raising = {"alert", "expired", "unreachable", "several", "test"}
    assert bool(found.raised) == (name in raising)
    for one in found.raised:
        assert 0 < len(one.name) <= LONGEST_NAME
        assert 0 < len(one.message) <= LONGEST_MESSAGE


def test_words() -> None:
    """An alarm is called as the alert is, and says where, what stops, what to do, and which alert it is."""
    (one,) = orders(notice(), WRITERS["en"], Links("https://certs.vms.example")).raised
    assert (one.alert_id, one.level) == (ID, "critical")
    assert one.name == "Recorder 02: certificate expires in 3 days (critical)"
    lines = one.message.split("\n")
    assert lines[:2] == [
        "recorder02.vms.example, 10.1.2.12:7563",
        "No live video and no playback from this recorder. Recording continues.",
    ]
    assert lines[-2:] == [f"https://certs.vms.example/alerts/{ID}", f"[cert-monitor {ID}]"]


def test_brief() -> None:
    """A brief one only says where it is."""
    (one,) = orders(notice(), WRITERS["en"], full=False).raised
    assert one.message.split("\n") == ["recorder02.vms.example, 10.1.2.12:7563", f"[cert-monitor {ID}]"]


def test_hostile() -> None:
    """A name cannot push out the mark, break lines or send control characters."""
    item = replace(first(), title="A\n\x1b[1m" + "x" * 3000)
    (one,) = orders(about((item,)), WRITERS["en"], Links("https://a.example/" + "p" * 900)).raised
    assert one.name.isprintable()
    assert all(line.isprintable() for line in one.message.split("\n"))
    assert one.message.endswith(f"[cert-monitor {ID}]")
    assert len(one.message) <= LONGEST_MESSAGE


def test_over() -> None:
    """What is over is closed by the ids of its alerts, since the item has none."""
    found = orders(over(), WRITERS["en"])
    assert not found.raised
    assert [one.alert_id for one in found.closed] == [ID]


def test_decided() -> None:
    """As alerts are decided, an alarm is raised, given its level and closed under one id."""
    passes = Passes({"vms": ReceiverRecord("vms", inventory_at=STARTED)})
    old, new = certificate(1, 20), certificate(2, age=1)
    soon, ended = ending("a:443", old), ending("a:443", old, Severity.CRITICAL)
    renewed = seen("a:443", new, former_leaves=(FormerLeaf("a:443", old, new, 3),))
    notified: list[AlarmOrders] = []
    for minutes, state in enumerate((soon, ended, renewed, renewed)):
        at = NOW + minutes * MINUTE
        _, made = outgoing(passes.decide(picture(state), at), {"vms": ("vms",)}, at)
        notified += [orders(one, WRITERS["en"]) for one in made]
    raised = [(one.alert_id, one.level) for found in notified for one in found.raised]
    assert [level for _, level in raised] == ["warning", "critical"]
    (id_,) = {alert_id for alert_id, _ in raised}
    (closed,) = (one for found in notified for one in found.closed)
    assert closed.alert_id == id_
    assert "a:443" in closed.comment


class Memory:
    """Facts in memory."""

    def __init__(self) -> None:
        """Have none."""
        self.facts: dict[str, str] = {}

    async def fact(self, key: str) -> str | None:
        """Return one."""
        return self.facts.get(key)

    async def set_facts(self, facts: Mapping[str, str]) -> None:
        """Set some."""
        self.facts |= facts


def receiver(site: Simulator, facts: Memory, password: str = "vms-password", more: str = "") -> Receiver:
    """Return the receiver of a configuration beside the site's files; each stands for a new start."""
    path = site.folder / "c.yaml"
    path.write_text(
        f"receivers: [{{name: vms, kind: xprotect_alarm, address: '{site.url}', username: {USERNAME}, "
        f"password_file: {password}, ca: site-ca.cer{more}}}]\n",
        "utf-8",
    )
    config = load(path)
    (one,) = receivers(lambda: config, None, facts)
    return one


async def sent(to: Receiver, *notifications: Notification) -> list[SendResult]:
    """Render and send notifications one after the other."""
    results = []
    for one in notifications:
        ready = replace(one, rendered=await to.render(one, NOW))
        results.append((await to.send(ready, NOW))["hook"])
    return results


def statuses(results: list[SendResult]) -> list[SendStatus]:
    """Return the status of each result."""
    return [one.status for one in results]


def priority(site: Simulator) -> list[tuple[str, str]]:
    """Return the state and the priority of every alarm."""
    named = site.alarms.named
    return [(named(one, "state"), named(one, "priority")) for one in site.alarms.alarms]


def posts(site: Simulator) -> int:
    """Return how many alarms were asked for."""
    return site.calls.count("POST /api/rest/v1/alarms")


def test_life_of_an_alarm(tmp_path: Path) -> None:
    """It is raised once, changes with the alert over restarts and is closed; what comes late does nothing."""

    async def run_it() -> None:
        async with running(tmp_path) as site:
            facts, warning = Memory(), notice(AlertLevel.WARNING)
            one = receiver(site, facts)
            assert statuses(await sent(one, warning, warning)) == [SendStatus.ACCEPTED] * 2
            assert priority(site) == [("New", "Medium")]
            assert [alarm["source"] for alarm in site.alarms.alarms] == [site.alarms.cameras[0]["id"]]
            one.close()
            one = receiver(site, facts)
            await sent(one, notice(AlertLevel.CRITICAL, NOW + MINUTE))
            assert priority(site) == [("New", "High")]
            await sent(one, warning)
            assert priority(site) == [("New", "High")]
            assert statuses(await sent(one, over(NOW + 2 * MINUTE))) == [SendStatus.ACCEPTED]
            assert priority(site) == [("Closed", "High")]
            before = list(site.calls)
            assert statuses(await sent(one, over(NOW + 2 * MINUTE), notice())) == [SendStatus.ACCEPTED] * 2
            assert (posts(site), len(site.alarms.alarms)) == (1, 1)
            assert not any(call.startswith("PATCH") for call in site.calls[len(before) :])
            await sent(one, notice(AlertLevel.WARNING, NOW + 3 * MINUTE))
            assert priority(site) == [("New", "Medium"), ("Closed", "High")]
            one.close()

    asyncio.run(run_it())


def test_uncertain(tmp_path: Path) -> None:
    """An alarm whose answer got lost is found, also after a restart, and no other is made."""

    async def run_it() -> None:
        async with running(tmp_path) as site:
            facts = Memory()
            site.behavior = replace(site.behavior, answers={"alarms": 500})
            one = receiver(site, facts)
            (lost,) = await sent(one, notice())
            assert (lost.status, lost.uncertain) == (SendStatus.RETRY, True)
            one.close()
            site.behavior = replace(site.behavior, answers={})
            one = receiver(site, facts)
            assert statuses(await sent(one, notice())) == [SendStatus.ACCEPTED]
            assert priority(site) == [("New", "High")]
            assert posts(site) == 1
            one.close()

    asyncio.run(run_it())


def test_several(tmp_path: Path) -> None:
    """Several alerts have an alarm each; the names of priorities are asked for once."""

    async def run_it() -> None:
        async with running(tmp_path) as site:
            one = receiver(site, Memory())
            several = tuple(replace(first(), alert_id=f"{n:020}") for n in range(5))
            assert statuses(await sent(one, about(several))) == [SendStatus.ACCEPTED]
            assert priority(site) == [("New", "High")] * 5
            assert site.calls.count("GET /api/rest/v1/alarmPriorities") == 1
            one.close()

    asyncio.run(run_it())


def test_deleted(tmp_path: Path) -> None:
    """An alarm that somebody removed is raised anew when the alert gets worse; its end needs none."""

    async def run_it() -> None:
        async with running(tmp_path) as site:
            one = receiver(site, Memory())
            await sent(one, notice(AlertLevel.WARNING))
            site.alarms.alarms.clear()
            await sent(one, notice(AlertLevel.CRITICAL, NOW + MINUTE))
            assert priority(site) == [("New", "High")]
            site.alarms.alarms.clear()
            assert statuses(await sent(one, over(NOW + 2 * MINUTE))) == [SendStatus.ACCEPTED]
            one.close()

    asyncio.run(run_it())


def test_wrong_password(tmp_path: Path) -> None:
    """A refused password waits for another one, and is not sent again."""

    async def run_it() -> None:
        async with running(tmp_path) as site:
            (tmp_path / "wrong").write_text("wrong", "utf-8")
            one = receiver(site, Memory(), "wrong")
            results = await sent(one, notice(), notice())
            assert statuses(results) == [SendStatus.RETRY] * 2
            assert all(result.receiver_down and not result.uncertain for result in results)
            assert "password_file" in results[0].why or "wrong" in results[0].why
            assert site.password_attempts == 1
            one.close()

    asyncio.run(run_it())


def test_without_the_api(tmp_path: Path) -> None:
    """A site before 2023 R2 refuses for good, and the sentence says which version it needs."""

    async def run_it() -> None:
        async with running(tmp_path, alarms=False) as site:
            one = receiver(site, Memory())
            (result,) = await sent(one, notice())
            assert result.status is SendStatus.REFUSED
            assert "no Alarms API, which needs XProtect 2023 R2 or newer" in result.why
            one.close()

    asyncio.run(run_it())


@pytest.mark.parametrize(
    ("status", "expected", "said"),
    [
        (403, SendStatus.REFUSED, "check the rights of its role"),
        (400, SendStatus.REFUSED, "check that the key source is the id of a camera"),
        (503, SendStatus.RETRY, "HTTP 503"),
    ],
)
def test_answers(tmp_path: Path, status: int, expected: SendStatus, said: str) -> None:
    """What a site answers decides whether it is tried again."""

    async def run_it() -> None:
        async with running(tmp_path, answers={"alarms": status}) as site:
            one = receiver(site, Memory(), more=f", source: {site.alarms.cameras[0]['id']}")
            (result,) = await sent(one, notice())
            assert (result.status, result.uncertain) == (expected, False)
            assert said in result.why
            one.close()

    asyncio.run(run_it())


def test_untrusted(tmp_path: Path) -> None:
    """The password is not sent where the certificate is not trusted."""

    async def run_it() -> None:
        async with running(tmp_path) as site:
            one = receiver(site, Memory())
            (tmp_path / "c.yaml").write_text(
                (tmp_path / "c.yaml").read_text("utf-8").replace(", ca: site-ca.cer", ""), "utf-8"
            )
            one.close()
            config = load(tmp_path / "c.yaml")
            (one,) = receivers(lambda: config)
            (result,) = await sent(one, notice())
            assert result.status is SendStatus.RETRY
            assert site.password_attempts == 0
            one.close()

    asyncio.run(run_it())


def test_command(tmp_path: Path) -> None:
    """``test-notification`` raises one alarm, and shows no password."""

    async def run_it() -> None:
        async with running(tmp_path) as site:
            receiver(site, Memory()).close()
            done = await asyncio.to_thread(run, "test-notification", "vms", "--config", tmp_path / "c.yaml")
            assert done.code == 0, done.err
            assert PASSWORD not in done.out + done.err
            assert [one["name"] for one in site.alarms.alarms] == [
                "[Test] cert-monitor can send notifications"
            ]

    asyncio.run(run_it())


def test_nothing_to_do(tmp_path: Path) -> None:
    """Digests, heartbeats and inventories are accepted without asking the site; a test raises an alarm."""

    async def run_it() -> None:
        async with running(tmp_path) as site:
            one = receiver(site, Memory())
            quiet = [about(CONTENTS[name]) for name in ("inventory", "digest", "heartbeat")]
            assert statuses(await sent(one, *quiet)) == [SendStatus.ACCEPTED] * 3
            assert site.calls == []
            assert statuses(await sent(one, about(None))) == [SendStatus.ACCEPTED]
            assert priority(site) == [("New", "Medium")]
            one.close()

    asyncio.run(run_it())
