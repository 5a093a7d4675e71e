"""Start everything on this machine, print where it is and who leads, and end it with Ctrl-C."""

import asyncio
import logging
import os
import secrets
import signal
import sys
import tempfile
import urllib.request
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from cluster import configuration
from cluster.broker import program, server_certificate, start_broker
from cluster.configuration import Ports, name
from cluster.database import programs, start_database, url
from cluster.pieces import Piece, free_ports, listens, ready, start
from monitor.demo.estate import A_WHILE, DAY, Estate
from monitor.demo.pki import authority
from monitor.demo.sink import WIDTH, Sink

COMMAND = (sys.executable, "-m", "monitor")
ORDER = ("postgresql", "nats", "center-a", "center-b", "worker", "agent")
WELCOME = """\
cert-monitor demo: two centers, one database, one queue and three zones on this
machine. Unplug any piece by the command behind it, and look at the page of the
center that leads.

{pieces}

  kill -USR1 {pid:<8}starts again what has ended
  kill -USR2 {pid:<8}gives the management server a certificate that expires in 2 days

Zones: here and dmz are probed by workers, harbour by an agent. Logs, mails and
configurations are in {folder}.
Mails appear below. Ctrl-C stops everything.
"""


def show() -> None:
    """Run until SIGTERM or Ctrl-C."""
    programs()
    program()
    for chatty in ("asyncio", "mail.log"):
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="cert-monitor-cluster-") as folder:
        asyncio.run(_until_told(Path(folder)))
    print("\nthe demo has stopped; nothing is left behind", flush=True)


async def _until_told(folder: Path) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    running = asyncio.create_task(_run(folder))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    running.cancel()
    await asyncio.gather(running, stopped, return_exceptions=True)
    if not running.cancelled():
        running.result()


async def _run(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        estate = Estate(folder, timedelta(hours=1))
        await estate.start()
        stack.push_async_callback(estate.stop)
        mail = await _mails(folder)
        stack.callback(mail.close)
        pages = free_ports(6)
        port = mail.sockets[0].getsockname()[1]
        ports = Ports((pages[0], pages[1]), (pages[2], pages[3]), pages[4], pages[5], port)
        _write(folder, ports, configuration.targets(estate.members, estate.ports))
        pieces = await _start_all(folder, ports, stack)
        lines = "\n".join(piece.line for piece in pieces)
        again = _on_signals(estate)
        print(WELCOME.format(pieces=lines, folder=folder, pid=os.getpid()), flush=True)
        await _watch(pieces, ports, again)


def _on_signals(estate: Estate) -> asyncio.Event:
    """Have a signal replace a certificate; return what is set when pieces are to be started again."""
    again, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, again.set)
    loop.add_signal_handler(signal.SIGUSR2, estate.serve, "management", 2 * DAY + A_WHILE)
    return again


async def _mails(folder: Path) -> asyncio.Server:
    post = Sink(lambda text: print(f"{'-' * WIDTH}\n{text}", flush=True), folder / "mails")
    return await asyncio.get_running_loop().create_server(post.protocol, "127.0.0.1", 0)


def _write(folder: Path, ports: Ports, entries: str) -> None:
    """Write the files of centers, agent and workers."""
    issuer = authority("Demo center CA", 365 * DAY)
    own = server_certificate(issuer)
    files = {
        "harbour-1.token": secrets.token_hex(32),
        "center-ca.pem": issuer.chain_pem.decode(),
        "center.pem": (own.chain_pem + issuer.chain_pem).decode(),
        "center.key": own.key_pem.decode(),
        "agent.yaml": configuration.agent(ports),
        "worker.yaml": configuration.worker(ports, ""),
        "worker-dmz.yaml": configuration.worker(ports, "dmz"),
    }
    for number in (0, 1):
        text = configuration.center(number, ports, store=url(ports.database), entries=entries)
        files[f"{name(number)}.yaml"] = text
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
        (folder / file).chmod(0o600)


async def _start_all(folder: Path, ports: Ports, stack: AsyncExitStack) -> list[Piece]:
    """Start all programs, those first that others need; they end in the reverse order."""
    pieces: list[Piece] = []

    def started(piece: Piece) -> None:
        stack.push_async_callback(piece.stop)
        pieces.append(piece)

    issuer = authority("Demo NATS CA", 365 * DAY)
    started(await start_database(folder, ports.database))
    started(await start_broker(folder, ports.nats, issuer, server_certificate(issuer)))
    # What needs no other piece to start does so while the first center makes its tables.
    for title, file in (("worker here", "worker"), ("worker dmz", "worker-dmz")):
        started(await _monitor(folder, title, "worker", f"{file}.yaml"))
    started(await _monitor(folder, "agent harbour-1", "agent run", "agent.yaml"))
    for number in (0, 1):
        started(await _center(folder, number, ports.pages[number]))
    return sorted(pieces, key=lambda piece: ORDER.index(piece.name.split()[0]))


async def _center(folder: Path, number: int, port: int) -> Piece:
    """Start a center and wait for its page; the first one leads before the second one starts."""
    state = folder / f"state-{name(number)}"
    state.mkdir()
    piece = await _monitor(folder, name(number), "run", f"{name(number)}.yaml", state)
    piece.where = f"http://127.0.0.1:{port}/"
    await ready(piece, (lambda: _leads(port)) if number == 0 else (lambda: listens(port)))
    return piece


async def _monitor(folder: Path, title: str, words: str, file: str, state: Path | None = None) -> Piece:
    environment = {"STATE_DIRECTORY": str(state)} if state else {}
    return await start(title, [*COMMAND, *words.split(), "--config", file], folder, environment)


def _leads(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


async def _watch(pieces: list[Piece], ports: Ports, again: asyncio.Event) -> None:
    """Print who leads whenever that changes, and each piece that ended; start those again when asked."""
    said, ended = "", set[str]()
    while True:
        leading = [name(number) for number in (0, 1) if await asyncio.to_thread(_leads, ports.pages[number])]
        now = f"{' and '.join(leading) or 'nobody'} leads"
        if now != said:
            print(now, flush=True)
            said = now
        for piece in pieces:
            if piece.ended and piece.name not in ended:
                ended.add(piece.name)
                print(f"{piece.name} has ended; its log: {piece.log}", flush=True)
        if again.is_set():
            again.clear()
            ended.clear()
            await _start_again(pieces)
        await asyncio.sleep(1)


async def _start_again(pieces: list[Piece]) -> None:
    for piece in pieces:
        if piece.ended:
            await piece.start_again()
            print(piece.line, flush=True)
