"""A NATS server with JetStream, set up by the file in deploy, and workers as processes of their own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.folders import ROOT
from support.pki import Issued, authority, leaf
from support.pki.certificates import TODAY
from support.servers.programs import free_port, stop

PASSWORDS = {"center": "of-the-center", "worker": "of-workers", "dmz": "of-the-zone"}
_PROGRAM = Path(sys.executable).parent / "nats-server"
_PATIENCE = 30.0


@dataclass
class NatsServer:
    """A server on a port of its own, which can be ended and started again."""

    folder: Path
    port: int = field(default_factory=free_port)
    authority: Issued = field(default_factory=lambda: authority("NATS CA", at=TODAY))
    process: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"tls://127.0.0.1:{self.port}"

    @property
    def ca(self) -> Path:
        """Return the file with the CA of its certificate."""
        return self.folder / "nats-ca.pem"

    def credentials(self, user: str) -> str:
        """Return the file that signs a user in."""
        path = self.folder / f"{user}.creds"
        path.write_text(f"{user}:{PASSWORDS[user]}\n")
        return str(path)

    def write(self) -> None:
        """Write the configuration and the certificate."""
        own = leaf("127.0.0.1", self.authority, at=TODAY)
        self.ca.write_bytes(self.authority.pem)
        (self.folder / "server.pem").write_bytes(own.pem)
        (self.folder / "server.key").write_bytes(own.key_pem)
        text = (ROOT / "deploy" / "nats" / "nats.conf").read_text("utf-8")
        for ours, here in (
            ("0.0.0.0:4222", f"127.0.0.1:{self.port}"),
            ("/var/lib/nats", f"{self.folder}/nats"),
            ("/etc/nats/", f"{self.folder}/"),
            ("4G", "1G"),
        ):
            assert ours in text
            text = text.replace(ours, here)
        (self.folder / "nats.conf").write_text(text)

    def start(self) -> None:
        """Start it and wait until it listens."""
        variables = {f"{user.upper()}_PASSWORD": text for user, text in PASSWORDS.items()}
        self.process = subprocess.Popen(
            [_PROGRAM, "-c", self.folder / "nats.conf", "-l", self.folder / "nats.log"],
            env=os.environ | variables,
        )
        until = time.monotonic() + _PATIENCE
        while True:
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", self.port)):
                    return
            assert self.process.poll() is None, (self.folder / "nats.log").read_text()
            assert time.monotonic() < until
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a failing machine does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def worker(
        self,
        *,
        user: str = "worker",
        zone: str = "",
        per_second: int = 100,
        secrets: Mapping[str, Path] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a worker with the secrets of these names."""
        file = self.folder / f"worker-{len(self.workers)}.yaml"
        file.write_text(
            f"nats: {{servers: ['{self.url}'], trust: [{self.ca}],"
            f" credentials_file: {self.credentials(user)}}}\n"
            f"allow: ['127.0.0.1:*']\nlimits: {{per_second: {per_second}}}\n"
            + (f"zone: {zone}\n" if zone else "")
            + "".join(
                ("secrets:\n", *(f"  {name}: {path}\n" for name, path in secrets.items())) if secrets else ""
            )
        )
        with (self.folder / f"{file.stem}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "monitor", "worker", "--config", file],
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )
        self.workers.append(process)
        return process

    def log(self, worker: int) -> str:
        """Return what a worker has said."""
        return (self.folder / f"worker-{worker}.log").read_text()


@contextmanager
def nats_server(folder: Path) -> Iterator[NatsServer]:
    """Run a server, and end it and its workers."""
    server = NatsServer(folder)
    server.write()
    server.start()
    try:
        yield server
    finally:
        for worker in server.workers:
            stop(worker)
        assert server.process is not None
        stop(server.process)
