"""The arguments of the commands, a module for each group of them.

A module has ``add(commands)``, which adds its commands and loads nothing that they need to run. A new one is
added to ``GROUPS``.
"""

from importlib import import_module
from typing import Any

GROUPS = {
    "setup": ("setup",),
    "run": ("run",),
    "agent": ("agent",),
    "worker": ("worker",),
    "check": ("check",),
    "configuration": ("targets", "validate-config", "config-schema"),
    "xprotect": ("xprotect",),
    "notifications": ("test-email", "test-notification", "notifications"),
    "daemon": ("reload", "health", "clock"),
    "demo": ("demo",),
    "alerts": ("alerts", "acknowledge", "silence"),
    "plan": ("plan",),
    "renewal_day": ("renewal-day",),
    "access": ("token", "user"),
    "links": ("links",),
    "calendar": ("calendar",),
    "forecast": ("forecast",),
    "backup": ("backup", "restore"),
    "store": ("store",),
    "service": ("service",),
    "cluster": ("cluster",),
}
"""The modules with their commands, in the order of ``cert-monitor --help``."""


def add_commands(commands: Any, wanted: str) -> None:
    """Add the commands of the group that has the wanted one, and those of all groups if none has it.

    Declaring all of them takes longer than a short command has to.
    """
    groups = [group for group, names in GROUPS.items() if wanted in names] or list(GROUPS)
    for group in groups:
        import_module(f"{__name__}.{group}").add(commands)
