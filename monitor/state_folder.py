"""Where state is kept: the platform's default, the rules for a configured URL, and files that commands read.

Opens nothing.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

_NAME = "cert-monitor"

TOKEN = "local-token"  # noqa: S105 - the name of a file
"""The file beside the database with the token that changes need; new at each start."""

LINK_KEY = "link-key"
"""The file beside the database with the key that signs links in mails; kept until it is rotated."""

_TOP_FOLDERS = ("var", "etc", "opt", "srv", "home", "root", "usr", "run", "tmp", "mnt", "data")

URL_PATTERN = f"sqlite:///(?!:memory:[ ]*$)(?!(?:{'|'.join(_TOP_FOLDERS)})(?:/|[ ]*$))[^?]*[^/? ]"
"""What the JSON Schema demands of a URL; ``store_url`` says why."""


def default_folder(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Return the folder for state: systemd's StateDirectory= if set, else that of the user.

    Source: systemd.exec(5) (colon-separated list), XDG Base Directory Specification.
    """
    given = environ.get("STATE_DIRECTORY", "").split(":")[0]
    if given and platform != "win32":
        return Path(given)
    if platform == "win32":
        local = environ.get("LOCALAPPDATA") or str(Path("~/AppData/Local").expanduser())
        return Path(local) / _NAME
    state = environ.get("XDG_STATE_HOME") or str(Path("~/.local/state").expanduser())
    return Path(state) / _NAME


def default_url() -> str:
    """Return the default URL of the database."""
    return url_of(default_folder(os.environ) / "state.db")


def url_of(path: Path) -> str:
    """Return the SQLAlchemy URL of a database file."""
    return f"sqlite:///{path.absolute().as_posix()}"


def path_of(url: str) -> Path:
    """Return the file of a URL made by ``url_of`` or ``store_url``."""
    return Path(url.removeprefix("sqlite:///"))


def state_folder(url: str) -> Path | None:
    """Return the folder of a database, ``None`` where it is in memory."""
    return path_of(url).parent if url.startswith("sqlite:///") else None


def store_url(value: str, folder: str) -> str:
    """Return a store URL with an absolute path; a relative one is relative to ``folder``.

    Raises ``ValueError`` for anything but SQLite in a file, and for three slashes before a path that looks
    absolute but is not (SQLAlchemy: ``sqlite:///relative``, ``sqlite:////absolute``).
    """
    if not value.startswith("sqlite:///"):
        raise ValueError("must be sqlite:////absolute/path; other databases are not supported")
    name = value.removeprefix("sqlite:///")
    if not name or name == ":memory:" or "?" in name or name.endswith("/"):
        raise ValueError("must be the path of a file, such as sqlite:////var/lib/cert-monitor/state.db")
    if name.split("/")[0] in _TOP_FOLDERS:
        raise ValueError(
            f"three slashes mean a path relative to {folder or 'the current folder'}; "
            f"an absolute path has four: sqlite:////{name}"
        )
    return url_of(Path(folder) / name)
