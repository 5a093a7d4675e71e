"""Keep files for a service and administrators alone: configuration, passwords, state and logs.

On Windows that is an access list, elsewhere the mode for the owner alone.
"""

import os
import sys
from pathlib import Path

from monitor.assess.key_access import service_sid
from monitor.cli.service.definition import ServiceDefinition

_FILE_MODE, _FOLDER_MODE = 0o600, 0o700
_ALL, _MODIFY = "FA", "0x1301bf"  # FILE_ALL_ACCESS; all but changing the access list and the owner


def make_restricted_folder(path: Path, service: ServiceDefinition) -> None:
    """Make a folder, with those above it that are missing, or take the one that is there, and restrict it.

    Raises ``OSError``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=_FOLDER_MODE, exist_ok=True)
    restrict(path, service)


def write_restricted(path: Path, content: bytes, service: ServiceDefinition) -> None:
    """Write a new file that nobody else can read at any moment.

    Raises ``FileExistsError`` for a file that exists, and any other ``OSError``; then no file is left.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _FILE_MODE)
    try:
        with os.fdopen(handle, "wb") as file:
            restrict(path, service)
            file.write(content)
    except BaseException:
        path.unlink()
        raise


def restrict(path: Path, service: ServiceDefinition) -> None:
    """Let only SYSTEM, administrators and a service use a file or folder; elsewhere only its owner.

    What is in a folder is not changed, but what is made there later is restricted too. Raises ``OSError``.
    """
    if sys.platform == "win32":
        from monitor.cli.service.windows_security import (  # noqa: PLC0415 - only there on Windows
            is_administrator,
            set_security,
        )

        sddl = security_descriptor(service, folder=path.is_dir(), administrator=is_administrator())
        set_security(path, sddl)
    else:
        path.chmod(_FOLDER_MODE if path.is_dir() else _FILE_MODE)


def security_descriptor(service: ServiceDefinition, *, folder: bool, administrator: bool) -> str:
    """Return owner and access list in the form of SDDL.

    What an administrator restricts belongs to administrators: an owner may change the access list, and
    anybody may make a folder in ProgramData. What somebody else restricts stays that person's own (``OW``).
    Nothing is inherited from above (``P``).
    Source: https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format
    """
    inherit = "OICI" if folder else ""
    allowed = (("SY", _ALL), ("BA", _ALL), (service_sid(service.name), _MODIFY))
    owner = () if administrator else (("OW", _ALL),)
    entries = "".join(f"(A;{inherit};{rights};;;{sid})" for sid, rights in (*allowed, *owner))
    return f"{'O:BA' if administrator else ''}D:PAI{entries}"
