"""The databases that the contract of the store is tested on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support.factories.recorded import url
from support.servers.cluster.postgresql_server import new_database

DATABASES: dict[str, Callable[[Path], str]] = {
    "sqlite": lambda folder: url(folder / "state.db"),
    "postgresql": lambda _folder: new_database(),
}
"""How to make an empty database of each kind, given an empty folder; the answer is its store URL."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.system)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the store URL of an empty database; a test that takes it runs on every kind."""
    return DATABASES[request.param](tmp_path)
