"""The person or program behind a request, and what it may see and do; ``access`` determines it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from monitor.model import Matcher
from monitor.parse import display


class Role(StrEnum):
    """What a caller may do: an anonymous one and a viewer read, an operator acts too."""

    ANONYMOUS = "anonymous"
    VIEWER = "viewer"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Caller:
    """The person or program that makes a request; ``name`` is empty where nobody had to log in.

    ``scope`` limits what it sees: every matcher must match, none limits nothing. ``form_token`` is what each
    form of a page sends back in a field of that name; it is empty for programs. ``has_session`` is true for
    who can log out.
    """

    name: str = ""
    role: Role = Role.ANONYMOUS
    scope: tuple[Matcher, ...] = ()
    form_token: str = field(default="", repr=False)
    has_session: bool = False

    @property
    def may_act(self) -> bool:
        """Return whether it may change something."""
        return self.role is Role.OPERATOR

    @property
    def sees_everything(self) -> bool:
        """Return whether it is known who this is, and nothing is hidden from them."""
        return self.role is not Role.ANONYMOUS and not self.scope


ANONYMOUS = Caller()
LOCAL = Caller("local", Role.OPERATOR)
"""Programs with the token of this machine, which act for whom they say."""

_KEY = "caller"
_LONGEST_NAME = 500


def set_caller(scope: Any, caller: Caller) -> None:
    """Put the caller into the ASGI scope of a request, where ``request.state.caller`` finds it."""
    scope.setdefault("state", {})[_KEY] = caller


def caller_of(scope: Mapping[str, Any]) -> Caller:
    """Return the caller of a request (or of its ASGI scope), anonymous where access control set none."""
    found = scope.get("state", {}).get(_KEY, ANONYMOUS)
    return found if isinstance(found, Caller) else ANONYMOUS


def recorded_name(scope: Mapping[str, Any], said: str = "") -> str:
    """Return who is recorded for a change: whoever logged in, or on this machine whom the program names."""
    caller = caller_of(scope)
    said = display(said, _LONGEST_NAME).strip()
    return said or LOCAL.name if caller in (ANONYMOUS, LOCAL) else display(caller.name, _LONGEST_NAME)
