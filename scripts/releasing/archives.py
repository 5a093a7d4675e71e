"""Pack files into archives that are equal in two builds: by name, with one time, without owners."""

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path


def tar_gz(target: Path, files: Mapping[str, bytes], *, at: int, executable: frozenset[str]) -> Path:
    """Write a compressed tar of files by their names in it; ``at`` is their time in seconds since 1970."""
    with (
        target.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=at, compresslevel=9) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(files[name]), at
            entry.mode = 0o755 if name in executable else 0o644
            archive.addfile(entry, io.BytesIO(files[name]))
    return target
