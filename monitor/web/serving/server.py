"""Run an application on uvicorn inside our event loop; it takes no signals and knows no routes."""

import asyncio
import contextlib
import errno
import socket
import sys
from collections.abc import Callable, Collection, Generator
from ssl import SSLContext
from typing import Any

import uvicorn
from fastapi.dependencies import models
from starlette.types import ASGIApp

from monitor.addresses import join_host_port
from monitor.errors import SystemBrokenError
from monitor.threads import ThreadPool
from monitor.web.serving.connections import MOST_CONNECTIONS, protocol_for
from monitor.web.serving.handshakes import over_tls

_GRACE_SECONDS = 2
# localhost often means ::1 too, on machines where IPv6 is switched off.
_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class WebServer:
    """A web server for one application on one host and port; port 0 takes a free one."""

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        *,
        tls: SSLContext | None = None,
        client_names: Callable[[], Collection[str]] = tuple,
    ) -> None:
        """Take the application and its address; nothing is bound yet.

        A client's certificate must have one of ``client_names`` as an alternative name, if there are any.
        """
        self._host = host
        self._port = port
        self._scheme = "https" if tls else "http"
        self._server = _Server(_config(app, tls, client_names))
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Return the address of the page, with the real port once started."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{self._scheme}://{host}:{self._port}"

    async def start(self) -> None:
        """Listen and return; raise ``SystemBrokenError`` when the address cannot be used."""
        sockets = await _bind(self._host, self._port)
        self._port = sockets[0].getsockname()[1]
        self._task = asyncio.create_task(self._server.serve(sockets), name="web")
        listening = asyncio.create_task(self._server.listening.wait())
        await asyncio.wait({self._task, listening}, return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()
        if self._task.done():
            self._task.result()
            raise SystemBrokenError(f"the web server on {self.url} stopped at once; see the log")

    async def stop(self) -> None:
        """Close the listening sockets, give running answers two seconds, then abort them."""
        if self._task is not None:
            self._server.should_exit = True
            done, _ = await asyncio.wait({self._task}, timeout=_GRACE_SECONDS * 2)
            if not done:
                self._server.force_exit = True
                self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        _forget_routes()


def _forget_routes() -> None:
    """Empty the caches of FastAPI: their keys are functions of routes, which keep the whole service."""
    for one in vars(models).values():
        if clear := getattr(one, "cache_clear", None):
            clear()


class _Server(uvicorn.Server):
    """uvicorn's server, with an event for when it listens; signals are left to the daemon."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


def _config(
    app: ASGIApp, tls: SSLContext | None, client_names: Callable[[], Collection[str]]
) -> uvicorn.Config:
    http = protocol_for(client_names)
    # uvicorn takes whatever makes protocols, and asks for a class.
    protocol: Any = over_tls(http, tls) if tls else http
    return uvicorn.Config(
        app,
        http=protocol,
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="warning",
        # Otherwise anybody on this machine could claim another address by X-Forwarded-For.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        # So many connections at most are accepted before the protocol can refuse one.
        backlog=MOST_CONNECTIONS,
    )


async def _bind(host: str, port: int) -> list[socket.socket]:
    """Return a socket for each address of the host that this machine has, all on one port."""
    sockets: list[socket.socket] = []
    try:
        absent: OSError | None = None
        for family, address in await _addresses(host, port):
            wanted = sockets[0].getsockname()[1] if sockets else port
            try:
                sockets.append(_listening(family, (address[0], wanted, *address[2:])))
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                absent = error
        if not sockets:
            raise absent or OSError("the name has no address")
    except OSError as error:
        for opened in sockets:
            opened.close()
        where = join_host_port(host, port)
        raise SystemBrokenError(
            f"cannot listen on {where}: {error.strerror or error}; choose another address"
        ) from error
    return sockets


async def _addresses(host: str, port: int) -> list[tuple[int, Any]]:
    pool = ThreadPool("listen", 1)
    try:
        found = await pool.run(
            socket.getaddrinfo, host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    finally:
        pool.close()
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _listening(family: int, address: tuple[str | int, ...]) -> socket.socket:
    # TCP has to be named: without it asyncio leaves Nagle's algorithm on, and an answer may wait 40 ms.
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            # SO_REUSEADDR would let two programs share the port there.
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        # Listening now, because two sockets may be bound to one port until one of them listens.
        opened.listen(128)
    except OSError:
        opened.close()
        raise
    opened.setblocking(False)
    return opened
