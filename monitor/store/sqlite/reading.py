"""Read an SQLite file where nothing can be written: neither to it nor beside it."""

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, event

_MODES = ("mode=ro&readonly_shm=1", "mode=ro&immutable=1")


def read_only_engines(path: Path, execution_options: Mapping[str, Any]) -> Iterator[Engine]:
    """Yield engines that only read a file; the second one works where nothing is beside it.

    To read a file in WAL mode SQLite writes the index of its log, which a full or read-only disk does not let
    it; the first one makes an index of its own (https://sqlite.org/wal.html, read-only databases). Where
    there is no index nothing is left in the log, after a clean end.
    """
    for mode in _MODES:
        yield _engine(f"{path.as_uri()}?{mode}", execution_options)


def reading_engine(path: Path, execution_options: Mapping[str, Any]) -> Engine:
    """Return an engine that only reads a file, in a folder that can be written."""
    return _engine(f"{path.as_uri()}?mode=ro", execution_options)


def _engine(uri: str, execution_options: Mapping[str, Any]) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(uri, uri=True, check_same_thread=False),
        poolclass=NullPool,
        hide_parameters=True,
        execution_options=dict(execution_options),
    )

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA trusted_schema = OFF")

    return engine
