"""What the process of a Windows service does: it runs a program, and does what Windows asks for.

Nothing here calls Windows: the dispatcher does.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from monitor.cli.service.programs import Program, Started
from monitor.daemon.system.events import BAD_CONFIGURATION, EVENT_NUMBER, SERVICE_NOTICE
from monitor.errors import ConfigError, SystemBrokenError

log = logging.getLogger(__name__)

DONE, FAILED, WRONG_CONFIGURATION = 0, 1, 2
_NOTICE = {EVENT_NUMBER: SERVICE_NOTICE}


class Dispatcher(Protocol):
    """The service as Windows sees it; it calls ``on_stop`` and ``on_reload`` on a thread of its own."""

    on_stop: Callable[[], None]
    on_reload: Callable[[], None]

    def running(self) -> None:
        """Report that the service runs, so that Windows sends controls."""
        ...

    def stopped(self, code: int = 0) -> None:
        """Report that the service has stopped, with an exit code of its own."""
        ...


def host(dispatcher: Dispatcher, config: Path, program: Program) -> int:
    """Run the service until Windows stops it, and return the exit code of the process.

    After a failure that another attempt may fix, no end is reported: Windows takes it for a crash and
    starts the process again. The end after a wrong configuration is reported, and is final.
    """
    code = _run(dispatcher, config, program)
    if code != FAILED:
        dispatcher.stopped(code)
    return code


def _run(dispatcher: Dispatcher, config: Path, program: Program) -> int:
    try:
        asyncio.run(_serve(dispatcher, config, program))
    except ConfigError as error:
        text = f"the configuration is wrong, so the service has stopped:\n{error}"
        log.error(text, extra={EVENT_NUMBER: BAD_CONFIGURATION})  # noqa: TRY400 - said, not traced
        return WRONG_CONFIGURATION
    except SystemBrokenError as error:
        log.error("the service cannot run: %s", error)  # noqa: TRY400 - the same
        return FAILED
    except Exception:
        log.exception("the service failed")
        return FAILED
    log.info("the service has stopped", extra=_NOTICE)
    return DONE


async def _serve(dispatcher: Dispatcher, config: Path, program: Program) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def on_loop(call: Callable[[], object]) -> Callable[[], None]:
        def soon() -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(call)

        return soon

    def started(running: Started) -> None:
        if running.reload is not None:
            dispatcher.on_reload = on_loop(running.reload)
        log.info("the service runs, process %d, %s", os.getpid(), running.said, extra=_NOTICE)
        dispatcher.running()

    dispatcher.on_stop = on_loop(stop.set)
    await program(config, stop, started)
