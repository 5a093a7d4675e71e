"""The offline bundle for Linux on a machine without network, and without what Debian leaves out of Python."""

import argparse
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from packages import linux
from support import pki
from support.servers.programs import program

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(sys.platform != "linux", reason="the bundle is for Linux"),
]
PYTHON = getattr(sys, "_base_executable", sys.executable)
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
CONFIG = """\
targets: [{kind: files, name: site, paths: [leaf.pem]}]
web: {listen: "127.0.0.1:9850"}
store: {url: "sqlite:///state.db"}
receivers: []
"""
ALONE = """
set -eu
ip link set lo up
for folder in $("$1" -I -c 'import importlib.util as u
for n in ("ensurepip", "venv", "pip"):
    s = u.find_spec(n)
    print(s.submodule_search_locations[0] if s else "")')
do mount -t tmpfs tmpfs "$folder"; done
! "$1" -c 'import ensurepip.__main__' 2>/dev/null
! "$1" -c 'import pip.__main__' 2>/dev/null
# Neither modules of the folder nor the pip.conf of the machine are used, which would break it.
(cd "$4/elsewhere" && XDG_CONFIG_DIRS="$4/elsewhere" "$2/install.sh" --only-files --prefix "$3" --python "$1")
cd "$4"
"$3/bin/cert-monitor" check leaf.pem --trust ca.pem --format nagios
"$3/bin/cert-monitor" validate-config cert-monitor.yaml
"$3/bin/cert-monitor" run --config cert-monitor.yaml &
until "$3/bin/cert-monitor" health 2>/dev/null | grep "OK - 1 targets"; do kill -0 $! && sleep 0.2; done
kill $!
wait $!
# A machine that systemd runs refuses whoever is not root; a program without a unit needs nothing of it.
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system
"$3/uninstall.sh"
"""


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """Return the folder of a bundle for the Python that runs the tests."""
    out = tmp_path / "out"
    out.mkdir()
    [built] = linux.build(argparse.Namespace(out=out, only="bundle", python=[HERE]))
    with tarfile.open(built) as archive:
        archive.extractall(out, filter="tar")
    return out / built.name.removesuffix(".tar.gz")


@pytest.mark.timeout(300)  # pip installs everything and compiles it: a minute on two idle cores
def test_the_bundle_works_alone(unpacked: Path, tmp_path: Path) -> None:
    """Installed, checked, run and removed with no network, no pip, no venv and no ensurepip."""
    program("ip", "iproute2")
    work, prefix = tmp_path / "work", tmp_path / "prefix"
    (work / "elsewhere" / "pip").mkdir(parents=True)
    (work / "elsewhere" / "pip" / "pip.conf").write_text("[install]\nno-binary = :all:\n")
    (work / "elsewhere" / "pip" / "__init__.py").write_text("raise SystemExit('not ours')\n")
    authority = pki.authority(at=pki.TODAY)
    (work / "ca.pem").write_bytes(authority.pem)
    (work / "leaf.pem").write_bytes(pki.leaf("portal.vms.example", authority, at=pki.TODAY).pem)
    (work / "cert-monitor.yaml").write_text(CONFIG)
    apart = ["unshare", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child"]
    command = [*apart, "sh", "-c", ALONE, "alone", PYTHON, str(unpacked), str(prefix), str(work)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "OK - 1 targets" in done.stdout
    assert not prefix.exists()
