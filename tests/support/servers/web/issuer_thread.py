"""Our web server on a loop of its own thread, for tests of commands that have a loop themselves.

Nothing here is for use outside tests.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from support.servers.web.server import Web


@contextmanager
def web_on_a_thread(port: int = 0) -> Iterator[Web]:
    """Serve on loopback while the block runs; the replies may be set at any time."""
    web, loop = Web(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def done(work: object) -> object:
        return asyncio.run_coroutine_threadsafe(work, loop).result(10)  # type: ignore[arg-type]

    server = done(asyncio.start_server(web.serve, "127.0.0.1", port))
    assert isinstance(server, asyncio.Server)
    web.port = server.sockets[0].getsockname()[1]

    async def end() -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    try:
        yield web
    finally:
        done(end())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
