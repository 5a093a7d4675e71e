"""A test that hangs fails with its name and leaves the others alone; one that hangs on ends the run."""

import os
import subprocess
import sys
from pathlib import Path

from support.folders import ROOT, TESTS

HANGS = """
import asyncio, threading
import pytest

@pytest.mark.timeout(0.2)
def test_on_a_loop():
    asyncio.run(asyncio.Event().wait())

@pytest.mark.timeout(0.2)
def test_in_a_callback():
    def again():
        loop.call_soon(again)
    loop = asyncio.new_event_loop()
    again()
    try:
        loop.run_forever()
    finally:
        loop.close()

@pytest.mark.timeout(0.2)
def test_on_a_thread():
    threading.Event().wait()

@pytest.fixture
def hanging():
    threading.Event().wait()

@pytest.mark.timeout(0.2)
def test_in_a_fixture(hanging):
    pass

def test_of_the_others():
    pass
"""

LONG = """
import time
import pytest

@pytest.mark.timeout(60)
def test_long():
    time.sleep(1)
"""


def python(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Return what became of a Python with these arguments."""
    command = [sys.executable, *arguments]
    env = {**os.environ, "COLUMNS": "200", "PYTHONPATH": str(TESTS)}  # the summary is cut to the width
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False, env=env)


def run_tests(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Return what became of tests in a folder, with the configuration of ours."""
    ours = ["-p", "conftest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder)]
    return python("-m", "pytest", "-q", *ours, *arguments, cwd=folder)


def test_a_hung_test_fails_alone(tmp_path: Path) -> None:
    """The summary names the tests that hang; the run goes on."""
    (tmp_path / "test_hanging.py").write_text(HANGS)
    done = run_tests(tmp_path, "test_hanging.py")
    *_, fixture, loop, callback, thread, counts = done.stdout.splitlines()
    assert fixture.startswith("ERROR test_hanging.py::test_in_a_fixture - conftest.HungError: Timeout")
    assert loop.startswith("FAILED test_hanging.py::test_on_a_loop - conftest.HungError: Timeout")
    assert callback.startswith("FAILED test_hanging.py::test_in_a_callback - conftest.HungError: Timeout")
    assert thread.startswith("FAILED test_hanging.py::test_on_a_thread - conftest.HungError: Timeout")
    assert counts.startswith("3 failed, 1 passed, 1 error")


def test_a_test_may_have_more_time_than_the_last_bound(tmp_path: Path) -> None:
    """Nothing ends the run before the time of that test is over."""
    (tmp_path / "test_long.py").write_text(LONG)
    done = run_tests(tmp_path, "-o", "faulthandler_timeout=0.3", "test_long.py")
    assert done.returncode == 0, done.stderr


def test_the_last_bound_names_the_test() -> None:
    """What hangs beyond its bound ends the process; the last lines say where it was and in which test."""
    program = """
import sys, threading
from support.watchdog import watchdog
with watchdog("test_x.py::test_y", sys.stdout.write, seconds=0.1):
    threading.Event().wait()
"""
    done = python("-u", "-c", program, cwd=TESTS)
    last = done.stdout.splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("HUNG test_x.py::test_y:")
    assert "MainThread" in done.stdout
