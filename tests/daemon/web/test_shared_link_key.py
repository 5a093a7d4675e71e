"""Tests of the key of links and sessions in a database that centers share."""

import asyncio
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.daemon.web.link_key import link_key_of
from monitor.store import Store
from support.factories.recorded import VERSION
from support.servers.cluster.postgresql_server import shared_server

pytestmark = pytest.mark.system


def test_all_centers_have_one_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first one makes it, a rotation reaches all, and no command prints it."""
    where = shared_server().database()
    config = tmp_path / "cert-monitor.yaml"
    config.write_text(f"store: {{url: '{where}'}}\nha: {{name: a}}\nreceivers: []\n")

    async def scenario() -> None:
        stores = [await Store.open(where, app_version=VERSION, shared=True) for _ in range(2)]
        first, second = [await link_key_of(where, store) for store in stores]
        before = first.current()
        assert (len(before), second.current()) == (32, before)
        assert await asyncio.to_thread(main, ["links", "rotate", "--config", str(config)]) == 0
        for key in (first, second):
            await key.refresh()
        after = first.current()
        assert second.current() == after != before
        assert after.hex() not in capsys.readouterr().out
        for store in stores:
            await store.close()

    asyncio.run(scenario())


def test_a_file_is_no_cluster(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says so, and so does the configuration."""
    config = tmp_path / "cert-monitor.yaml"
    config.write_text(f"store: {{url: 'sqlite:///{tmp_path}/s.db'}}\nreceivers: []\n")
    assert main(["cluster", "status", "--config", str(config)]) == 2
    assert "store.url names a file" in capsys.readouterr().err
    config.write_text(f"store: {{url: 'sqlite:///{tmp_path}/s.db'}}\nha: {{name: a}}\nreceivers: []\n")
    assert main(["validate-config", str(config)]) == 2
    assert "2: ha: needs a database that centers share" in capsys.readouterr().err


def test_a_cluster_without_a_leader(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody leads before the first center has started."""
    where = shared_server().database()
    config = tmp_path / "cert-monitor.yaml"
    config.write_text(f"store: {{url: '{where}'}}\nreceivers: []\n")
    asyncio.run(_opened(where))
    assert main(["cluster", "status", "--config", str(config)]) == 1
    assert capsys.readouterr().out == "no center leads\n"


async def _opened(where: str) -> None:
    await (await Store.open(where, app_version=VERSION)).close()
