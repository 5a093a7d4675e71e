"""A PostgreSQL server of the demonstration, from the packages of the system."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from cluster.pieces import Piece, ready, start

_USER = "postgres"
_OPTIONS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "shared_buffers=16MB")


def programs() -> Path:
    """Return the folder of the server's programs, the newest version."""
    found = [one.parent for one in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if not found:
        raise SystemExit("PostgreSQL is missing: install the package postgresql (Debian, Ubuntu)")
    return max(found, key=lambda one: float(one.parent.name))


def _identity() -> dict[str, Any]:
    """Return as whom the server runs: it refuses root."""
    return {"user": _USER, "group": _USER, "extra_groups": []} if os.getuid() == 0 else {}


async def start_database(folder: Path, port: int) -> Piece:
    """Make a server with an empty database and start it; kill -QUIT ends all its processes at once."""
    data = _folder(folder)
    _initialize(data)
    options = [f"-c{option}" for option in _OPTIONS]
    command = [programs() / "postgres", "-D", data, "-p", str(port), *options]
    piece = await start("postgresql", command, data.parent, **_identity())
    piece.unplug, piece.where = "-QUIT", f"127.0.0.1:{port}"
    asked = [programs() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    await ready(piece, lambda: subprocess.run(asked, check=False).returncode == 0)
    return piece


def _folder(folder: Path) -> Path:
    """Make the folder of the data, and let the server's user reach it."""
    own, data = folder / "postgresql", folder / "postgresql" / "data"
    own.mkdir()
    data.mkdir(mode=0o700)
    if _identity():
        folder.chmod(0o711)
        shutil.chown(own, _USER, _USER)
        shutil.chown(data, _USER, _USER)
    return data


def _initialize(data: Path) -> None:
    options = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", f"--username={_USER}"]
    command = [programs() / "initdb", *options, "-D", data]
    done = subprocess.run(
        command, cwd=data.parent, check=False, capture_output=True, text=True, **_identity()
    )
    if done.returncode:
        raise SystemExit(f"initdb failed:\n{done.stderr}")


def url(port: int) -> str:
    """Return the URL of the database, as the configuration of a center has it."""
    return f"postgresql://{_USER}@127.0.0.1:{port}/postgres"
