"""What a command says where something else than the daemon answers, or breaks off."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from support.servers.daemon.command import run


@contextmanager
def answering(status: int, body: bytes, length: int) -> Iterator[str]:
    """Run a server that gives this answer to everything, and return its address."""

    class Handler(BaseHTTPRequestHandler):
        """Answers every request alike."""

        def do_POST(self) -> None:
            """Answer."""
            self.send_response(status)
            self.send_header("content-length", str(length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@pytest.mark.parametrize("status", [200, 422])
def test_an_answer_that_breaks_off_is_no_answer(tmp_path: Path, status: int) -> None:
    """Whatever its status was."""
    with answering(status, b"{", 100) as url:
        done = run("token", "create", "grafana", "--url", url, "--token-file", tmp_path / "none")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"no answer from cert-monitor at {url}: ")


def test_an_answer_of_somebody_else_is_named(tmp_path: Path) -> None:
    """It says that it is done, and not what."""
    with answering(200, b"<html>", 6) as url:
        done = run("token", "create", "grafana", "--url", url, "--token-file", tmp_path / "none")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"{url}/api/v1/tokens: the answer has no token; check that cert-monitor answers there\n"
    )
