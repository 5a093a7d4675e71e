"""Run the agent of a file until it is stopped."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from monitor import __version__
from monitor.agent.center_exchange import CenterExchange
from monitor.agent.centers import Centers
from monitor.agent.client_certificate import load_client_certificate
from monitor.agent.local_source import LocalSource
from monitor.agent.orders_in_force import OrdersInForce
from monitor.agent.permission import AllowedNames, Permission
from monitor.agent.settings import AgentFile, AgentFileSettings
from monitor.agent.spool import Spool
from monitor.agent.spool_lock import SpoolLock
from monitor.agent.spool_thread import SpoolThread
from monitor.agent.systemd_credentials import credential_path
from monitor.clock import SystemClock
from monitor.errors import SystemBrokenError
from monitor.logs import event
from monitor.network.client_tls import client_context
from monitor.network.resolve import Resolver
from monitor.probing import InProcessRunner, ProbeLimiter
from monitor.secrets import SecretReference, SecretUnavailableError
from monitor.sources.anchors import TrustStoreLoader
from monitor.sources.registry import sources

log = logging.getLogger(__name__)


async def run_agent(file: AgentFile, stop: asyncio.Event, started: Callable[[], None] | None = None) -> None:
    """Probe and send until ``stop``; raise ``SystemBrokenError`` where this machine does not let us start."""
    settings, clock = file.settings, SystemClock()
    async with AsyncExitStack() as opened:
        centers = _centers(settings)
        opened.push_async_callback(centers.close)
        folder = Path(settings.spool.folder)
        spool = SpoolThread(_spool(folder, settings.spool.limit, opened))
        opened.push_async_callback(spool.close)
        runner = InProcessRunner(_sources(settings), _limiter(settings, clock), clock)
        orders = OrdersInForce(runner, spool, clock, folder / "orders.json")
        orders.schedule.start()
        opened.push_async_callback(orders.stop)
        exchange = CenterExchange(centers, spool, orders.apply, clock, orders.check_now)
        exchange.revision = await orders.resume()
        event(log, "agent started", version=__version__, zone=settings.zone, name=settings.name)
        if started:
            started()
        await _run_until(stop, exchange)


async def _run_until(stop: asyncio.Event, exchange: CenterExchange) -> None:
    """Exchange until ``stop``; raise what ended the exchange before."""
    exchanging, stopping = asyncio.create_task(exchange.run()), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({exchanging, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if exchanging.done():
            exchanging.result()
    finally:
        for task in (exchanging, stopping):
            task.cancel()
        await asyncio.gather(exchanging, stopping, return_exceptions=True)


def _spool(folder: Path, limit: int, opened: AsyncExitStack) -> Spool:
    """Return the spool in a folder, which is locked until ``opened`` is closed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened.callback(SpoolLock(folder).release)
        return Spool(folder, limit)
    except OSError as error:
        raise SystemBrokenError(f"spool.folder: {folder} cannot be used: {error}") from None


def _limiter(settings: AgentFileSettings, clock: SystemClock) -> ProbeLimiter:
    limits = settings.limits
    return ProbeLimiter(clock, in_flight=limits.in_flight, per_second=limits.per_second)


def _sources(settings: AgentFileSettings) -> dict[str, LocalSource]:
    permission = Permission(settings.allow)
    found = sources(AllowedNames(Resolver(), permission.hosts))
    secrets = {name: credential_path(path) for name, path in settings.secrets.items()}
    return {kind: LocalSource(source, permission, secrets) for kind, source in found.items()}


def _centers(settings: AgentFileSettings) -> Centers:
    try:
        token = SecretReference(file=credential_path(settings.token_file)).resolve().reveal().strip()
    except SecretUnavailableError as error:
        raise SystemBrokenError(f"token_file: {error}") from None
    loader = TrustStoreLoader()
    anchors = loader.anchors(settings.trust, 0.0)
    if not anchors.members:
        raise SystemBrokenError("trust: there is no certificate that could verify a center")
    tls = client_context(anchors)
    load_client_certificate(tls, settings.client_cert)
    return Centers(settings.centers, token, Resolver(2), tls)
