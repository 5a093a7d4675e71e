"""Turn the log of what was notified into alerts with typed keys, and what each receiver knows of them."""

import json
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

RECEIVER = "email"
_ID_LENGTH = 20

_OF_CERTIFICATE = {"expiry", "ca_expiry", "weak_key", "weak_signature", "renewal_window", "revoked"}
_SHARED = {
    "outlives_ca": "certificate",
    "encryption": "site",
    "recorder_pair": "machine",
    "failover_older": "machine",
    "inconsistent": "name",
    "revocation_unknown": "issuer",
    "crl_expiry": "issuer",
    "discovery_stale": "discovery",
}
_OF_MACHINE = {
    "not_deployed",
    "not_in_store",
    "binding_stale",
    "key_missing",
    "key_inaccessible",
    "ca_not_installed",
}
_PREFIXES = {"encryption": "recorders of ", "crl_expiry": "CRL of "}


def upgrade() -> None:
    """Turn each key of the notification log into a row of ``alert``; no alert is notified again."""
    tables = _create_tables()
    connection = op.get_bind()
    old = sa.Table("notification_log", sa.MetaData(), autoload_with=connection)
    rows = [dict(row) for row in connection.execute(sa.select(old)).mappings()]
    op.drop_table("notification_log")
    log = _create_log()
    inventory_at = None
    for row in rows:
        word, _, rest = row["key"].partition(" ")
        if word == "inventory":
            inventory_at = row["last_notified_at"]
        elif word == "renewed":
            pair = dict(zip(("old", "new"), rest.split(" "), strict=True))
            notified = {**pair, "receiver": RECEIVER, "notified_at": row["first_notified_at"]}
            connection.execute(sa.insert(tables["renewal_log"]).values(**notified))
        else:
            key = typed(row["key"])
            connection.execute(sa.insert(tables["alert"]).values(**_alert(key, row)))
            connection.execute(sa.insert(log).values(**_notified(key, row)))
    _move_inventory(connection, tables["receiver_state"], inventory_at)


def typed(key: str) -> tuple[str, str, str, str]:
    """Return check, scope, scope_id and subject of a key of the notification log so far."""
    check, _, rest = key.partition(" ")
    if key in ("clock", "unreachable *"):
        return check, "monitor", "", ""
    if check in _OF_CERTIFICATE:
        return check, "certificate", rest, ""
    if check == "unreachable":
        return check, "target", rest, ""
    shared = rest.removeprefix(f"{check} ")
    if check in _OF_MACHINE:
        host, _, subject = shared.partition(" ")
        # A binding is known by its certificate alone, whatever its address.
        return check, "machine", host, subject.rpartition(" ")[2] if check == "binding_stale" else subject
    if check in _SHARED and shared != rest:
        return check, _SHARED[check], shared.removeprefix(_PREFIXES.get(check, "")), ""
    target_id, _, fingerprint = rest.rpartition(" ")
    return check, "target", target_id, "" if fingerprint == "-" else fingerprint


def _id(key: tuple[str, str, str, str]) -> str:
    return sha256(json.dumps(key, separators=(",", ":")).encode()).hexdigest()[:_ID_LENGTH]


def _alert(key: tuple[str, str, str, str], row: dict[str, object]) -> dict[str, object]:
    check, scope, scope_id, subject = key
    return {
        "id": _id(key),
        "check": check,
        "scope": scope,
        "scope_id": scope_id,
        "subject": subject,
        "level": row["level"],
        "level_since": row["first_notified_at"],
        "opened_at": row["first_notified_at"],
        "title": row["title"],
        "locations": row["locations"],
        "lead": "",
        "state": "active",
    }


def _notified(key: tuple[str, str, str, str], row: dict[str, object]) -> dict[str, object]:
    return {
        "alert_id": _id(key),
        "receiver": RECEIVER,
        "level": row["level"],
        "reason": "",
        "first_at": row["first_notified_at"],
        "last_at": row["last_notified_at"],
    }


def _move_inventory(connection: sa.Connection, receiver_state: sa.Table, inventory_at: int | None) -> None:
    """Record once that the inventory was sent: a fact and a row of the log said it so far."""
    facts = sa.table("fact", sa.column("key"), sa.column("value"))
    where = facts.c.key == "inventory_sent_at"
    sent = connection.scalar(sa.select(facts.c.value).where(where))
    connection.execute(sa.delete(facts).where(where))
    if inventory_at is None and sent is not None:
        inventory_at = connection.scalar(sa.text("SELECT max(last_at) FROM notification_log")) or 0
    if inventory_at is not None:
        connection.execute(sa.insert(receiver_state).values(receiver=RECEIVER, inventory_at=inventory_at))


def _create_tables() -> dict[str, sa.Table]:
    alert = op.create_table(
        "alert",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("check", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("scope_id", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("level_since", sa.BigInteger, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("locations", sa.Text, nullable=False),
        sa.Column("lead", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("resolved_at", sa.BigInteger),
        sa.Column("resolution", sa.Text),
    )
    op.create_index(
        "alert_resolved",
        "alert",
        ["resolved_at"],
        sqlite_where=sa.text("resolved_at IS NOT NULL"),
        postgresql_where=sa.text("resolved_at IS NOT NULL"),
    )
    renewal_log = op.create_table(
        "renewal_log",
        sa.Column("old", sa.Text, primary_key=True),
        sa.Column("new", sa.Text, primary_key=True),
        sa.Column("receiver", sa.Text, primary_key=True),
        sa.Column("notified_at", sa.BigInteger, nullable=False),
    )
    receiver_state = op.create_table(
        "receiver_state",
        sa.Column("receiver", sa.Text, primary_key=True),
        sa.Column("inventory_at", sa.BigInteger),
        sa.Column("digest_at", sa.BigInteger),
        sa.Column("heartbeat_at", sa.BigInteger),
        sa.Column("outage_at", sa.BigInteger),
    )
    op.create_table(
        "silence",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("matchers", sa.Text, nullable=False),
        sa.Column("alert_id", sa.Text),
        sa.Column("certificate", sa.Text),
        sa.Column("level", sa.Text),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("ended_by", sa.Text),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    return {"alert": alert, "renewal_log": renewal_log, "receiver_state": receiver_state}


def _create_log() -> sa.Table:
    return op.create_table(
        "notification_log",
        sa.Column("alert_id", sa.Text, primary_key=True),
        sa.Column("receiver", sa.Text, primary_key=True),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("pending_id", sa.Text),
        sa.Column("refused_at", sa.BigInteger),
    )
