"""Where state is kept by default, and the names of the files in it that commands read."""

import sys
from collections.abc import Mapping
from pathlib import Path

_NAME = "cert-monitor"

TOKEN = "local-token"  # noqa: S105 - the name of a file
"""The file beside the database with the token that changes need; new at each start."""

LINK_KEY = "link-key"
"""The file beside the database with the key that signs links in mails; kept until it is rotated."""


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
