"""The behavior and faults of the simulated XProtect site; values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with an answer that has no error status."""

    SLOW = "slow"
    HALF = "half"
    HTML = "html"
    EMPTY = "empty"
    NOT_JSON = "not_json"


class Casing(StrEnum):
    """Which spellings of ``/api`` a version accepts."""

    ANY = "any"
    LOWER = "lower"
    UPPER = "upper"


@dataclass(frozen=True, slots=True)
class Behavior:
    """The behavior of the site; the default is a healthy one.

    ``answers`` maps a resource (``recordingServers``, ``hardwareDriverSettings``, also ``uris`` and
    ``token``) to a status such as 403 or to a fault. ``slow`` is the duration of a slow answer in seconds.
    A token expires after ``expires_in`` seconds or after ``calls_per_token`` calls. ``lockout_after`` wrong
    passwords lock the account. ``refusal`` is the status of a wrong password (400 as OAuth says, or 401).
    ``registered_services`` is false before 2024 R2. ``token_redirect`` is the URL that the token endpoint
    redirects to. ``lower_settings`` spells driver settings as published answers do, otherwise as the
    documentation does. ``largest_page`` limits ``size``; 0 ignores paging. ``windows_login`` is false if
    the identity provider does not offer NTLM. ``permissions`` is false before 2024 R2; then the site does
    not say what the login may do. ``administrator`` makes the login a full one, ``unreadable`` are the
    security namespaces on which its role lacks Read, which shows only in what the site says about it.
    ``alarms`` is false before 2023 R2, which has no Alarms API.
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
    permissions: bool = True
    administrator: bool = False
    unreadable: frozenset[str] = frozenset()
    alarms: bool = True
