"""How the simulated XProtect site behaves, and misbehaves; values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """Say what is wrong with an answer that has no error status."""

    SLOW = "slow"
    HALF = "half"
    HTML = "html"
    EMPTY = "empty"
    NOT_JSON = "not_json"


class Casing(StrEnum):
    """Say which spellings of ``/api`` a version answers."""

    ANY = "any"
    LOWER = "lower"
    UPPER = "upper"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Hold what the site does from now on; the default is a healthy one.

    ``answers`` maps a resource (``recordingServers``, ``hardwareDriverSettings``, also ``uris`` and
    ``token``) to a status such as 403 or to a fault. ``slow`` is how many seconds a slow answer takes.
    A token ends after ``expires_in`` seconds or after ``calls_per_token`` calls. ``lockout_after`` wrong
    passwords lock the account. ``refusal`` is the status of a wrong password (400 as OAuth says, or 401).
    ``registered_services`` is false before 2024 R2. ``token_redirect`` is where the token endpoint sends
    its callers. ``lower_settings`` spells driver settings as published answers do, otherwise as the
    documentation does. ``largest_page`` caps ``size``; 0 ignores paging. ``windows_login`` is false where
    the identity provider does not offer NTLM.
    """

    answers: Mapping[str, int | Fault] = field(default_factory=dict)
    slow: float = 5.0
    expires_in: float = 3600.0
    calls_per_token: int | None = None
    lockout_after: int = 5
    refusal: int = 400
    registered_services: bool = True
    casing: Casing = Casing.ANY
    token_redirect: str = ""
    lower_settings: bool = True
    largest_page: int = 1000
    windows_login: bool = True
