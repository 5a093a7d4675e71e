"""Commands reach a daemon over HTTPS that shows a certificate of the machine's own CAs."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from support.pki import authority, leaf, tls_context
from support.pki.certificates import TODAY
from support.servers.daemon.command import run


class Healthy(BaseHTTPRequestHandler):
    """Answers as a daemon that is well."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"ok": true}')

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def test_a_ca_without_a_key_usage_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.13 would refuse it, and browsers and all earlier versions take it."""
    ca = authority(at=TODAY)
    (tmp_path / "ca.pem").write_bytes(ca.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    server = HTTPServer(("127.0.0.1", 0), Healthy)
    server.socket = tls_context(leaf("127.0.0.1", ca, at=TODAY)).wrap_socket(server.socket, server_side=True)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    try:
        done = run("health", "--url", f"https://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
    assert (done.code, done.out) == (0, "OK\n")
