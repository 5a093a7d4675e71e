"""What programs are sent: JSON with the fields of the API, signed; a repeat is the same."""

import asyncio
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.delivery import Receiver, deliver_due
from monitor.delivery.links import Links
from monitor.delivery.webhook.body import MOST_SHORT, body
from monitor.delivery.webhook.signature import HEADER
from monitor.messages import english
from monitor.model import (
    AlertGroup,
    AlertKey,
    AlertLevel,
    Check,
    NotificationKind,
    Scope,
    Severity,
    Snapshot,
    text,
)
from monitor.pipeline.notifications import notification
from monitor.store import Store
from monitor.web.published.alerts import AlertContext, one_alert_json
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    apply,
    certificate,
    decide,
    ending,
    picture,
)
from support.factories.delivery.mail_samples import WRITERS, contents
from support.servers.web.posted import about, configured, sent
from support.servers.web.server import Reply, Web, http, web

CONTENTS = contents()
OK = http(b"")
FAILED = http(b"", "500 Internal Server Error")
BUSY = http(b"", "503 Service Unavailable")
MINUTE = timedelta(minutes=1)


def posted(content: Any = None, *, short: bool = False, code: str = "en") -> dict[str, Any]:
    """Return what is sent about this."""
    one = replace(about(content), short=short)
    return dict(json.loads(body(one, WRITERS[code], text("watch.vms.example"))))


@pytest.mark.parametrize("kind", CONTENTS)
@pytest.mark.parametrize("code", WRITERS)
def test_every_kind(kind: str, code: str) -> None:
    """Each notification says what it is, where from, and has its alerts."""
    document = posted(CONTENTS[kind], code=code)
    assert (document["id"], document["instance"], document["sent_at"]) == (
        "1",
        "watch.vms.example",
        NOW.isoformat(),
    )
    assert document["alerts"]
    assert document["left_out"] == 0


def test_an_alert() -> None:
    """An alert has the fields that it has in the API."""
    (alert,) = posted(CONTENTS["alert"])["alerts"]
    steps, impact = alert.pop("steps"), alert.pop("impact")
    expected = {
        "url": "",
        "reason": "first",
        "check": "expiry",
        "level": "critical",
        "title": "Recorder 02",
        "owner": "Video team",
        "site": "Harbour",
        "component": "recording_server",
        "days_to_expiry": 3.5,
        "acknowledged": None,
    }
    assert {name: alert[name] for name in expected} == expected
    assert (len(steps), impact) == (
        2,
        "No live video and no playback from this recorder. Recording continues.",
    )
    assert len(alert["id"]) == 20


def test_the_fields_are_those_of_the_api() -> None:
    """A program that reads one reads the other; only a notification has a reason."""
    key = AlertKey(Check.NAME, Scope.TARGET, "endpoint:a:443")
    group = AlertGroup(key.id, Check.NAME, AlertLevel.WARNING, "A", NOW, (key,))
    listed = one_alert_json(group, AlertContext(), Snapshot(alerts=(group,)), WRITERS["en"])
    (sent_one,) = posted(CONTENTS["alert"])["alerts"]
    assert sent_one.keys() - listed.keys() == {"reason"}
    assert listed.keys() - sent_one.keys() == set()


def test_what_is_known_of_an_alert() -> None:
    """Its targets are there, and who was notified of it before."""
    (alert,) = posted(CONTENTS["alert"])["alerts"]
    assert (alert["targets"], alert["silenced"], alert["notified"]) == (
        ["endpoint:10.1.2.12:7563"],
        False,
        [],
    )
    state = ending("a:443", certificate(1, 20), Severity.WARNING)
    log = apply({}, decide(picture(state), {}, NOW, monitor_state=AFTER_INVENTORY))
    worse = ending("a:443", certificate(1, 20), Severity.CRITICAL)
    items = decide(picture(worse), log, NOW + DAYS, monitor_state=AFTER_INVENTORY).items
    (again,) = posted(items)["alerts"]
    assert again["notified"] == [{"receiver": "admins", "level": "warning", "at": NOW.isoformat()}]


def test_brief() -> None:
    """A brief notification leaves out what stops and the steps."""
    (full,) = posted(CONTENTS["alert"])["alerts"]
    made = body(about(CONTENTS["alert"]), WRITERS["en"], text("watch.vms.example"), full=False)
    (brief,) = json.loads(made)["alerts"]
    assert brief == full | {"impact": "", "steps": []}


def test_page_of_an_alert() -> None:
    """Where people can reach the page, each alert says where its own is; what is over has none."""
    links = Links("https://certs.vms.example")
    for kind in ("alert", "renewed"):
        document = json.loads(body(about(CONTENTS[kind]), WRITERS["en"], text("watch"), links))
        (alert,) = document["alerts"]
        assert alert["url"] == (f"{links.url}/alerts/{alert['id']}" if kind == "alert" else "")


