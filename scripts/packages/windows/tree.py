"""The folder that is installed on Windows: interpreter, packages, launcher, license, shortcut to the page."""

import re
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

PAGE_LINK = "cert-monitor.url"
"""Opens the page; the installers put it into the Start menu."""

COLLECTOR = "collector"
"""The folder with what other Windows machines are given: the collector, and the endpoint to ask it by."""

_PAGE = "http://127.0.0.1:9850/"
_NEEDLESS = (".pyi", ".pxd", ".pyx", ".c", ".h", ".pyc")
_DATA = re.compile(r"[^/]+\.data/(?:purelib|platlib)/")


def lay_out(tree: Path, tag: str, wheels: Iterable[Path], program: bytes, license_file: Path) -> None:
    """Complete a folder that has the interpreter in ``python``: everything but the bytecode."""
    # With this file the interpreter looks nowhere else: no registry, no variables, no packages of a user.
    (tree / "python" / f"python{tag}._pth").write_bytes(f"python{tag}.zip\r\n.\r\n..\\site\r\n".encode())
    for wheel in wheels:
        extract(wheel, tree / "site")
    (tree / "cert-monitor.exe").write_bytes(program)
    (tree / PAGE_LINK).write_bytes(f"[InternetShortcut]\r\nURL={_PAGE}\r\n".encode())
    shutil.copyfile(license_file, tree / "LICENSE.txt")


def add_collector(tree: Path, project: Path) -> None:
    """Add what is put on other machines, the collector beside its scripts as they want it."""
    shutil.copytree(
        project / "deploy" / "windows",
        tree / COLLECTOR,
        ignore=shutil.ignore_patterns("install.ps1", "*.md"),
        copy_function=shutil.copyfile,
    )
    shutil.copyfile(project / "monitor" / "windows" / "collector.ps1", tree / COLLECTOR / "collector.ps1")


def extract(wheel: Path, site: Path) -> None:
    """Write what a wheel installs for importing, without tests and what only compilers read."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if installed := _installed_name(name):
                target = site / installed
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))


def _installed_name(name: str) -> str:
    """Return where a file of a wheel goes below the folder of packages, empty when it is left out."""
    inside = _DATA.sub("", name, count=1)
    path = PurePosixPath(inside)
    if name.endswith("/") or path.parts[0].endswith(".data") or path.suffix in _NEEDLESS:
        return ""
    return "" if "tests" in path.parts[:-1][:2] else inside
