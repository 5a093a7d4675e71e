"""Tests of upgrading a database that an older version wrote in use: nothing is lost, nothing is sent twice.

``schema-0003.sql.gz`` is a dump of what the daemon left after some minutes with a relay that refused one of
three recipients, then had no time for another, and went away.
"""

import gzip
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.delivery import deliver_due
from monitor.model import NotificationKind
from monitor.store import Store
from support.factories.recorded import DAY, url, using
from support.folders import TESTS
from support.servers.mail.servers import Inbox, mail_server, relay

DUMP = TESTS / "data" / "databases" / "schema-0003.sql.gz"
LATER = datetime(2026, 11, 29, 21, tzinfo=UTC)
ADMINS, BUSY, GONE = "admins@vms.example", "busy@vms.example", "gone@vms.example"

NAMES = {
    '"place":': '"location":',
    '"looks":': '"probes":',
    '"kept":': '"entries":',
    '"sent"]': '"accepted"]',
    '"failed"]': '"refused"]',
}
"""Names in stored JSON, and those that they became."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a database as the older version left it."""
    made = tmp_path / "state.db"
    with closing(sqlite3.connect(made)) as connection:
        connection.executescript(gzip.decompress(DUMP.read_bytes()).decode())
    return made


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Return what is in a database file."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def mails(path: Path, *, waiting: bool) -> Iterator[tuple[Any, ...]]:
    """Yield Message-ID, text, recipients and attempts of the mails before the upgrade, oldest first."""
    condition = "IS NULL" if waiting else "IS NOT NULL"
    columns = "message_id, message, recipients, attempts"
    yield from rows(path, f"SELECT {columns} FROM mail WHERE finished_at {condition} ORDER BY id")


async def upgraded(store: Store) -> None:
    """Open and close."""
    await store.outbox()


def test_waiting_mails_are_sent_as_they_were_written(path: Path) -> None:
    """Each arrives byte for byte with its old Message-ID, at those who do not have it yet."""
    before, inbox = list(mails(path, waiting=True)), Inbox()

    async def act(store: Store) -> int:
        async with mail_server(inbox) as port:
            await deliver_due(store, relay(port), LATER)
        return (await store.outbox())[0]

    assert using(act, url(path)) == 0
    assert [envelope.content for envelope in inbox.taken] == [text for _, text, _, _ in before]
    assert [message["Message-ID"] for message in inbox.messages] == [id_ for id_, _, _, _ in before]
    assert [envelope.rcpt_tos for envelope in inbox.taken] == [
        [BUSY],
        [ADMINS, GONE, BUSY],
        [ADMINS, GONE, BUSY],
    ]


def test_waiting_mails_are_never_rendered_anew(path: Path) -> None:
    """Nothing is left to render them from, however long they wait."""

    async def act(store: Store) -> object:
        due = await store.due_notifications("email", LATER)
        return {(one.kind, one.payload, one.uncertain, one.attempts) for one in due}

    assert using(act, url(path)) == {(NotificationKind.NOTICE, "", True, 1)}


def test_finished_mails_keep_their_history(path: Path) -> None:
    """Who accepted or refused what, when, and why stays known."""
    columns = "recipients, created_at, attempts, last_error, finished_at"
    before = [_renamed(row) for row in rows(path, f"SELECT {columns} FROM mail ORDER BY id")]
    digits = [
        re.sub(r"<(\w+)@.*", r"\1", id_) for (id_,) in rows(path, "SELECT message_id FROM mail ORDER BY id")
    ]
    using(upgraded, url(path))
    assert rows(path, f"SELECT {columns} FROM notification ORDER BY created_at") == before
    ids = rows(path, "SELECT id, receiver, kind FROM notification ORDER BY created_at")
    assert [id_.replace("-", "") for id_, _, _ in ids] == digits
    assert [(receiver, kind) for _, receiver, kind in ids] == [("email", "inventory")] + [
        ("email", "notice")
    ] * 6


def _renamed(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row with the present names of what its JSON holds."""
    return tuple(_present(value) if isinstance(value, str) else value for value in row)


def _present(text: str) -> str:
    for old, new in NAMES.items():
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("table", ["certificate", "target", "history", "fact"])
def test_what_was_recorded_stays(path: Path, table: str) -> None:
    """What was seen, and what it said, is there as before."""
    before = [_renamed(row) for row in rows(path, f"SELECT * FROM {table} ORDER BY 1")]
    using(upgraded, url(path))
    # Columns that were added since stand behind those of before.
    after = [row[: len(before[0])] for row in rows(path, f"SELECT * FROM {table} ORDER BY 1")]
    # That the inventory was sent is said of each receiver now.
    apart = {"app_version", "inventory_sent_at"}
    assert [row for row in after if row[0] not in apart] == [row for row in before if row[0] not in apart]


def test_what_was_notified_stays(path: Path) -> None:
    """Each alert is known as notified to the receiver ``email``, and the inventory as sent to it."""
    old = "SELECT rung, first_told_at, last_told_at, title, places FROM told"
    before = rows(path, f"{old} WHERE key <> 'inventory' ORDER BY title, 1")
    using(upgraded, url(path))
    new = (
        "SELECT notification_log.level, first_at, last_at, title, locations FROM alert "
        "JOIN notification_log ON id = alert_id WHERE receiver = 'email' ORDER BY title, 1"
    )
    assert rows(path, new) == before != []
    assert rows(path, "SELECT receiver FROM receiver_state WHERE inventory_at IS NOT NULL") == [("email",)]


def test_what_was_sent_counts_as_accepted(path: Path) -> None:
    """An older version did not tell the two apart: no mail is repeated after the upgrade."""
    using(upgraded, url(path))
    others = "accepted_level IS NOT level OR accepted_at IS NOT last_at"
    assert rows(path, f"SELECT count(*) FROM notification_log WHERE {others}") == [(0,)]


def test_the_content_of_old_mails_is_removed_in_time(path: Path) -> None:
    """A week after it was delivered a mail of the older version loses its text as any other."""

    async def act(store: Store) -> None:
        await store.prune(LATER + 8 * DAY, 400 * DAY)

    using(act, url(path))
    filled = "SELECT count(*), sum(rendered IS NOT NULL) FROM notification WHERE finished_at IS "
    assert (rows(path, f"{filled} NOT NULL"), rows(path, f"{filled} NULL")) == ([(4, 0)], [(3, 3)])


def test_message_ids_of_any_form_become_ids(path: Path) -> None:
    """What is no number of 32 hexadecimal digits gets a new id; the old one stays in the text."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE mail SET message_id = '<7@vms.example>' WHERE id = 7")
        connection.commit()

    async def act(store: Store) -> list[str]:
        return [one.id for one in await store.due_notifications("email", LATER)]

    assert {len(id_) for id_ in using(act, url(path))} == {36}
