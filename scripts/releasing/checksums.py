"""Write SHA256SUMS as sha256sum(1) reads it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

NAME = "SHA256SUMS"


def write(files: Iterable[Path], out: Path) -> Path:
    """Write a line for each file, by name."""
    lines = [f"{_sha256(file)}  {file.name}\n" for file in sorted(files, key=lambda one: one.name)]
    target = out / NAME
    target.write_text("".join(lines), encoding="ascii", newline="\n")
    return target


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
