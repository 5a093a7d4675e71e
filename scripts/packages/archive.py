"""Pack a folder into a zip, the same bytes for the same files."""

import zipfile
from pathlib import Path

from packages.times import ZIP_TIME

_READABLE = 0o100644 << 16


def pack(tree: Path, target: Path, *, below: str) -> Path:
    """Return the zip of all files of a folder, which are in one folder inside it."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(one for one in tree.rglob("*") if one.is_file()):
            archive.writestr(entry(f"{below}/{file.relative_to(tree).as_posix()}"), file.read_bytes())
    return target


def entry(name: str) -> zipfile.ZipInfo:
    """Return the description of a compressed file with the fixed time."""
    info = zipfile.ZipInfo(name, ZIP_TIME)
    info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, _READABLE
    return info
