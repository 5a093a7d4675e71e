"""The MSI that wixl and msibuild make of a small tree: equal bytes, and tables as Windows gets them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from packages.windows import msi, tables, wix

pytestmark = pytest.mark.system

FILES = ("LICENSE.txt", "cert-monitor.exe", "cert-monitor.url", "python/pythonw.exe", "site/pkg/__init__.py")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a folder with the few files that the MSI names, or skip without what makes it."""
    for program, package in msi.PROGRAMS.items():
        if shutil.which(program) is None:
            pytest.skip(f"needs Debian's {package}")
    for name in FILES:
        file = tmp_path / "tree" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path / "tree"


def dumped(package: Path, folder: Path) -> dict[str, tables.Table]:
    """Return the tables of an MSI."""
    folder.mkdir()
    command = ["msidump", "-t", "-d", str(folder), str(package)]
    subprocess.run(command, check=True, capture_output=True)
    return {one.stem: tables.parse(one.read_text("cp1252")) for one in folder.glob("*.idt")}


def test_two_builds_are_equal(tree: Path, tmp_path: Path) -> None:
    """Whatever the times of the files are, and whenever it is built."""
    first = msi.make_msi(tree, "0.1.0", tmp_path / "first.msi").read_bytes()
    for one in tree.rglob("*"):
        os.utime(one, (1, 1))
    assert msi.make_msi(tree, "0.1.0", tmp_path / "second.msi").read_bytes() == first


def test_the_tables_are_complete(tree: Path, tmp_path: Path) -> None:
    """Every file, the path of the machine, and every action of ours with its number and condition."""
    held = dumped(msi.make_msi(tree, "0.1.0", tmp_path / "made.msi"), tmp_path / "dump")
    assert len(held["File"].rows) == len(FILES)
    assert [row[1:3] for row in held["Environment"].rows] == [("=-*PATH", "[~];[ProgramFolder]")]
    assert {row[0] for row in held["CustomAction"].rows} == {*wix.CONDITIONS}
    sequence = {row[0]: (row[1], int(row[2])) for row in held["InstallExecuteSequence"].rows}
    assert {name: sequence[name] for name in wix.CONDITIONS} == {
        name: (condition, tables.SEQUENCE[name]) for name, condition in wix.CONDITIONS.items()
    }
    assert sequence["AppSearch"][1] < sequence["RemoveExistingProducts"][1] == 1501
    assert sorted(row[0] for row in held["AppSearch"].rows) == sorted(wix.FOUND)
