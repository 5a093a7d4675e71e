"""One folder of packages for several versions of CPython: their compiled modules have names of their own."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

from packages import PackageError
from packages.windows.tree import extract


def lay_out(folder: Path, wheels: Iterable[Path]) -> None:
    """Unpack wheels side by side; raise where two want different files in one place."""
    for wheel in wheels:
        _refuse_other_content(folder, wheel)
        extract(wheel, folder)


def _refuse_other_content(folder: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            # What is said of a wheel itself differs from version to version; its metadata do not.
            said = ".dist-info/" in name and not name.endswith("/METADATA")
            if said or name.endswith("/") or not (there := folder / name).is_file():
                continue
            if there.read_bytes() != archive.read(name):
                raise PackageError(f"{wheel.name} has another {name} than a wheel before it")
