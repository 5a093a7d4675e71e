"""A center and the agent of a zone in a network namespace: their files, and the two processes."""

import re
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from random import Random

from support.campaigns.campaign import require
from support.campaigns.cluster.endpoints import Endpoints, served
from support.campaigns.restarted_process import LONG, RestartedProcess
from support.pki import authority, leaf
from support.pki.certificates import TODAY
from support.servers.cluster.cut_line import Line, line
from support.servers.daemon.command import COMMAND
from support.servers.daemon.process import Running, ask, started
from support.servers.daemon.site import Site, site
from support.servers.daemon.timed import set_clock, timed, timed_daemon
from support.servers.programs import free_port

ENDPOINTS = 10
CERTIFICATES = "SELECT sha256 FROM certificate"
_DISK = 4 * 1024 * 1024


class Zone:
    """One center, one agent, the line between them, and the endpoints that only the agent reaches."""

    def __init__(self, where: Site, wire: Line, endpoints: Endpoints, interval: str) -> None:
        """Write their files."""
        self.site = where
        self.line = wire
        self.endpoints = endpoints
        self.interval = interval
        self.folder = where.folder / "agent"
        self.spool = self.folder / "spool"
        self._cut = ""
        self._write()
        self.center = RestartedProcess(
            "center", lambda: timed_daemon(where.folder / "cert-monitor.yaml", LONG)
        )
        self.agent = RestartedProcess("agent", self._agent)

    def _agent(self) -> AbstractAsyncContextManager[Running]:
        self.endpoints.era += 1
        asked = ("agent", "run", "--config", str(self.folder / "agent.yaml"))
        return started(*asked, wait=False, inside=self.line.inside, environment=timed(self.folder))

    def _write(self) -> None:
        own = authority("Center CA", at=TODAY)
        port, folder = free_port(), self.site.folder
        (folder / "center.pem").write_bytes(
            (made := leaf(self.line.near, own, at=TODAY)).key_pem + made.pem + own.pem
        )
        (folder / "cert-monitor.yaml").write_text(self._center_text(port))
        for file in (folder / "token", self.folder / "token"):
            file.write_text("the-token-of-this-agent\n")
        (self.folder / "ca.pem").write_bytes(own.pem)
        (self.folder / "agent.yaml").write_text(
            f"zone: dmz\nname: dmz-1\ncenters: ['https://{self.line.near}:{port}']\ntrust: [ca.pem]\n"
            "token_file: token\nallow: ['127.0.0.1:*']\nspool: {folder: spool, limit: 100MB}\n"
        )

    def _center_text(self, port: int) -> str:
        where, named = self.site, f"address: '127.0.0.1:{self.endpoints.port}', interval: {self.interval}"
        targets = "".join(
            f"\n  - {{kind: endpoint, {named}, server_name: {name}, zone: dmz}}"
            for name in self.endpoints.names
        )
        mail = f"host: 127.0.0.1, port: {where.mail_port}, from: certs@vms.example"
        return f"""
defaults: {{timeout: 60s, trust: [ca.cer]}}
targets:{targets}
zones: {{dmz: {{agents: [{{name: dmz-1, token_file: token}}]}}}}
agents: {{listen: "{self.line.near}:{port}", cert_file: center.pem}}
email: {{{mail}, to: [admins@vms.example], max_per_hour: 3600}}
web: {{listen: "127.0.0.1:0"}}
digest: {{every: off}}
store: {{url: "{where.store}"}}
alerts: {{every: 200ms}}
"""

    def spooled(self) -> Sequence[str]:
        """Return the certificates in whole answers of the spool, by their SHA-256."""
        lines = [one for file in self.spool.glob("*.answers") for one in file.read_bytes().split(b"\n")[:-1]]
        answers = [one.decode() for one in lines if one.startswith(b'{"a":')]
        return [found for one in answers for found in re.findall(r"[0-9a-f]{64}", one)]

    def recorded(self) -> set[str]:
        """Return the certificates that the center knows."""
        return {sha256 for (sha256,) in ask(self.site.database, CERTIFICATES)}

    def status(self) -> str:
        """Return what the center says of the agent; blocks."""
        config = ("--config", str(self.site.folder / "cert-monitor.yaml"), "--url", self.center.now.url)
        done = subprocess.run(
            [*COMMAND, "agent", "status", *config], capture_output=True, text=True, timeout=60, check=False
        )
        require(done.returncode == 0, f"agent status failed: {done.stderr}")
        return done.stdout

    def stamp(self) -> tuple[int, ...]:
        """Return what changes when the spool is written to."""
        files = sorted(self.spool.glob("*.answers"))
        return tuple(file.stat().st_size for file in files if file.exists())

    def cut(self, how: str) -> None:
        """Let no packet pass between agent and center."""
        self.line.cut(how)
        self._cut = how

    def mend(self) -> None:
        """Let packets pass again, if they do not."""
        if self._cut:
            self.line.mend(self._cut)
        self._cut = ""

    def set_agents_clock(self, offset: str) -> None:
        """Set the clock of the agent off."""
        set_clock(self.folder, offset)

    def set_centers_clock(self, offset: str) -> None:
        """Set the clock of the center off."""
        set_clock(self.site.folder, offset)

    def fill_disk(self) -> None:
        """Leave no room on the disk of the spool."""
        with (self.spool / "ballast").open("wb", buffering=0) as ballast:
            try:
                while ballast.write(b"x" * 4096):
                    pass
            except OSError:
                return

    def free_disk(self) -> None:
        """Make room again."""
        (self.spool / "ballast").unlink()


@asynccontextmanager
async def zone(folder: Path, chance: Random, interval: str) -> AsyncIterator[Zone]:
    """Run the endpoints, and end whichever process runs at the end."""
    with line() as wire:
        async with site(folder) as where:
            names = [f"cam{number:02}.dmz.example" for number in range(ENDPOINTS)]
            async with served(Endpoints(where.ca, chance, names), sock=await wire.listening()) as endpoints:
                (folder / "agent" / "spool").mkdir(parents=True)
                made = Zone(where, wire, endpoints, interval)
                with _small_disk(made.spool):
                    try:
                        yield made
                    finally:
                        await made.agent.close()
                        await made.center.close()


@contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    mounted = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "spool", str(folder)]
    subprocess.run(mounted, check=True, timeout=60)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True, timeout=60)
