"""The list of notifications: what waits, what was refused and why, what was sent."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts import alerts_of_target
from monitor.model import (
    AlertKey,
    AlertLevel,
    AlertRecord,
    Check,
    Matcher,
    NotificationKind,
    NotificationStatus,
    NotifiedAlert,
    RecipientStatus,
    Scope,
)
from monitor.web.caller import Caller, Role
from monitor.web.pages.lists.notifications import NOTIFICATION_LIST, notification_source
from support.factories.web.fakes import HOSTILE, NOW, FakeDaemon, endpoint, snapshot
from support.factories.web.pages import get, listed, reader_of

A = endpoint("a", 5, sentence="it expires", title="Recorder 01")
SHOWN = replace(snapshot(A), alerts=alerts_of_target(A, NOW))
SENT = NotificationStatus(
    "n1",
    "email",
    NotificationKind.NOTICE,
    (("ana@vms.example", RecipientStatus.ACCEPTED),),
    NOW - timedelta(hours=2),
    NOW,
    (NotifiedAlert(SHOWN.alerts[0].id, "first", "critical"),),
    1,
    "",
    NOW - timedelta(hours=1),
)
WAITING = replace(
    SENT,
    id="n2",
    recipients=(("bert@vms.example", RecipientStatus.PENDING),),
    next_attempt_at=NOW + timedelta(minutes=5),
    attempts=3,
    last_error="connection refused",
    finished_at=None,
)
REFUSED = replace(
    SENT,
    id="n3",
    receiver="chat",
    recipients=(("", RecipientStatus.REFUSED),),
    last_error="404 no such webhook",
)
DIGEST = replace(SENT, id="n4", kind=NotificationKind.DIGEST, alerts=())
EVERY = (SENT, WAITING, REFUSED, DIGEST)


def html(query: str = "", caller: Caller | None = None, every: tuple[NotificationStatus, ...] = EVERY) -> str:
    """Return the page."""
    reader = reader_of(SHOWN, caller=caller or Caller())
    return listed(NOTIFICATION_LIST, notification_source(every), reader, query)


def states(page: str) -> list[str]:
    """Return the states of the rows."""
    return re.findall(r'data-label="State"><div><span[^>]*>(.*?)</span>', page)


def test_what_was_not_delivered_comes_first() -> None:
    """With the reason and the next attempt."""
    page = html()
    assert states(page) == ["refused", "waiting", "sent", "sent"]
    assert "404 no such webhook" in page
    assert ("next attempt in 5 minutes" in page, "connection refused" in page) == (True, True)
    assert f'<a href="/alerts/{SHOWN.alerts[0].id}">Recorder 01</a>' in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=waiting", ["waiting"]),
        ("receiver=chat", ["refused"]),
        ("type=digest", ["sent"]),
        ("q=bert@vms.example", ["waiting"]),
        ("q=webhook", ["refused"]),
    ],
)
def test_filters(query: str, found: list[str]) -> None:
    """By what became of them, receiver, type and words."""
    assert states(html(query)) == found


def test_refused_by_some() -> None:
    """One of two recipients."""
    both = (("a@x", RecipientStatus.ACCEPTED), ("b@x", RecipientStatus.REFUSED))
    page = html(every=(replace(SENT, recipients=both),))
    assert (states(page), "b@x (refused)" in page) == (["refused by some"], True)


def test_scope() -> None:
    """A scoped reader sees what is about its open alerts and nothing else."""
    seen = Caller("vera", Role.VIEWER, (Matcher("site", ("harbour",)),))
    assert states(html(caller=seen)) == ["refused", "waiting", "sent"]
    assert states(html(caller=Caller("otto", Role.VIEWER, (Matcher("site", ("attic",)),)))) == []


def test_alerts_that_are_over_are_named() -> None:
    """What was resolved keeps its title, but for a reader of a scope it is not listed at all."""
    key = AlertKey(Check.EXPIRY, Scope.CERTIFICATE, subject="a" * 64)
    over = AlertRecord(key, AlertLevel.WARNING, NOW, NOW, "Recorder 09", lead=key.id, resolved_at=NOW)
    sent = replace(SENT, alerts=(NotifiedAlert(key.id, "renewed", "warning"),))
    daemon = FakeDaemon(SHOWN, outbox=(sent,), recorded=(over,))
    assert f'<a href="/alerts/{key.id}">Recorder 09</a>' in get(daemon, "/notifications").text


def test_hostile_texts_stay_text() -> None:
    """Answers of a relay are hostile too."""
    assert html(every=(replace(WAITING, last_error=HOSTILE),)).count("<script") == 1


def test_json() -> None:
    """Its fields."""
    found = get(FakeDaemon(SHOWN, outbox=EVERY), "/notifications?format=json&q=bert").json()
    assert found["items"] == [
        {
            "id": "n2",
            "state": "waiting",
            "type": "notice",
            "receiver": "email",
            "recipients": {"bert@vms.example": "pending"},
            "alerts": [SHOWN.alerts[0].id],
            "created_at": WAITING.created_at.isoformat(),
            "finished_at": None,
            "next_attempt_at": WAITING.next_attempt_at.isoformat(),
            "attempts": 3,
            "error": "connection refused",
        }
    ]
