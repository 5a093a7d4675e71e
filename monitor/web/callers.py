"""Who is recorded as having changed something."""

from collections.abc import Mapping
from typing import Any

from monitor.parse import display
from monitor.web.caller import ANONYMOUS, LOCAL, caller_of

_LONGEST_NAME = 500


def named(scope: Mapping[str, Any], said: str = "") -> str:
    """Return who asks: whoever logged in, or on this machine whom the program says."""
    caller = caller_of(scope)
    said = display(said, _LONGEST_NAME).strip()
    return said or LOCAL.name if caller in (ANONYMOUS, LOCAL) else display(caller.name, _LONGEST_NAME)
