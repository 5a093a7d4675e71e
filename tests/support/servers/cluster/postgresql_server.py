"""A PostgreSQL server of the tests: one for each process of the run, with a database for each test.

It is started by the first test that wants it, as a user other than root, and ended with the process.
"""

import atexit
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import psutil
import psycopg
import pytest

from support.servers.programs import free_port, stop

_USER = "postgres"
_PATIENCE = 60.0
_TEMPLATE = "template_of_the_tests"

_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",  # nothing survives the machine here
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "max_connections": "60",
}


def programs() -> Path:
    """Return the folder of the server's programs, or skip and name Debian's package."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        pytest.skip("PostgreSQL is missing: install Debian's package postgresql")
    return found[-1]


def _identity() -> dict[str, object]:
    """Return as whom the server runs: it refuses root."""
    return {"user": _USER, "group": _USER, "extra_groups": []} if os.getuid() == 0 else {}


@dataclass
class PostgresqlServer:
    """A server on a port of its own, which can be ended, frozen and started again."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = [f"-c{name}={value}" for name, value in _OPTIONS.items()]
        command = [programs() / "postgres", "-D", self.folder, "-p", str(self.port), *options]
        with (self.folder.parent / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **_identity(),  # type: ignore[arg-type]
            )
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                assert self.process.poll() is None, self.log
                assert time.monotonic() < until, self.log
                time.sleep(0.05)
            else:
                return

    @property
    def log(self) -> str:
        """Return what it has logged."""
        return (self.folder.parent / "log").read_text(errors="replace")

    def url(self, database: str) -> str:
        """Return the URL of a database, which is that of a store, too."""
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{database}"

    def database(self, template: str = "template0") -> str:
        """Return the URL of a new database."""
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def run(self, statement: str, url: str = "") -> None:
        """Run a statement as the administrator of the server, in a database of its own or at a URL."""
        with psycopg.connect(url or self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def damage(self, url: str) -> str:
        """Return what the server's own program finds wrong in a database, empty for nothing."""
        database = url.rpartition("/")[2]
        self.run("CREATE EXTENSION IF NOT EXISTS amcheck", url)
        options = ["--host=127.0.0.1", f"--port={self.port}", f"--username={_USER}", "--heapallindexed"]
        command = [programs() / "pg_amcheck", *options, database]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        return found.stdout + found.stderr if found.returncode else ""

    def stop(self) -> None:
        """End it at once, as its administrator does: clients are notified."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            stop(self.process)

    def kill(self, *, whole: bool = True) -> None:
        """Kill it and all its parts, or only the one that started the others: they end then by themselves."""
        parts = self._stopped_parts()
        parts[0].kill()
        for one in parts[1:]:
            _tell(one, signal.SIGKILL if whole else signal.SIGCONT)
        assert self.process is not None
        self.process.wait(_PATIENCE)
        # Nothing starts on these files before all have ended.
        psutil.wait_procs(parts[1:], _PATIENCE)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop all of its processes until the end of the block: connections stay, and nothing answers."""
        parts = self._stopped_parts()
        try:
            yield
        finally:
            for one in parts:
                _tell(one, signal.SIGCONT)

    def _stopped_parts(self) -> list[psutil.Process]:
        """Stop all of its processes, the one that starts others first, and return them."""
        assert self.process is not None
        parent = psutil.Process(self.process.pid)
        parent.suspend()
        parts = [parent, *parent.children(recursive=True)]
        for one in parts[1:]:
            _tell(one, signal.SIGSTOP)
        return parts


def _tell(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def new_server() -> PostgresqlServer:
    """Start a server of its own; who calls it ends it."""
    # Not pytest's own folder: only its owner may enter that.
    root = Path(mkdtemp(prefix="cert-monitor-postgresql-"))
    root.chmod(0o755)
    data = root / "data"
    data.mkdir(mode=0o700)
    if _identity():
        shutil.chown(root, _USER, _USER)
        shutil.chown(data, _USER, _USER)
    command = [programs() / "initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    subprocess.run(
        [*command, f"--username={_USER}", "-D", data],
        cwd=root,
        check=True,
        capture_output=True,
        **_identity(),  # type: ignore[call-overload]
    )
    server = PostgresqlServer(data)
    atexit.register(_remove, server, root)
    server.start()
    return server


def _remove(server: PostgresqlServer, root: Path) -> None:
    server.stop()
    shutil.rmtree(root, ignore_errors=True)


@cache
def shared_server() -> PostgresqlServer:
    """Return the server of this process."""
    programs()
    return new_server()


@cache
def _template() -> str:
    """Return the name of a database that has the present schema and nothing else."""
    from monitor.store.database import Database  # noqa: PLC0415 - only where there is a server

    server = shared_server()
    server.run(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0")
    Database.open(server.url(_TEMPLATE), app_version="1.0").close()
    return _TEMPLATE


def new_database() -> str:
    """Return the store URL of a database with the present schema, on the server of this process."""
    return shared_server().database(_template())
