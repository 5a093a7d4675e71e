"""A center begins anew in its process: its files have mistakes by then, or the database goes away again."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.clock import SystemClock
from monitor.daemon.cluster.leadership import Leadership
from monitor.daemon.daemon import Daemon
from monitor.daemon.web.access_tokens import AccessTokens
from monitor.errors import ConfigError, StoreFault, StoreUnusableError
from support.servers.cluster.postgresql_server import new_database
from support.servers.programs import free_port

WEB = "tls_server_config: {}\n"
AWAY = StoreUnusableError("away", StoreFault.UNREACHABLE)


def configured(folder: Path, store: str = "", more: str = "") -> Path:
    """Write a configuration with one target and return its path."""
    (folder / "web.yaml").write_text(WEB)
    path = folder / "cert-monitor.yaml"
    path.write_text(
        f"store: {{url: '{store or f'sqlite:///{folder.as_posix()}/state.db'}'}}\n"
        "web: {listen: '127.0.0.1:0', config_file: web.yaml}\nreceivers: []\n"
        f"targets: [{{kind: files, name: one, paths: [{folder.as_posix()}/none.pem]}}]\n{more}"
    )
    return path


@pytest.mark.parametrize("broken", ["cert-monitor.yaml", "web.yaml"])
def test_a_file_that_has_mistakes_by_now(
    tmp_path: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It goes on with what was in force, as after a reload; the service manager would not start it again."""
    path = configured(tmp_path)

    async def scenario() -> None:
        first = await Daemon.open(path, SystemClock())
        former = first.former()
        await first.close()
        (tmp_path / broken).write_text("nonsense: 1\n")
        second = await Daemon.open(path, SystemClock(), former)
        assert (second.watched, second.parts.access.file()) == (1, first.parts.access.file())
        await second.close()
        with pytest.raises(ConfigError):
            await Daemon.open(path, SystemClock())

    asyncio.run(scenario())
    assert f"{broken}:1: nonsense: unknown key" in caplog.text
    assert "the former configuration stays in force" in caplog.text


def failing_once(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let the first reading of tokens fail, which comes after the database was opened."""
    original: Callable[[AccessTokens], Awaitable[None]] = AccessTokens.resume
    errors = [error]

    async def resume(tokens: AccessTokens) -> None:
        if errors:
            raise errors.pop()
        await original(tokens)

    monkeypatch.setattr(AccessTokens, "resume", resume)


@pytest.mark.system
def test_a_database_that_goes_away_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A center is made again, on what can be used then; it does not end."""
    path = configured(tmp_path, new_database(), "ha: {name: center-a}\n")
    failing_once(monkeypatch, AWAY)

    async def scenario() -> Any:
        made = await Daemon.open(path, SystemClock())
        await made.start()
        await made.close()
        return made.parts.leadership

    assert isinstance(asyncio.run(scenario()), Leadership)


def test_a_center_without_its_database_judges_no_zone(tmp_path: Path) -> None:
    """No agent and no worker reports to it, for as long as the database is away."""
    path = configured(tmp_path, f"postgresql://127.0.0.1:{free_port()}/certmonitor", "ha: {name: center-a}\n")

    async def scenario() -> bool:
        made = await Daemon.open(path, SystemClock())
        await made.close()
        return made.parts.pipeline._do.judge.without_zones

    assert asyncio.run(scenario())


@pytest.mark.parametrize("error", [AWAY, ValueError("a bug")])
def test_a_start_that_fails_leaves_the_database_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Nothing keeps its lock."""
    path = configured(tmp_path)
    failing_once(monkeypatch, error)

    async def scenario() -> None:
        with pytest.raises(type(error)):
            await Daemon.open(path, SystemClock())
        made = await Daemon.open(path, SystemClock())
        await made.close()

    asyncio.run(scenario())


def test_a_wait_that_is_cancelled_leaves_nothing_behind(tmp_path: Path) -> None:
    """Neither of both tasks goes on to wait."""
    path = configured(tmp_path)

    async def scenario() -> None:
        made = await Daemon.open(path, SystemClock())
        before = asyncio.all_tasks()
        waiting = asyncio.create_task(made.over(asyncio.Event()))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == before
        await made.close()

    asyncio.run(scenario())


def test_nothing_looks_stuck_after_a_start_that_took_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the schedule nor a task was to run yet, for minutes of loading or the days of a standby."""
    path, clock = configured(tmp_path), SystemClock()
    reports: list[tuple[str, ...]] = []

    async def scenario() -> None:
        made = await Daemon.open(path, clock)
        health, schedule, begin = made.parts.health, made.parts.schedule, made.parts.watched.begin

        async def long() -> None:
            await begin()
            real = clock.monotonic
            monkeypatch.setattr(clock, "monotonic", lambda: real() + 3600)

        async def plan(*_: Any) -> None:
            made.parts.clock_watch.beat()
            reports.append(health.report().problems)

        monkeypatch.setattr(made.parts.watched, "begin", long)
        monkeypatch.setattr(schedule, "plan", plan)
        await made.start()
        reports.append(health.report().problems)
        await made.close()

    asyncio.run(scenario())
    assert reports == [(), ()]
