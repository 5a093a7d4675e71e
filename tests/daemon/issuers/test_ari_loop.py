"""Queries of ACME CAs by the daemon: verified, as configured, and recorded in the real store."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor.clock import SystemClock
from monitor.config import Config, load
from monitor.daemon.issuers.ari_loop import AriLoop
from monitor.issuers.renewal_id import renewal_id
from monitor.model import (
    Assessment,
    Observation,
    Policy,
    ProbeResult,
    RenewalWindow,
    Sighting,
    Target,
    TargetState,
)
from monitor.model import Path as Chain
from monitor.parse import parse_certificate
from monitor.pipeline import Board, TrustStoreCache
from monitor.sources.anchors import TrustStoreLoader
from monitor.store import Store
from support import pki
from support.servers.sources.list_server import Served, reply, served

ROOT = pki.authority("Web Root", at=pki.TODAY)
NOW = pki.TODAY.replace(microsecond=0)
ACME = pki.authority("R99", at=NOW)
LEAF = pki.leaf("www.example", ACME, at=NOW)
START, END = NOW + timedelta(days=200), NOW + timedelta(days=202)


def context(folder: Path) -> ssl.SSLContext:
    """Return the context of the CA's web server, whose certificate ROOT issued."""
    (folder / "root.pem").write_bytes(ROOT.pem)
    return pki.tls_context(pki.leaf("localhost", ROOT, at=NOW))


def configured(folder: Path, port: int, *, trust: str = "root.pem", scheme: str = "https") -> Config:
    """Return a configuration that asks this CA."""
    file = folder / "config.yaml"
    acme = f"acme: {{R99: '{scheme}://localhost:{port}/directory'}}" if port else "acme: {}"
    file.write_text(f"targets: []\nissuers: {{{acme}, trust: [{trust}]}}\n")
    return load(file)


@dataclass
class Parts:
    """The parts that the daemon would have."""

    folder: Path
    server: Served
    store: Store
    board: Board

    def renewing(self, config: Config) -> AriLoop:
        """Return what asks."""
        trust_stores = TrustStoreCache(TrustStoreLoader().anchors, SystemClock())
        return AriLoop(config, self.store, self.board, trust_stores, SystemClock())

    @property
    def shown(self) -> list[tuple[datetime, datetime]]:
        """Return the windows on the board."""
        return [(one.start, one.end) for one in self.board.snapshot.renewals.values()]


def running(folder: Path, act: Callable[[Parts], Awaitable[None]]) -> None:
    """Run a scenario with a store, a board that shows the certificate, and a CA."""
    content = {"suggestedWindow": {"start": START.isoformat(), "end": END.isoformat()}}

    async def run() -> None:
        port = 0

        def answer(path: str) -> bytes:
            if path == "/directory":
                return reply(json.dumps({"renewalInfo": f"https://localhost:{port}/ari"}).encode())
            return reply(json.dumps(content).encode() if path.endswith(renewal_id(LEAF.der)) else b"{}")

        async with served(answer, context(folder)) as server:
            port = server.port
            store = await Store.open("sqlite://", app_version="1")
            board = Board()
            state = await recorded(store)
            board.replace([state])
            try:
                await act(Parts(folder, server, store, board))
            finally:
                await store.close()

    asyncio.run(run())


async def recorded(store: Store) -> TargetState:
    """Return the state of a target that serves the certificate, after recording it."""
    where, shown = "www.example:443", parse_certificate(LEAF.der)
    target = Target(f"endpoint:{where}", "endpoint", where, None, policy=Policy(renewal_information=True))
    sightings = (Sighting(where, 0, shown),)
    seen = ProbeResult(sightings, ders={shown.sha256: LEAF.der})
    path = Chain(where, (shown,), trusted=False)
    state = replace(TargetState(target), probed_at=NOW, sightings=sightings)
    await store.record([state], {target.id: Observation(target.id, NOW, timedelta(0), seen)})
    return replace(state, assessment=Assessment(paths=(path,)))


def test_a_verified_ca_is_asked_and_its_window_is_shown_and_stored(tmp_path: Path) -> None:
    """Over https, by the anchors of the configuration."""

    async def act(parts: Parts) -> None:
        await parts.renewing(configured(parts.folder, parts.server.port)).round()
        assert parts.shown == [(START, END)]
        known = await parts.store.renewals([LEAF.sha256])
        assert known == parts.board.snapshot.renewals

    running(tmp_path, act)


def test_a_ca_that_is_not_trusted_is_not_believed(tmp_path: Path) -> None:
    """Anybody on the way could otherwise call for renewals."""

    async def act(parts: Parts) -> None:
        (parts.folder / "other.pem").write_bytes(ACME.pem)
        await parts.renewing(configured(parts.folder, parts.server.port, trust="other.pem")).round()
        assert (parts.shown, parts.server.asked) == ([], [])

    running(tmp_path, act)


def test_nobody_is_asked_before_the_anchors_are_known(tmp_path: Path) -> None:
    """A start shows what was recorded and asks nobody, verified or not."""

    async def act(parts: Parts) -> None:
        window = RenewalWindow(LEAF.sha256, START, END, NOW, "", START, END, NOW)
        await parts.store.put_renewals([window])
        await parts.renewing(configured(parts.folder, parts.server.port)).resume()
        assert (parts.shown, parts.server.asked) == ([(START, END)], [])

    running(tmp_path, act)


def test_a_reload_changes_who_is_asked(tmp_path: Path) -> None:
    """An issuer that is taken out is forgotten, one that is put in is asked in the next round."""

    async def act(parts: Parts) -> None:
        renewing = parts.renewing(configured(parts.folder, 0))
        await renewing.round()
        assert parts.shown == []
        renewing.use(configured(parts.folder, parts.server.port))
        await renewing.round()
        assert parts.shown == [(START, END)]
        renewing.use(configured(parts.folder, 0))
        await renewing.round()
        assert parts.shown == []

    running(tmp_path, act)
