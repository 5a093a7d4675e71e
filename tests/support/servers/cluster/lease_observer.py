"""What a database itself saw of a lease: each change of the leader, and whoever wrote without leading.

Triggers note it in the transaction that it is about, so that nothing is missed and nothing else is noted. A
center is known by the ``application_name`` of its store URL.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any

import psycopg

from monitor.store.tables import metadata

_NEVER_FENCED = {"lease", "fact"}
"""Written by whoever stands by as well: that it is there, and the key that the first center makes."""

_SETUP = """
CREATE SCHEMA observer;
CREATE TABLE observer.term (epoch bigint, holder text, at double precision, was_over boolean);
CREATE TABLE observer.unfenced (writer text, holder text, changed text, at double precision);
CREATE FUNCTION observer.note_term() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE now_at double precision := extract(epoch FROM clock_timestamp());
BEGIN
  INSERT INTO observer.term VALUES (NEW.epoch, NEW.holder, now_at, OLD.expires_at < now_at * 1000000);
  RETURN NULL;
END $$;
CREATE TRIGGER note_term AFTER UPDATE ON public.lease FOR EACH ROW
  WHEN (NEW.name = 'leader' AND NEW.epoch <> OLD.epoch) EXECUTE FUNCTION observer.note_term();
CREATE FUNCTION observer.note_unfenced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE writer text := current_setting('application_name');
BEGIN
  INSERT INTO observer.unfenced
    SELECT writer, holder, TG_TABLE_NAME, extract(epoch FROM clock_timestamp()) FROM public.lease
    WHERE name = 'leader' AND holder <> writer;
  RETURN NULL;
END $$;
"""
_WITHIN = 60.0


@dataclass(frozen=True)
class LeaseTerm:
    """A center took the lease at an instant of the database's clock; ``was_over`` says it was free then."""

    epoch: int
    holder: str
    at: float
    was_over: bool


@dataclass
class LeaseObserver:
    """The notes in one database; ``url`` leads to it directly, whatever is cut."""

    url: str
    terms: list[LeaseTerm] = field(default_factory=list)

    async def begin(self) -> None:
        """Put the triggers on the tables, which exist."""
        await self.ask(_SETUP)
        for table in metadata.tables.keys() - _NEVER_FENCED:
            await self.ask(
                f"CREATE TRIGGER note_unfenced AFTER INSERT OR UPDATE OR DELETE ON public.{table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION observer.note_unfenced()"
            )

    async def ask(self, query: str, within: float = _WITHIN) -> list[tuple[Any, ...]]:
        """Return the rows of a query; raise ``psycopg.Error`` or ``TimeoutError`` without an answer."""
        async with asyncio.timeout(within):
            connection = await psycopg.AsyncConnection.connect(self.url, autocommit=True)
            async with connection:
                cursor = await connection.execute(query.encode())
                return await cursor.fetchall() if cursor.description else []

    async def watch(self) -> None:
        """Read who leads again and again, until cancelled."""
        while True:
            await self.look(_WITHIN)
            await asyncio.sleep(1)

    async def look(self, within: float) -> None:
        """Read who leads and led, within so many seconds; while the database is away nothing changes."""
        with contextlib.suppress(psycopg.Error, TimeoutError):
            found = await self.ask("SELECT * FROM observer.term ORDER BY epoch", within)
            if len(found) > len(self.terms):
                self.terms = [LeaseTerm(*row) for row in found]

    def holder_at(self, at: float) -> str:
        """Return who had the lease at an instant, empty for nobody yet."""
        return next((one.holder for one in reversed(self.terms) if one.at <= at), "")

    def taken_after(self, at: float) -> LeaseTerm | None:
        """Return the first time that the lease was taken after an instant."""
        return next((one for one in self.terms if one.at > at), None)
