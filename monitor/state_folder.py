"""Where state is kept: the platform's default, the rules for a configured URL, and files that commands read.

Opens nothing.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

_NAME = "cert-monitor"

TOKEN = "local-token"  # noqa: S105 - the name of a file
"""The file beside the database with the token that changes need; new at each start."""

LINK_KEY = "link-key"
"""The file beside the database with the key that signs links in mails; kept until it is rotated."""

_TOP_FOLDERS = ("var", "etc", "opt", "srv", "home", "root", "usr", "run", "tmp", "mnt", "data")

_SERVER = "postgresql://"
_SECRETS = ("password", "sslpassword")

_FILE_PATTERN = f"sqlite:///(?!:memory:[ ]*$)(?!(?:{'|'.join(_TOP_FOLDERS)})(?:/|[ ]*$))[^?]*[^/? ]"
_SERVER_PATTERN = f"{_SERVER}(?![^/?#]*:[^/?#]*@)(?!.*[?&](?:{'|'.join(_SECRETS)})=)[^/?# ]*/[^/?# ].*"
URL_PATTERN = f"(?:{_FILE_PATTERN}|{_SERVER_PATTERN})"
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


def is_server(url: str) -> bool:
    """Return whether a store URL names a database on a server, which has no file here."""
    return url.startswith(_SERVER)


def state_folder(url: str) -> Path | None:
    """Return the folder of a database, ``None`` where it is in memory.

    For one on a server it is the platform's default.
    """
    if is_server(url):
        return default_folder(os.environ)
    return path_of(url).parent if url.startswith("sqlite:///") else None


def store_url(value: str, folder: str) -> str:
    """Return a store URL with an absolute path; a relative one is relative to ``folder``.

    Raises ``ValueError`` for anything but SQLite in a file and PostgreSQL, for a password in the URL, and for
    three slashes before a path that looks absolute but is not (SQLAlchemy: ``sqlite:///relative``,
    ``sqlite:////absolute``).
    """
    if is_server(value):
        return _server_url(value)
    if not value.startswith("sqlite:///"):
        raise ValueError(
            "must be sqlite:////absolute/path or postgresql://user@host/database; other databases are not "
            "supported"
        )
    name = value.removeprefix("sqlite:///")
    if not name or name == ":memory:" or "?" in name or name.endswith("/"):
        raise ValueError("must be the path of a file, such as sqlite:////var/lib/cert-monitor/state.db")
    if name.split("/")[0] in _TOP_FOLDERS:
        raise ValueError(
            f"three slashes mean a path relative to {folder or 'the current folder'}; "
            f"an absolute path has four: sqlite:////{name}"
        )
    return url_of(Path(folder) / name)


def _server_url(value: str) -> str:
    parts = urlsplit(value)
    if ":" in parts.netloc.rpartition("@")[0] or any(key in _SECRETS for key, _ in parse_qsl(parts.query)):
        # Not its value: who wrote the password there must not find it in a log.
        raise ValueError("must not have a password in it; write that to a file and name it in password_file")
    if not parts.path.strip("/"):
        raise ValueError("must name a database: postgresql://user@host/database")
    return value
