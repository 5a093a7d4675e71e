"""Checks on request: they go the way of every probe, are bounded, and end with the daemon."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.clock import SystemClock
from monitor.daemon.daemon import Daemon
from monitor.daemon.targets import checks_now
from monitor.daemon.web.changes import WebChanges
from monitor.model import Snapshot
from support.pki import leaf
from support.servers.daemon.process import until


def run(
    folder: Path, scenario: Callable[[Daemon], Awaitable[Any]], *, receivers: str = "", targets: str = ""
) -> Any:
    """Return what a scenario makes of a started daemon that watches one file every hour."""
    (folder / "a.pem").write_bytes(leaf("old.vms.example").pem)
    path = folder / "cert-monitor.yaml"
    path.write_text(
        f"web: {{listen: '127.0.0.1:0'}}\nstore: {{url: 'sqlite:///{folder.as_posix()}/state.db'}}\n{receivers}"
        f"targets:\n  - {{kind: files, name: store, paths: ['{folder.as_posix()}/a.pem']}}\n{targets}"
    )

    async def whole() -> Any:
        daemon = await Daemon.open(path, SystemClock())
        try:
            await daemon.start()
            return await scenario(daemon)
        finally:
            await daemon.close()

    return asyncio.run(whole())


def state(daemon: Daemon) -> Any:
    """Return the state of the one target."""
    return daemon.parts.board.snapshot.states["files:store"]


def changes(daemon: Daemon) -> WebChanges:
    """Return what changes something for the web."""

    async def nothing() -> tuple[str, ...]:
        return ()

    return WebChanges(daemon.parts.changes, daemon._token, nothing, nothing)


def test_a_check_replaces_what_is_known(tmp_path: Path) -> None:
    """The target is probed again long before it is due, and what it shows now is judged and recorded."""

    async def scenario(daemon: Daemon) -> tuple[bool, str, str]:
        await until(lambda: state(daemon).probed_at is not None)
        before = state(daemon)
        (tmp_path / "a.pem").write_bytes(leaf("new.vms.example").pem)
        result = await changes(daemon).check_now(["files:store"], by="ana")
        after = state(daemon)
        history = await daemon.parts.store.history(target_id="files:store")
        assert before.probed_at < after.probed_at
        return result.ok, after.sightings[0].certificate.sha256, history[0].sha256

    ok, shown, recorded = run(tmp_path, scenario)
    assert ok
    assert shown == recorded


def test_targets_that_are_not_watched_are_left_out(tmp_path: Path) -> None:
    """Nothing but what is watched is ever probed."""

    async def scenario(daemon: Daemon) -> Snapshot:
        await daemon.parts.checks.check(["endpoint:elsewhere.example:443"])
        return daemon.parts.board.snapshot

    assert list(run(tmp_path, scenario).states) == ["files:store"]


def test_too_many_targets_are_refused(tmp_path: Path, monkeypatch: Any) -> None:
    """A bound keeps a click from starting a storm."""
    monkeypatch.setattr(checks_now, "MOST_TARGETS", 0)

    async def scenario(daemon: Daemon) -> str:
        return await daemon.parts.checks.check(["files:store"])

    assert run(tmp_path, scenario) == "1 targets are too many to check at once; at most 0"


def test_too_many_requests_are_refused(tmp_path: Path, monkeypatch: Any) -> None:
    """Whoever clicks often waits."""
    monkeypatch.setattr(checks_now, "MOST_REQUESTS", 0)

    async def scenario(daemon: Daemon) -> str:
        return await daemon.parts.checks.check(["files:store"])

    assert run(tmp_path, scenario) == "other checks are still running; try again in a minute"


def test_a_test_notification_waits_in_the_outbox(tmp_path: Path) -> None:
    """It goes the way of every notification, to the recipients of that receiver alone."""
    receivers = "receivers:\n  - {name: hook, kind: webhook, url: 'https://127.0.0.1:1/x'}\n"

    async def scenario(daemon: Daemon) -> tuple[bool, bool, list[str]]:
        made = await changes(daemon).test_notification("hook", by="ana")
        unknown = await changes(daemon).test_notification("other", by="ana")
        due = await daemon.parts.store.due_notifications("hook", daemon.parts.clock.now() + timedelta(days=1))
        return made.ok, unknown.found, [one.kind.value for one in due]

    assert run(tmp_path, scenario, receivers=receivers) == (True, False, ["test"])


def test_targets_of_a_zone_are_checked_by_their_agents(tmp_path: Path) -> None:
    """Neither the schedule nor anybody who asks makes this machine connect; without an agent it is said."""
    center = leaf("127.0.0.1")
    (tmp_path / "center.pem").write_bytes(center.key_pem + center.pem)
    text = 'zones: {dmz: {agents: [{name: dmz-1}]}}\nagents: {listen: "127.0.0.1:0", cert_file: center.pem}\n'

    async def scenario(daemon: Daemon) -> str:
        name = "dmz/endpoint:127.0.0.1:9"
        said = await daemon.parts.checks.check([name])
        assert daemon.parts.board.snapshot.states[name].probed_at is None
        return said

    extra = "  - {kind: endpoint, address: '127.0.0.1:9', zone: dmz}\n"
    assert run(tmp_path, scenario, receivers=text, targets=extra) == "no agent of the zone dmz reports"
