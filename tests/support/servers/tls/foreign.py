"""Run TLS servers of the distribution for the tests: openssl s_server, and others by their own command."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support import pki
from support.servers import programs

PATIENCE = 30.0
"""Seconds for a server to listen; a busy machine may need some."""


def write(folder: Path, name: str, *chain: pki.Issued) -> tuple[Path, Path]:
    """Write a chain and the key of its first member; return both paths."""
    certificates, key = folder / f"{name}.pem", folder / f"{name}.key"
    certificates.write_bytes(b"".join(issued.pem for issued in chain))
    key.write_bytes(chain[0].key_pem)
    return certificates, key


@contextmanager
def running(*command: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Run a program until the end of the block."""
    pipe = subprocess.PIPE
    with programs.running(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True) as program:
        yield program


@contextmanager
def s_server(folder: Path, chain: tuple[pki.Issued, ...], *options: str) -> Iterator[int]:
    """Run ``openssl s_server`` with these options and give its port."""
    certificates, key = write(folder, "server", *chain)
    (folder / "chain.pem").write_bytes(b"".join(issued.pem for issued in chain[1:]))
    more = ["-cert_chain", str(folder / "chain.pem")] if len(chain) > 1 else []
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", str(certificates), "-key", str(key)]
    with running(*command, *more, *options) as program:
        assert program.stdout is not None
        for line in program.stdout:
            if line.startswith("ACCEPT"):
                yield int(line.rpartition(":")[2])
                return
        raise AssertionError("openssl s_server did not start")


def listens(program: subprocess.Popen[str], port: int) -> bool:
    """Wait until a program listens and return whether it does."""
    end = time.monotonic() + PATIENCE
    while program.poll() is None and time.monotonic() < end:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return True
        time.sleep(0.02)
    return False
