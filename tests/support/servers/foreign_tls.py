"""Run TLS servers of the distribution for the tests: openssl s_server, and others by their own command."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support import pki


def write(folder: Path, name: str, *chain: pki.Issued) -> tuple[Path, Path]:
    """Write a chain and the key of its first member; return both paths."""
    certificates, key = folder / f"{name}.pem", folder / f"{name}.key"
    certificates.write_bytes(b"".join(issued.pem for issued in chain))
    key.write_bytes(chain[0].key_pem)
    return certificates, key


def free_ports(count: int) -> list[int]:
    """Return ports on which nothing listens."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in held]
    for server in held:
        server.close()
    return ports


@contextmanager
def running(*command: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Run a program until the end of the block."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as program:
        try:
            yield program
        finally:
            program.terminate()


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
    """Wait until a program listens and return whether it still runs."""
    while program.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            continue
        return True
    return False
