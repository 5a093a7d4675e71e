"""What all tests share: skips that count as failures where nothing may be missing, bounds of what hangs."""

import faulthandler
import os
import sys
from collections.abc import Generator

import pytest

from support.watchdog import SECONDS, watchdog

NO_SKIPS = bool(os.environ.get("CERT_MONITOR_NO_SKIPS"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a skipped test where every program that tests need is installed."""
    report = yield
    if NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """End the run with the test's name when a test hangs on although its own time is over."""
    own = item.get_closest_marker("timeout")
    seconds = SECONDS + (own.args[0] if own else float(item.config.getini("timeout")))
    with watchdog(item.nodeid, item.config.get_terminal_writer().write, seconds=seconds):
        return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Bound the exit, too: the interpreter waits for threads that are not daemons."""
    faulthandler.dump_traceback_later(SECONDS, exit=True, file=sys.__stderr__)
