"""The packages for Windows (x64), with CPython and all else that is needed, from inputs checked by hash."""

import argparse
import shutil
import tempfile
from pathlib import Path

from packages import wheels
from packages.archive import pack
from packages.windows import cpython, launcher, tree
from packages.windows.bytecode import compile_packages
from packages.windows.msi import make_msi

INSTALLER = wheels.ROOT / "deploy" / "windows" / "install.ps1"
"""What the zip has and the MSI does by itself."""

REQUIREMENTS = wheels.ROOT / "requirements"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the kind needs beside the folder for the files."""
    parser.add_argument(
        "--python", type=Path, required=True, metavar="FILE",
        help="CPython for Windows: a file that requirements/cpython-windows.toml lists",
    )  # fmt: skip


def build(arguments: argparse.Namespace) -> list[Path]:
    """Return the files that were written."""
    with tempfile.TemporaryDirectory() as folder:
        work, files = Path(folder), Path(folder) / "tree"
        version, name = stage(arguments.python, work, files)
        built = make_msi(files, version, arguments.out / f"{name}.msi")
        shutil.copyfile(INSTALLER, files / INSTALLER.name)
        return [built, pack(files, arguments.out / f"{name}.zip", below="cert-monitor")]


def stage(python: Path, work: Path, folder: Path) -> tuple[str, str]:
    """Write the files that are installed into a folder, and return version and name of a package of them."""
    lock = cpython.read_lock(REQUIREMENTS / "cpython-windows.toml")
    content = python.read_bytes()
    accepted = lock.find(content)
    (folder / "python").mkdir(parents=True)
    cpython.unpack(content, folder / "python")
    own = wheels.project_wheel(work)
    locked = wheels.download(
        REQUIREMENTS / "windows.txt", work / "wheels", python=lock.python, platforms=("win_amd64",)
    )
    tree.lay_out(folder, lock.tag, [*locked, own], launcher.console(launcher.stub()), wheels.ROOT / "LICENSE")
    tree.add_collector(folder, wheels.ROOT)
    version = own.name.split("-")[1]
    compile_packages(folder)
    return version, f"cert-monitor-{version}-windows-x64" + "-for-tests" * accepted.for_tests
