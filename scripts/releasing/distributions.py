"""Write the sdist: every file that git knows. The wheel is that of the packages (``packages.wheels``)."""

import os
import zipfile
from collections.abc import Iterable
from pathlib import Path

from releasing.archives import tar_gz
from releasing.checkout import ROOT


def sdist(files: Iterable[Path], wheel: Path, out: Path, *, at: int) -> Path:
    """Return the sdist of these files of the checkout, with the metadata of the wheel built from them.

    https://packaging.python.org/en/latest/specifications/source-distribution-format/
    """
    base = "-".join(wheel.name.split("-")[:2])
    held = {f"{base}/{name.as_posix()}": ROOT / name for name in files}
    contents = {name: path.read_bytes() for name, path in held.items()}
    with zipfile.ZipFile(wheel) as archive:
        contents[f"{base}/PKG-INFO"] = archive.read(f"{base}.dist-info/METADATA")
    executable = frozenset(name for name, path in held.items() if os.access(path, os.X_OK))
    return tar_gz(out / f"{base}.tar.gz", contents, at=at, executable=executable)
