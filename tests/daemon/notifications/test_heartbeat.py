"""The heartbeat: called after each full pass, with failure when the monitor sees nothing or is unwell."""

import asyncio
import json
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.config import Config, default_config, load
from monitor.daemon.notifications.heartbeat import (
    HeartbeatLoop,
    passed_since,
    unreachable_problems,
    with_suffix,
)
from monitor.errors import ConfigError
from monitor.model import Snapshot, TargetState, text
from monitor.pipeline import Board
from monitor.web import Health
from support.factories.alerts.world import NOW, certificate, failing, picture, seen
from support.servers.web.posted import TOKEN
from support.servers.web.server import Reply, Web, http, web

MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that can be set."""

    wall = NOW

    def now(self) -> datetime:
        """Return the wall time."""
        return self.wall

    def monotonic(self) -> float:
        """Return no time."""
        return 0.0


def probed(at: datetime | None, *hosts: str) -> list[TargetState]:
    """Return targets that were probed at an instant."""
    return [replace(seen(f"{host}:443", certificate(1)), probed_at=at) for host in hosts]


def configured(folder: Path, url: str) -> Config:
    """Return a configuration that calls this address."""
    (folder / "ping-url").write_text(url + "\n", "utf-8")
    path = folder / "c.yaml"
    path.write_text("heartbeat: {url_file: ping-url}\n", "utf-8")
    return load(path)


def rounds(
    folder: Path, *passes: tuple[datetime, list[TargetState]], health: Health | None = None, **replies: Reply
) -> Web:
    """Return the server after a round at each instant, with what was probed until then."""

    async def run() -> Web:
        async with web(**(replies or {TOKEN: http(b"OK"), f"{TOKEN}/fail": http(b"OK")})) as server:
            board, clock, config = Board(), Clock(), configured(folder, server.url(f"/{TOKEN}"))
            calls = HeartbeatLoop(board, clock, lambda: config, lambda: health or Health())
            for now, states in passes:
                clock.wall = now
                board.replace(states)
                await calls.round()
            calls.close()
        return server

    return asyncio.run(run())


def test_called_after_each_full_pass(tmp_path: Path) -> None:
    """A pass is full when every target was probed since the last call; it is reported once."""
    half = [*probed(NOW + 2 * MINUTE, "a"), *probed(NOW, "b")]
    server = rounds(
        tmp_path,
        (NOW + MINUTE, probed(NOW, "a", "b")),
        (NOW + 2 * MINUTE, probed(NOW, "a", "b")),
        (NOW + 3 * MINUTE, half),
        (NOW + 4 * MINUTE, probed(NOW + 3 * MINUTE, "a", "b")),
    )
    assert [(one.method, one.path) for one in server.requests] == [("POST", f"/{TOKEN}")] * 2
    assert json.loads(server.requests[0].body) == {"ok": True, "targets": 2, "problems": []}


def test_not_before_the_first_pass(tmp_path: Path) -> None:
    """Nothing is reported while a target was never probed, or where there is none."""
    server = rounds(tmp_path, (NOW, probed(None, "a")), (NOW, []))
    assert server.requests == []


def test_failure_when_most_are_unreachable(tmp_path: Path) -> None:
    """Most targets unreachable is notified as failure, with a sentence."""
    states = [failing(one) for one in probed(NOW, "a", "b")] + probed(NOW, "c")
    server = rounds(tmp_path, (NOW, states))
    assert server.asked == [f"/{TOKEN}/fail"]
    assert json.loads(server.requests[0].body)["problems"] == ["2 of 3 targets are unreachable"]


def test_failure_when_unwell(tmp_path: Path) -> None:
    """What health says is reported."""
    unwell = Health(problems=(text("the loop is stuck"),))
    server = rounds(tmp_path, (NOW, probed(NOW, "a")), health=unwell)
    assert (server.asked, json.loads(server.requests[0].body)["problems"]) == (
        [f"/{TOKEN}/fail"],
        ["the loop is stuck"],
    )


def test_refused_calls_are_repeated(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A call that was not accepted is made again; it is logged once, without the address."""
    with caplog.at_level(logging.WARNING):
        server = rounds(
            tmp_path,
            (NOW, probed(NOW, "a")),
            (NOW + MINUTE, probed(NOW, "a")),
            **{TOKEN: http(b"", "500 Internal Server Error")},
        )
    assert server.asked == [f"/{TOKEN}"] * 2
    assert caplog.text.count("the heartbeat was not accepted") == 1
    assert TOKEN not in caplog.text


def test_without_the_section() -> None:
    """Nothing is called."""
    board = Board()
    board.replace(probed(NOW, "a"))
    config = default_config()
    asyncio.run(HeartbeatLoop(board, Clock(), lambda: config, Health).round())


@pytest.mark.parametrize(
    ("down", "up", "expected"), [(1, 1, False), (2, 1, True), (0, 0, False), (1, 0, True), (5, 5, False)]
)
def test_unreachable_problems(down: int, up: int, *, expected: bool) -> None:
    """More than half of the targets are unreachable."""
    states = [failing(one) for one in probed(NOW, *(f"d{n}" for n in range(down)))]
    states += probed(NOW, *(f"u{n}" for n in range(up)))
    assert bool(unreachable_problems(picture(*states))) is expected


def test_passed_since() -> None:
    """Each target counts, and only what was probed later than the last call."""
    states = picture(*probed(NOW, "a", "b"))
    assert [passed_since(states, at) for at in (None, NOW - MINUTE, NOW)] == [True, True, False]
    assert not passed_since(Snapshot(), None)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hc.example/uuid", "https://hc.example/uuid/fail"),
        ("https://hc.example/uuid/", "https://hc.example/uuid/fail"),
        ("https://hc.example/uuid?rid=1", "https://hc.example/uuid/fail?rid=1"),
    ],
)
def test_address_of_failure(url: str, expected: str) -> None:
    """It is at the end of the path."""
    assert (with_suffix(url, "/fail"), with_suffix(url, "")) == (expected, url)


@pytest.mark.parametrize(
    "keys", ["{}", "{url: 'https://a.example/x', url_env: X}", "{url: 'http://a.example/x'}"]
)
def test_wrong_settings(tmp_path: Path, keys: str) -> None:
    """There is one address, and it is not sent in the clear."""
    path = tmp_path / "c.yaml"
    path.write_text(f"heartbeat: {keys}\n", "utf-8")
    with pytest.raises(ConfigError, match="heartbeat"):
        load(path)
