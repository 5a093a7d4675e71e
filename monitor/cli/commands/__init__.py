"""The arguments of the commands, a module for each group of them.

A module has ``add(commands)``, which adds its commands and loads nothing that they need to run. A new one is
added to ``GROUPS``.
"""

from importlib import import_module
from typing import Any

GROUPS = (
    "run",
    "check",
    "configuration",
    "xprotect",
    "notifications",
    "daemon",
    "demo",
    "alerts",
    "access",
    "links",
    "backup",
)
"""The modules in the order of ``cert-monitor --help``."""


def add_all(commands: Any) -> None:
    """Add every command."""
    for group in GROUPS:
        import_module(f"{__name__}.{group}").add(commands)
