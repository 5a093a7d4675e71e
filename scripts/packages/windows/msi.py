"""Make the MSI of a tree with wixl and msibuild, the same bytes for the same tree."""

import hashlib
import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

from packages import PackageError
from packages.times import BUILT_AT, EPOCH
from packages.windows import tables, wix

PROGRAMS = {"wixl": "wixl", "msidump": "msitools", "msibuild": "msitools"}
_SUMMARY = "_SummaryInformation"
_PACKAGE_CODE, _TIMES = "9", ("12", "13")
_CABINET = "files.cab"


def make_msi(tree: Path, version: str, target: Path) -> Path:
    """Return the MSI that installs a tree; the times of the files in it become the fixed one."""
    for program, package in PROGRAMS.items():
        if shutil.which(program) is None:
            raise PackageError(f"{program} is missing: install Debian's package {package}")
    for one in tree.rglob("*"):
        os.utime(one, (EPOCH, EPOCH))
    with tempfile.TemporaryDirectory() as folder:
        source, raw, dump = (Path(folder) / name for name in ("product.wxs", "raw.msi", "dump"))
        source.write_text(wix.source(tree, version, wix.content_code(tree)), "utf-8")
        dump.mkdir()
        _run("wixl", "-a", "x64", "-o", raw, source, cwd=tree)
        _run("msidump", "-t", "-s", "-d", dump, raw)
        target.unlink(missing_ok=True)
        _assemble(dump, target)
    target.write_bytes(without_times(target.read_bytes()))
    return target


def _assemble(dump: Path, target: Path) -> None:
    """Build the MSI from its tables, in one order."""
    read = {one.stem: tables.parse(one.read_text("cp1252")) for one in dump.glob("*.idt")}
    summary = read.pop(_SUMMARY)
    complete = tables.complete({name: one for name, one in read.items() if not name.startswith("_")})
    texts = {name: tables.write(one) for name, one in sorted(complete.items())}
    cabinet = dump / "_Streams" / _CABINET
    texts[_SUMMARY] = tables.write(of_content(summary, texts, cabinet.read_bytes()))
    for name, text in texts.items():
        (dump / f"{name}.idt").write_bytes(text.encode("cp1252"))
        _run("msibuild", target, "-i", dump / f"{name}.idt")
    _run("msibuild", target, "-a", _CABINET, cabinet)


def of_content(summary: tables.Table, texts: dict[str, str], cabinet: bytes) -> tables.Table:
    """Return the summary with a package code that follows from the content, and with the fixed time."""
    digest = hashlib.sha256("\0".join(f"{name}\0{text}" for name, text in texts.items()).encode())
    digest.update(cabinet)
    summary = summary.with_value(_PACKAGE_CODE, "Value", wix.code(f"package {digest.hexdigest()}"))
    for number in _TIMES:
        summary = summary.with_value(number, "Value", f"{BUILT_AT:%Y/%m/%d %H:%M:%S}")
    return summary


def without_times(content: bytes) -> bytes:
    """Return a compound file whose root has no times of making and changing ([MS-CFB] 2.2 and 2.6.1)."""
    (shift,) = struct.unpack_from("<H", content, 30)
    (first,) = struct.unpack_from("<I", content, 48)
    at = ((first + 1) << shift) + 100
    return content[:at] + bytes(16) + content[at + 16 :]


def _run(*command: str | Path, cwd: Path | None = None) -> None:
    done = subprocess.run(
        [str(one) for one in command], cwd=cwd, env=os.environ | {"TZ": "UTC", "LC_ALL": "C.UTF-8"},
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    if done.returncode:
        raise PackageError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
