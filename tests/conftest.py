"""What all tests share: skips that count as failures where nothing may be missing, bounds of what hangs."""

import faulthandler
import gc
import os
import signal
import sys
from collections.abc import Generator
from types import FrameType

import pytest
from hypothesis import settings

from support.watchdog import SECONDS, watchdog

NO_SKIPS = bool(os.environ.get("CERT_MONITOR_NO_SKIPS"))

# Hypothesis would fail an example that takes longer than 0.2 s, as any does on a busy machine.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a skipped test where every program that tests need is installed."""
    if call.excinfo is not None and isinstance(call.excinfo.value, HungError):
        # What it leaves warns when it is collected, and Python before 3.11.8 cannot write a warning while it
        # parses the source for the report (CPython issue 106905).
        gc.collect()
    report = yield
    if NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
    return report


class HungError(pytest.fail.Exception, SystemExit):
    """The failure of a test whose time is over; event loops pass a ``SystemExit`` on and log other errors."""


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer() -> Generator[None, object, object]:
    """Let the failure come through an event loop, wherever that is when the time is over."""
    result = yield
    if sys.platform == "win32":
        return result
    fail = signal.getsignal(signal.SIGALRM)
    if not callable(fail):
        return result

    def handler(number: int, frame: FrameType | None) -> None:
        try:
            fail(number, frame)
        except pytest.fail.Exception as error:
            raise HungError(error.msg) from None

    signal.signal(signal.SIGALRM, handler)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """End the run with the test's name when a test hangs on although its own time is over."""
    own = item.get_closest_marker("timeout")
    seconds = SECONDS + (own.args[0] if own else float(item.config.getini("timeout")))
    with watchdog(item.nodeid, item.config.get_terminal_writer().write, seconds=seconds):
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a test that has more time than the last bound to the watchdog."""
    own = item.get_closest_marker("timeout")
    if own and own.args[0] + SECONDS >= float(item.config.getini("faulthandler_timeout")):
        faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Bound the exit, too: the interpreter waits for threads that are not daemons."""
    faulthandler.dump_traceback_later(SECONDS, exit=True, file=sys.__stderr__)
