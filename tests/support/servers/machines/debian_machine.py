"""A Debian of its own for tests: made once by debootstrap, then used in throwaway copies without network.

It needs root and Debian's ``debootstrap`` and ``systemd-container``.
"""

import os
import shutil
import subprocess
from pathlib import Path

from support.folders import ROOT

LAB = ROOT / ".environments" / "debian"
LONGEST = 300.0

_PROGRAMS = {"debootstrap": "debootstrap", "systemd-nspawn": "systemd-container", "dpkg-deb": "dpkg"}
_APART = ("unshare", "--mount", "--propagation=private", "--pid", "--fork", "--kill-child", "--mount-proc")
_COPY = """
set -eu
root=$1 files=$2 script=$3 work=$4
mount -t tmpfs tmpfs "$work"
cd "$work"
mkdir upper scratch machine
mount -t overlay overlay -o "lowerdir=$root,upperdir=upper,workdir=scratch" machine
mkdir machine/mnt/files
mount --bind "$files" machine/mnt/files
printf '%s' "$script" >machine/root/script
"""
_RUN = """
mount -t proc proc machine/proc
mount --bind /dev machine/dev
ip link set lo up
exec chroot machine /usr/bin/env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sh /root/script
"""
_BOOT = """
units=machine/etc/systemd/system
cat >"$units/test.service" <<'UNIT'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh /root/script
ExecStopPost=/bin/systemctl --no-block poweroff
StandardOutput=file:/root/said
StandardError=file:/root/said
UNIT
mkdir -p "$units/multi-user.target.wants"
ln -s ../test.service "$units/multi-user.target.wants/"
systemd-nspawn --quiet --register=no --keep-unit --private-network --directory machine --boot \\
    systemd.unit=multi-user.target >/dev/null
cat machine/root/said
"""


def missing() -> str:
    """Return what is not there of what the machine needs, empty when all is."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "root"
    return next((package for program, package in _PROGRAMS.items() if shutil.which(program) is None), "")


class DebianMachine:
    """A Debian with Python and a few more packages."""

    def __init__(self, release: str, *packages: str) -> None:
        """Make it, unless it was made before."""
        wanted = ("python3", *packages)
        self._root = LAB / "-".join((release, *wanted))
        if not self._root.exists():
            made = self._root.with_suffix(".new")
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir(parents=True)
            included = f"--include={','.join(wanted)}"
            _output(["debootstrap", "--variant=minbase", included, release, str(made)])
            made.rename(self._root)

    def run(self, files: Path, script: str, work: Path) -> dict[str, str]:
        """Return what a script says as ``NAME=value``, in a copy that has the files in ``/mnt/files``."""
        return _said(self._apart(_COPY + _RUN, files, script, work, "--net"))

    def boot(self, files: Path, script: str, work: Path) -> dict[str, str]:
        """Return the same of a copy that systemd has booted; it is switched off at the end."""
        return _said(self._apart(_COPY + _BOOT, files, script, work))

    def _apart(self, steps: str, files: Path, script: str, work: Path, *more: str) -> str:
        work.mkdir()
        command = [*_APART, *more, "sh", "-c", steps, "steps", str(self._root), str(files), script, str(work)]
        return _output(command)


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _said(text: str) -> dict[str, str]:
    found = dict(line.split("=", 1) for line in text.splitlines() if line.partition("=")[0].isidentifier())
    if found.get("done") != "yes":
        raise RuntimeError(f"the script did not come to its end:\n{text}")
    return found
