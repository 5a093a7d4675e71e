"""Run Debian's Samba as the remote registry of a Windows machine, on loopback, in a folder of its own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

PROGRAMS = ("smbd", "smbpasswd", "net")
PASSWORD = "Lab-Passw0rd"
USER = "root"
PATIENCE = 60.0

_SETTINGS = """[global]
workgroup = LAB
netbios name = REC01
server role = standalone server
interfaces = 127.0.0.1/8
bind interfaces only = yes
smb ports = {port}
disable netbios = yes
private dir = {root}/private
lock directory = {root}/lock
state directory = {root}/state
cache directory = {root}/cache
pid directory = {root}/run
ncalrpc dir = {root}/ncalrpc
log file = {root}/log/log.%m
passdb backend = tdbsam:{root}/private/passdb.tdb
load printers = no
printing = bsd
printcap name = /dev/null
disable spoolss = yes
map to guest = {guest}
{more}
"""


@dataclass(frozen=True)
class Samba:
    """Hold one running server."""

    port: int
    root: Path

    @property
    def log(self) -> str:
        """Return everything it has logged."""
        return "".join(path.read_text(errors="replace") for path in sorted((self.root / "log").iterdir()))


def missing() -> str:
    """Return what is missing to run it, empty for nothing."""
    names = [name for name in PROGRAMS if shutil.which(name) is None]
    if names:
        return f"{', '.join(names)}: install the Debian packages samba and samba-common-bin"
    return "" if os.geteuid() == 0 else "Samba keeps users of the system: run the tests as root"


@contextlib.contextmanager
def samba(
    root: Path, values: Mapping[str, bytes], *, guest: str = "never", more: str = ""
) -> Iterator[Samba]:
    """Run a server whose registry has ``Blob`` values; ``values`` maps the key below HKLM to the bytes."""
    port = _free_port()
    for name in ("private", "lock", "state", "cache", "run", "ncalrpc", "log"):
        (root / name).mkdir(parents=True)
    settings = root / "smb.conf"
    settings.write_text(_SETTINGS.format(port=port, root=root, guest=guest, more=more))
    _run(["smbpasswd", "-c", str(settings), "-L", "-a", "-s", USER], f"{PASSWORD}\n{PASSWORD}\n")
    lines = ["Windows Registry Editor Version 5.00", ""]
    for key, data in values.items():
        octets = ",".join(f"{octet:02x}" for octet in data)
        lines += [f"[HKEY_LOCAL_MACHINE\\{key}]", f'"Blob"=hex:{octets}', ""]
    file = root / "stores.reg"
    file.write_text("\n".join([*lines, ""]))  # without a line end after it, the last value is not taken
    _run(["net", "-s", str(settings), "registry", "import", str(file)])
    process = subprocess.Popen(
        ["smbd", "-F", "--no-process-group", "-s", str(settings)],
        start_new_session=True,  # at its end it ends its whole process group: that must not be ours
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until_open(port, process)
        yield Samba(port, root)
    finally:
        _stop(process)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _run(command: list[str], text: str = "") -> None:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=PATIENCE)
    if done.returncode:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}")


def _until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, "smbd ended"
        if any(
            one.laddr.port == port and one.status == psutil.CONN_LISTEN
            for one in psutil.Process(process.pid).net_connections("tcp")
        ):
            return
        time.sleep(0.05)
    raise AssertionError("smbd does not listen")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and the workers that it started, each by its number."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    for one in reversed(family):
        with contextlib.suppress(psutil.NoSuchProcess):
            one.send_signal(signal.SIGTERM)
    _, alive = psutil.wait_procs(family, timeout=10)
    for one in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    process.wait(10)
