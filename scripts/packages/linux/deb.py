"""The Debian package: one for all supported versions of CPython, built by ``dpkg-deb`` without root."""

import gzip
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from packages import PackageError
from packages.linux import documents, launcher, site
from packages.linux.inputs import DEPLOY, EXAMPLES, UNITS, Inputs
from packages.times import BUILT_AT, EPOCH
from packages.wheels import ROOT

_DEBIAN = DEPLOY / "linux" / "debian"
_LIBRARY = "usr/lib/cert-monitor"
_EXAMPLES = "etc/cert-monitor"
_DOCUMENTS = "usr/share/doc/cert-monitor"
_PROGRAM = "/usr/bin/cert-monitor"
_SCRIPTS = ("postinst", "prerm", "postrm")


def build(inputs: Inputs, work: Path, out: Path) -> Path:
    """Return the package, written into a folder."""
    lay_out(inputs, work)
    target = out / f"cert-monitor_{debian_version(inputs.version)}_amd64.deb"
    return pack(work, target)


def lay_out(inputs: Inputs, root: Path) -> None:
    """Write the files that are installed, and those that describe them."""
    site.lay_out(root / _LIBRARY, (*inputs.locked, inputs.own))
    _put(root, "usr/bin/cert-monitor", launcher.program("/usr/bin/python3", f"/{_LIBRARY}"))
    for name in UNITS:
        _put(root, f"usr/lib/systemd/system/{name}", for_debian((DEPLOY / name).read_text("utf-8")))
    _put(root, "usr/share/python3/runtime.d/cert-monitor.rtupdate", _own("rtupdate"))
    for name in EXAMPLES:
        _put(root, f"{_EXAMPLES}/{name}", (DEPLOY / name).read_text("utf-8"))
    documents.write(root / "usr" / "share", inputs.version)
    _put(root, f"{_DOCUMENTS}/copyright", _own("copyright"))
    _compress(root, "changelog.gz", (ROOT / "CHANGELOG.md").read_bytes())
    _compress(root, "changelog.Debian.gz", changelog(inputs.version).encode())
    modes(root)
    for name in _SCRIPTS:
        _put(root, f"DEBIAN/{name}", _own(name)).chmod(0o755)
    _put(root, "DEBIAN/conffiles", "".join(f"/{_EXAMPLES}/{name}\n" for name in EXAMPLES))
    _put(root, "DEBIAN/control", control(inputs, size=installed_size(root)))


def modes(root: Path) -> None:
    """Give every file the rights that it has when installed, whatever the builder's umask."""
    for one in (root, *root.rglob("*")):
        executable = one.is_dir() or one.parent.name == "bin" or one.suffix == ".rtupdate"
        one.chmod(0o755 if executable else 0o644)


def debian_version(version: str) -> str:
    """Return a version as Debian orders it: 1.0rc1 and 1.0.dev1 come before 1.0."""
    return re.sub(r"\.?(dev|a|b|rc)(\d+)", r"~\1\2", version, count=1) + "-1"


def for_debian(unit: str) -> str:
    """Return the unit for the program of the package."""
    return unit.replace("/opt/cert-monitor/bin/cert-monitor", _PROGRAM)


def control(inputs: Inputs, *, size: int) -> str:
    """Return what dpkg knows of the package; ``size`` is in KiB."""
    oldest, newest = inputs.pythons[0], int(inputs.pythons[-1].partition(".")[2])
    values = {
        "version": debian_version(inputs.version),
        "pythons": f"python3 (>= {oldest}), python3 (<< 3.{newest + 1})",
        "size": str(size),
    }
    return _own("control.in").format_map(values)


def changelog(version: str) -> str:
    """Return Debian's changelog: it names the version, and where the real one is."""
    day = BUILT_AT.strftime("%a, %d %b %Y %H:%M:%S +0000")
    return _own("changelog.in").format_map({"version": debian_version(version), "day": day})


def installed_size(root: Path) -> int:
    """Return the size of the files in KiB, each rounded up."""
    return sum(-(-file.stat().st_size // 1024) for file in _files(root))


def pack(root: Path, target: Path) -> Path:
    """Return the package of a folder, the same bytes for the same files."""
    if shutil.which("dpkg-deb") is None:
        raise PackageError("the Debian package is built by dpkg-deb: install dpkg, or use --only bundle")
    for one in (*root.rglob("*"), root):
        os.utime(one, (EPOCH, EPOCH))
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z1", "--build", str(root), str(target)]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackageError(f"dpkg-deb failed: {done.stderr}")
    return target


def _own(name: str) -> str:
    return (_DEBIAN / name).read_text("utf-8")


def _put(root: Path, name: str, text: str) -> Path:
    target = root / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")
    return target


def _compress(root: Path, name: str, content: bytes) -> None:
    """Write a document that Debian wants compressed."""
    (root / _DOCUMENTS / name).write_bytes(gzip.compress(content, mtime=EPOCH))


def _files(root: Path) -> Iterator[Path]:
    return (one for one in root.rglob("*") if one.is_file() and "DEBIAN" not in one.parts)
