"""Run a worker until it is stopped: it probes what it takes, and has neither a schedule nor a spool."""

import asyncio
import logging
from importlib.util import find_spec

from monitor import __version__
from monitor.agent.local_source import LocalSource
from monitor.agent.permission import AllowedNames, Permission
from monitor.agent.worker_settings import WorkerFile
from monitor.clock import SystemClock
from monitor.config.sections.workers import NatsSettings
from monitor.errors import CertMonitorError, SystemBrokenError
from monitor.logs import event
from monitor.network.resolve import Resolver
from monitor.probing import InProcessRunner, ProbeLimiter
from monitor.sources.registry import sources
from monitor.workers.connection import Broker, signed_in
from monitor.workers.queue import WorkQueue
from monitor.workers.trust import tls_of

log = logging.getLogger(__name__)


async def run_worker(file: WorkerFile, stop: asyncio.Event) -> None:
    """Take batches until ``stop``; those under way go to another worker."""
    settings, clock = file.settings, SystemClock()
    permission = Permission(settings.allow)
    found = sources(AllowedNames(Resolver(), permission.hosts))
    local = {kind: LocalSource(source, permission, settings.secrets) for kind, source in found.items()}
    limiter = ProbeLimiter(clock, in_flight=settings.limits.in_flight, per_second=settings.limits.per_second)
    zone = settings.zone or ""
    can_log_in = bool(zone) and find_spec("pypsrp") is not None
    if zone and not can_log_in:
        event(log, "Windows machines are left to other workers: the extra windows is not installed here")
    probing = InProcessRunner(local, limiter, clock)
    queue = WorkQueue(_broker(settings.nats), zone, probing, clock, settings.batches, logins=can_log_in)
    working = asyncio.create_task(queue.run())
    stopping = asyncio.create_task(stop.wait())
    event(log, "worker started", version=__version__, zone=zone)
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    finally:
        stopping.cancel()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def _broker(settings: NatsSettings) -> Broker:
    """Return where NATS is; raise ``SystemBrokenError`` for credentials that cannot be read."""
    try:
        signed_in(settings.credentials_file)
    except CertMonitorError as error:
        raise SystemBrokenError(f"nats.credentials_file: {error}") from None
    return Broker(settings.servers, settings.credentials_file, tls_of(settings.servers, settings.trust))
