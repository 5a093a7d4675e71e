"""Register the source of our events, so that Event Viewer shows their text alone."""

import sys
import winreg
from contextlib import suppress

assert sys.platform == "win32"  # noqa: S101 - the type checker passes over the rest elsewhere

_KEY = r"SYSTEM\CurrentControlSet\Services\EventLog\Application"
_MESSAGES = r"%SystemRoot%\System32\EventCreate.exe"
"""A program of Windows whose text of each event up to number 1000 is what was written."""

_ALL_TYPES = 7  # error, warning and information


def register_source(source: str) -> None:
    """Register a source; raise ``OSError``."""
    with winreg.CreateKeyEx(winreg.HKEY_LOCAL_MACHINE, rf"{_KEY}\{source}", 0, winreg.KEY_WRITE) as key:
        winreg.SetValueEx(key, "EventMessageFile", 0, winreg.REG_EXPAND_SZ, _MESSAGES)
        winreg.SetValueEx(key, "TypesSupported", 0, winreg.REG_DWORD, _ALL_TYPES)


def remove_source(source: str) -> None:
    """Remove a source; events that were written stay. Raises ``OSError``."""
    with suppress(FileNotFoundError):
        winreg.DeleteKey(winreg.HKEY_LOCAL_MACHINE, rf"{_KEY}\{source}")
