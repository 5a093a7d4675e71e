"""``cert-monitor run`` in a process of its own: why it does not start, and how it ends."""

import signal
import socket
import subprocess
import time
from pathlib import Path

from support.factories.config.configurations import BAD, daemon_text, write
from support.factories.sources.file_probes import UNIX
from support.servers.daemon.command import COMMAND, Done, running, started

PATIENCE = 60


def ended(config: Path) -> Done:
    """Run a daemon that cannot start, to its end."""
    done = subprocess.run(
        [*COMMAND, "run", "--config", str(config)],
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_run_refuses_a_bad_configuration(tmp_path: Path) -> None:
    """``run`` exits with 2, so that systemd does not restart it."""
    done = ended(write(tmp_path, BAD))
    assert done.code == 2
    assert "Traceback" not in done.err


def test_run_on_a_taken_port(tmp_path: Path) -> None:
    """A taken port exits with 1 and names the address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = ended(write(tmp_path, daemon_text(port)))
    assert done.code == 1
    assert f"127.0.0.1:{port}" in done.err.splitlines()[-1]
    assert "Traceback" not in done.err


def test_a_second_daemon_on_one_store(tmp_path: Path) -> None:
    """Only one daemon records in one file; the second exits with 1."""
    path = write(tmp_path, daemon_text(0))
    with running(path):
        done = ended(path)
    assert done.code == 1
    assert "state.db" in done.err
    assert "Traceback" not in done.err


@UNIX
def test_run_ends_on_ctrl_c(tmp_path: Path) -> None:
    """Ctrl-C ends the daemon with 0 and no traceback."""
    path = write(tmp_path, daemon_text(0))
    log = tmp_path / "log"
    with (
        log.open("wb") as stream,
        started("run", "--config", path, patience=3 * PATIENCE, stderr=stream) as process,
    ):
        deadline = time.monotonic() + PATIENCE
        while b"http://" not in log.read_bytes():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        code = process.wait(PATIENCE)
    assert (code, "Traceback" in log.read_text()) == (0, False)
