"""A start on a disk that cannot be written: the daemon probes, shows, mails from memory and recovers."""

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from support.servers.daemon.process import Running, ask, daemon, damage, started, until
from support.servers.daemon.site import DAY, Site, site

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has mounts of one process"),
]

NOTIFIED = "SELECT count(*) FROM notification_log WHERE accepted_level = 'critical'"
MARK = "notifications are kept in memory and may be repeated after a restart."
_NO_RIGHTS = "-dac_override,-dac_read_search"


def with_mount(script: str, folder: Path) -> Sequence[str]:
    """Return what runs a command with a folder mounted for it alone; skip the test where that is refused."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("unshare is missing: install Debian's package util-linux")
    own = [unshare, "--mount"] if os.geteuid() == 0 else [unshare, "--map-root-user", "--mount"]
    inside = [*own, "sh", "-ec", f'{script}; shift; exec "$@"', "sh", str(folder)]
    if os.spawnv(os.P_WAIT, unshare, [*inside, "true"]):
        pytest.skip("this machine lets no test mount anything")
    return inside


SMALL = 'mount -t tmpfs -o size=4m none "$1"'
FULL = f'{SMALL}; dd if=/dev/zero of="$1/filler" bs=4k 2>/dev/null || true'
READ_ONLY = 'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"'


def fill(filler: Path) -> None:
    """Write until the disk is full."""
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


async def problem(running: Running) -> str:
    """Return what health and the command say once both say the same."""
    answer = await running.get("/healthz")
    assert answer.status_code == 503
    assert (await running.get("/livez")).status_code == 200
    assert (await running.get("/readyz")).status_code == 200
    async with started("health", "--url", running.url, wait=False) as asked:
        assert await asked.process.wait() == 2
    assert answer.json()["problems"][0] in asked.log
    return str(answer.json()["problems"][0])


async def works_without(running: Running, where: Site) -> None:
    """Wait until probes, metrics and mails have shown that they go on."""
    await running.looks_on(where.target)
    assert (await running.get("/")).status_code == 200
    count = len(where.post.words)
    where.serve_leaf(3 * DAY)
    await until(lambda: where.post.words[count:].count("CRITICAL") == 1)
    assert all(MARK in one for one in where.post.texts[count:])


async def refused(config: Path, inside: Sequence[str]) -> None:
    """Require that a second service ends: also a file that can only be read is locked."""
    async with started("run", "--config", str(config), inside=inside, wait=False) as second:
        assert await second.process.wait() == 1
    assert "is in use by another cert-monitor" in second.log


def said_once(running: Running) -> bool:
    """Return whether the log says once that the store is in memory, without a traceback."""
    return "Traceback" not in running.log and running.log.count("are kept in memory until") == 1


def test_start_on_a_full_disk(tmp_path: Path) -> None:
    """With no byte left it mails from memory, marked, and records all of it once there is room."""

    async def scenario() -> None:
        async with site(tmp_path) as where:
            where.database.parent.mkdir()
            inside = with_mount(FULL, where.database.parent)
            async with daemon(where.configure(), inside=inside) as running:
                await until(lambda: where.post.words == ["Certificates"])
                assert "(the disk is full)" in await problem(running)
                await works_without(running, where)
                assert said_once(running)
                seen_inside = Path(f"/proc/{running.pid}/root{where.database}")
                seen_inside.with_name("filler").unlink()

                async def well() -> bool:
                    return (await running.get("/healthz")).status_code == 200

                await until(well)
                # SQLite itself would follow the link to the root and open the file outside.
                for end in ("", "-wal"):
                    shutil.copy(f"{seen_inside}{end}", f"{tmp_path / 'copy.db'}{end}")
                assert ask(tmp_path / "copy.db", NOTIFIED) == [(1,)]
                await running.looks_on(where.target)
                assert where.post.words == ["Certificates", "CRITICAL"]
                assert await running.end(15) == 0

    asyncio.run(scenario())


def test_a_disk_that_fills_up(tmp_path: Path) -> None:
    """Without a byte left it goes on from memory, notifies of that, and calls nothing over that is not."""

    async def scenario() -> None:
        async with site(tmp_path) as where:
            where.database.parent.mkdir()
            inside = with_mount(SMALL, where.database.parent)
            async with daemon(where.configure(), inside=inside) as running:
                await until(lambda: where.post.words == ["Certificates"])
                assert MARK not in where.post.texts[0]
                filler = Path(f"/proc/{running.pid}/root{where.database.with_name('filler')}")
                await asyncio.to_thread(fill, filler)
                await until(lambda: where.post.words == ["Certificates", "WARNING"])
                assert "(the disk is full)" in await problem(running)
                await works_without(running, where)
                await asyncio.to_thread(filler.unlink)
                await running.shows("cert_monitor_store_in_memory", 0)
                await running.looks_on(where.target)
                assert (await running.get("/healthz")).status_code == 200
                assert where.post.words == ["Certificates", "WARNING", "CRITICAL"]
                assert await running.end(15) == 0

    asyncio.run(scenario())


def test_start_on_a_read_only_disk(tmp_path: Path) -> None:
    """What was notified before is read, so that nothing is repeated; what is new is mailed, marked."""

    async def scenario() -> None:
        async with site(tmp_path) as where:
            config = where.configure()
            where.database.parent.mkdir()
            inside = with_mount(READ_ONLY, where.database.parent)
            async with daemon(config) as running:
                await until(lambda: where.post.words == ["Certificates"])
                await running.shows("cert_monitor_outbox_pending", 0)
                await running.end(9)
            async with daemon(config, inside=inside) as running:
                assert "(it cannot be written to)" in await problem(running)
                await refused(config, inside)
                await works_without(running, where)
                assert said_once(running)
                assert await running.end(15) == 0
            assert where.post.words == ["Certificates", "WARNING", "CRITICAL"]

    asyncio.run(scenario())


def test_start_in_a_folder_of_somebody_else(tmp_path: Path) -> None:
    """A folder that may not be entered is no reason not to probe."""

    async def scenario() -> None:
        async with site(tmp_path) as where:
            folder = where.database.parent
            folder.mkdir()
            inside: Sequence[str] = ()
            if os.geteuid() == 0:
                os.chown(folder, 65534, 65534)
                setpriv = shutil.which("setpriv") or pytest.skip("setpriv is missing: install util-linux")
                inside = (setpriv, f"--bounding-set={_NO_RIGHTS}", f"--inh-caps={_NO_RIGHTS}")
            folder.chmod(0o700 if os.geteuid() == 0 else 0)
            async with daemon(where.configure(), inside=inside) as running:
                await until(lambda: where.post.words == ["Certificates"])
                assert "(access is denied)" in await problem(running)
                await works_without(running, where)
                assert said_once(running)
                folder.chmod(0o777)
                await running.shows("cert_monitor_store_in_memory", 0)
                assert await running.end(15) == 0
            assert (ask(where.database, NOTIFIED), damage(where.database)) == ([(1,)], [])

    asyncio.run(scenario())


def _text(file: Path) -> None:
    file.write_text("This is no database, but it has more than a hundred letters. " * 9)


def _cut(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))


def _one_table(file: Path) -> None:
    """Damage the certificates alone: the file opens, and what notifications depend on can be read."""
    [(size,)] = ask(file, "PRAGMA page_size")
    [(page,)] = ask(file, "SELECT rootpage FROM sqlite_master WHERE name = 'certificate'")
    with file.open("r+b") as stream:
        stream.seek((page - 1) * size)
        stream.write(b"\xa5" * size)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(_text, "(it is not an SQLite database)"), (_cut, "(it is damaged)"), (_one_table, "(it is damaged)")],
)
def test_start_on_a_spoiled_file(tmp_path: Path, spoil: Callable[[Path], None], said: str) -> None:
    """It mails without the file, leaves it as it is, and begins a new one where it is moved away."""

    async def scenario() -> None:
        async with site(tmp_path) as where:
            config = where.configure()
            async with daemon(config) as running:
                await until(lambda: where.post.words == ["Certificates"])
                assert await running.end(15) == 0
            spoil(where.database)
            spoiled = where.database.read_bytes()
            async with daemon(config) as running:
                await running.shows("cert_monitor_store_in_memory", 1)
                assert said in await problem(running)
                await works_without(running, where)
                assert said_once(running)
                assert where.database.read_bytes() == spoiled
                where.database.rename(tmp_path / "spoiled.db")
                await running.shows("cert_monitor_store_in_memory", 0)
                assert await running.end(15) == 0
            assert (ask(where.database, NOTIFIED), damage(where.database)) == ([(1,)], [])

    asyncio.run(scenario())