def test_digest_and_good_news() -> None:
    """What is acknowledged says by whom; what is over has no level."""
    alerts = posted(CONTENTS["digest"])["alerts"]
    assert [(one["reason"], one["level"], (one["acknowledged"] or {}).get("by")) for one in alerts] == [
        ("first", "warning", None),
        ("reminder", "warning", None),
        ("first", "warning", "Ana"),
        ("renewed", None, None),
    ]


def test_inventory() -> None:
    """The inventory has its counts and the hosts that are unreachable."""
    document = posted(CONTENTS["inventory"])
    counts = {"watched": 10, "need_action": 7, "unreachable": 1, "not_probed": 0, "standby": 1, "fine": 1}
    assert document["counts"] == counts | {"not_sent": 0}
    assert [one["title"] for one in document["unreachable_hosts"]] == ["Log server"]


def test_test() -> None:
    """A test has no alerts."""
    document = posted()
    assert (document["kind"], document["alerts"]) == ("test", [])


def test_short_form() -> None:
    """The short form has the first alerts and says how many are left out."""
    many = CONTENTS["alert"] * 100  # type: ignore[operator]
    document = posted(many, short=True)
    assert (len(document["alerts"]), document["left_out"]) == (MOST_SHORT, 100 - MOST_SHORT)


ENTRY = "name: hook, kind: webhook, url_file: url"
KEYS = {"new": "new key\n", "old": "old key\n"}


@pytest.mark.parametrize(
    ("more", "keys"),
    [
        ("", []),
        (", secret_file: new", [b"new key"]),
        (", secret_file: new, previous_secret_file: old", [b"new key", b"old key"]),
    ],
)
def test_signatures(tmp_path: Path, more: str, keys: list[bytes]) -> None:
    """The body is signed with the key, and with the one before while keys are changed."""

    async def run() -> Web:
        async with web(hook=OK) as server:
            receiver = configured(tmp_path, ENTRY + more, url=server.url("/hook"), **KEYS)
            await sent(receiver, about(CONTENTS["alert"]))
        return server

    (request,) = asyncio.run(run()).requests
    expected = [f"sha256={hmac.new(key, request.body, hashlib.sha256).hexdigest()}" for key in keys]
    assert request.headers.get(HEADER.lower(), "") == ", ".join(expected)
    assert (request.method, request.headers["content-type"]) == ("POST", "application/json")


def test_missing_key(tmp_path: Path) -> None:
    """Nothing is sent unsigned where there should be a signature."""

    async def run() -> tuple[str, Web]:
        async with web(hook=OK) as server:
            receiver = configured(tmp_path, f"{ENTRY}, secret_file: none", url=server.url("/hook"))
            result, _ = await sent(receiver, about(None))
        return result.why, server

    why, server = asyncio.run(run())
    assert why.startswith(f"cannot read file {tmp_path / 'none'}")
    assert server.requests == []


def repeated(folder: Path, *replies: tuple[Reply, timedelta]) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Return what arrives when each attempt, so long after the last, is answered in turn."""

    async def run() -> Web:
        store = await Store.open("sqlite://", app_version="test")
        new = notification("hook", ("hook",), NotificationKind.NOTICE, about(CONTENTS["alert"]).payload, NOW)
        await store.notify([], {}, [new], NOW)
        now = NOW
        async with web() as server:
            receiver: Receiver = configured(folder, ENTRY, url=server.url("/hook"))
            for reply, later in replies:
                server.replies["/hook"] = reply
                now += later
                await deliver_due(store, receiver, now)
            receiver.close()
        assert await store.outbox() == (0, None)
        await store.close()
        return server

    bodies = [one.body for one in asyncio.run(run()).requests]
    return [json.loads(one) for one in bodies], bodies


@pytest.mark.parametrize("hours", [0, 30])
def test_uncertain_repeats_are_the_same(tmp_path: Path, hours: int) -> None:
    """What may have been accepted is repeated the same to the last byte, however late."""
    late = timedelta(hours=hours) + MINUTE
    _, bodies = repeated(tmp_path, (FAILED, MINUTE), (FAILED, late), (OK, late))
    assert (len(bodies), len(set(bodies))) == (3, 1)


def test_what_was_not_accepted_is_current(tmp_path: Path) -> None:
    """What was certainly not accepted keeps its id, and is written anew after an hour."""
    documents, _ = repeated(tmp_path, (BUSY, MINUTE), (BUSY, MINUTE), (OK, 90 * MINUTE))
    assert len({one["id"] for one in documents}) == 1
    assert [one["sent_at"] for one in documents] == [
        (NOW + minutes * MINUTE).isoformat() for minutes in (1, 1, 92)
    ]


def test_english_by_default(tmp_path: Path) -> None:
    """Without a section email a receiver is sent English."""

    async def run() -> bytes:
        receiver = configured(tmp_path, f"{ENTRY}, timezone: UTC", url="http://127.0.0.1/")
        try:
            return await receiver.render(about(CONTENTS["alert"]), NOW)
        finally:
            receiver.close()

    document = json.loads(asyncio.run(run()))
    other = json.loads(body(about(CONTENTS["alert"]), english(NOW), text(document["instance"])))
    assert document == other
