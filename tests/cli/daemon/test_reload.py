"""``reload`` and ``health`` against a running daemon, against none, and against something else."""

import re
import socket
import threading
from pathlib import Path

import pytest

from support.factories.config.configurations import BAD, daemon_text, write
from support.servers.daemon.command import Done, run, running
from support.servers.programs import free_port

PATIENCE = 60


def test_reload(tmp_path: Path) -> None:
    """A good file is taken (0); a bad one is refused with its mistakes (2); without a daemon it is 1."""
    path = write(tmp_path, daemon_text(0))
    with running(path) as url:
        token = ("--token-file", tmp_path / "local-token")
        good = run("reload", "--url", url, *token)
        write(tmp_path, BAD)
        bad = run("reload", "--url", url, *token)
    gone = run("reload", "--url", url)
    assert good == Done(0, "reloaded\n", "")
    assert (bad.code, bad.out, [line.split(": ")[1] for line in bad.err.splitlines()]) == (
        2,
        "",
        ["targets[0].paths", "targets[0].nme", "unknown"],
    )
    assert (gone.code, gone.err.partition(":")[0]) == (1, "no answer from cert-monitor at http")


def test_reload_without_the_token(tmp_path: Path) -> None:
    """Without the right token nothing is reloaded, and it is said where the token is and how to give it."""
    path = write(tmp_path, daemon_text(0))
    (tmp_path / "wrong").write_text("wrong")
    with running(path) as url:
        missing = run("reload", "--url", url, "--token-file", tmp_path / "nowhere")
        wrong = run("reload", "--url", url, "--token-file", tmp_path / "wrong")
    assert [(one.code, one.out) for one in (missing, wrong)] == [(1, ""), (1, "")]
    assert f"not in {tmp_path / 'nowhere'}: No such file" in missing.err
    assert "of another service or of an earlier start" in wrong.err
    assert not (tmp_path / "local-token").exists()


def test_health(tmp_path: Path) -> None:
    """One line with numbers, and the exit code of a Nagios plugin: well (0), and no answer (2)."""
    path = write(tmp_path, daemon_text(0))
    with running(path) as url:
        while "not ready" in (well := run("health", "--url", url)).out:
            assert well.code == 0
    gone = run("health", "--url", url)
    assert (well.code, well.err) == (0, "")
    assert re.fullmatch(
        r"OK - \d+ targets, alerts: .* \| targets=\d+ warning=\d+ critical=\d+ expired=\d+\n", well.out
    )
    assert (gone.code, gone.out.startswith("CRITICAL - no answer from cert-monitor at http")) == (2, True)


def test_reload_finds_the_daemon_by_its_configuration(tmp_path: Path) -> None:
    """``--config`` takes the address from the file."""
    port = free_port()
    path = write(tmp_path, daemon_text(port))
    with running(path):
        assert run("reload", "--config", path) == Done(0, "reloaded\n", "")


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://[::1", "http://a b:1"])
def test_reload_of_no_address(url: str) -> None:
    """What is no address is bad usage."""
    done = run("reload", "--url", url)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("--url ")


def test_reload_of_something_else() -> None:
    """Something that speaks no HTTP is no cert-monitor."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)

        def answer() -> None:
            link, _ = server.accept()
            with link:
                link.recv(65536)
                link.sendall(b"220 mail ready\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        done = run("reload", "--url", f"http://127.0.0.1:{server.getsockname()[1]}")
        thread.join()
    assert (done.code, done.err.partition(":")[0]) == (1, "no answer from cert-monitor at http")
