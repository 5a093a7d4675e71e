"""The tokens of programs; only their digests are stored."""

from collections.abc import Sequence
from json import dumps, loads
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from monitor.model import AccessToken, Matcher, TokenRole
from monitor.store.dialect import upsert
from monitor.store.tables import access_token


def access_tokens(connection: Connection) -> tuple[AccessToken, ...]:
    """Return all tokens, by name."""
    return tuple(map(_token, connection.execute(select(access_token).order_by(access_token.c.name))))


def put_access_tokens(connection: Connection, changed: Sequence[AccessToken]) -> None:
    """Write tokens, new ones and those that changed."""
    if rows := [_row(one) for one in changed]:
        upsert(connection, access_token, rows)


def remove_access_token(connection: Connection, name: str) -> None:
    """Remove a token."""
    connection.execute(delete(access_token).where(access_token.c.name == name))


def _row(one: AccessToken) -> dict[str, Any]:
    return {
        "name": one.name,
        "digest": one.digest,
        "role": one.role.value,
        "matchers": dumps({matcher.name: matcher.values for matcher in one.matchers}),
        "created_at": one.created_at,
        "created_by": one.created_by,
        "expires_at": one.expires_at,
        "last_used_at": one.last_used_at,
    }


def _token(row: Row[Any]) -> AccessToken:
    return AccessToken(
        name=row.name,
        digest=row.digest,
        role=TokenRole(row.role),
        matchers=tuple(Matcher(name, tuple(values)) for name, values in loads(row.matchers).items()),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
