"""Where setup puts things on this system, and what language and time zone its person has."""

import locale
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from monitor.cli.service.definition import MONITOR
from monitor.cli.service.paths import data_folder
from monitor.messages import languages, machine_zone, zone
from monitor.messages.zone import UnknownZoneError

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def default_directory(environ: Mapping[str, str], *, root: bool, platform: str = sys.platform) -> Path:
    """Return the folder for the configuration: the service's, or the user's own without the rights for it."""
    if root or platform == "win32":
        return data_folder(MONITOR, environ, platform)
    config = environ.get("XDG_CONFIG_HOME") or str(Path("~/.config").expanduser())
    return Path(config) / "cert-monitor"


def person_language() -> str:
    """Return the language of the person at this machine, English where there is none of it."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only there it has this

        spoken = locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    else:
        spoken = next(filter(None, (os.environ.get(name, "") for name in _VARIABLES)), "")
    return nearest(spoken)


def nearest(spoken: str) -> str:
    """Return the language that is nearest to one such as ``pt_PT.UTF-8``."""
    wanted = spoken.partition(".")[0]
    known = languages()
    alike = (one for one in known if one.partition("_")[0] == wanted.partition("_")[0])
    return wanted if wanted in known else next(alike, "en")


def machine_timezone() -> str:
    """Return the name of this machine's time zone, empty where it has none."""
    name = str(machine_zone())
    try:
        zone(name)
    except UnknownZoneError:
        return ""
    return name
