"""Take a folder that may be there already: restrict it and all that is in it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from monitor.cli.service.definition import ServiceDefinition
from monitor.cli.service.file_rights import make_restricted_folder, restrict
from monitor.errors import SystemBrokenError

_REPARSE_POINT = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT: a link, a junction or a mounted volume


def take_folder(folder: Path, service: ServiceDefinition) -> None:
    """Restrict the folder of a service with all that is in it; make it where it is missing.

    Before the service is installed, anybody may have made that folder in ProgramData. A link is not followed.
    A file with a second name elsewhere (a hard link) becomes a copy: whoever made it could change it by that.
    Raises ``SystemBrokenError``.
    """
    try:
        if os.path.lexists(folder) and _is_link(folder):
            raise SystemBrokenError(f"{folder} leads to another place; remove it, it is to be a folder")
        make_restricted_folder(folder, service)
        for path in _below(folder):
            if path.is_file() and path.stat().st_nlink > 1:
                _replace_by_copy(path)
            restrict(path, service)
    except OSError as error:
        where = error.filename or folder
        raise SystemBrokenError(f"{where} cannot be restricted: {error.strerror or error}") from None


def _below(folder: Path) -> Iterator[Path]:
    """Return what is in a folder and the folders in it, each before its content, but no link."""
    for path in list(folder.iterdir()):
        if not _is_link(path):
            yield path
            if path.is_dir():
                yield from _below(path)


def _replace_by_copy(path: Path) -> None:
    handle, copy = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as target, path.open("rb") as source:
            shutil.copyfileobj(source, target)
        Path(copy).replace(path)
    except BaseException:
        Path(copy).unlink()
        raise


def _is_link(path: Path) -> bool:
    attributes = getattr(path.lstat(), "st_file_attributes", 0)
    return path.is_symlink() or bool(attributes & _REPARSE_POINT)
