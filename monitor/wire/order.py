"""One order: the request for one target and how often it is probed, and its form as data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

from monitor.model import Policy, ProbeRequest
from monitor.wire.document import (
    WireError,
    boolean,
    mapping,
    milliseconds,
    number_of_milliseconds,
    string,
    strings,
    without_empty,
)
from monitor.wire.secret_names import by_local_name, places_by_name
from monitor.wire.settings_json import read_settings, write_settings

_DEFAULTS = Policy()
_KEY_LENGTH = 16
SHORTEST, LONGEST = timedelta(milliseconds=100), timedelta(days=3660)
"""Intervals that can be kept, and times that a calendar has."""
_ENCRYPTIONS = ("required", "any", "off")
_MACHINES = ("windows_remote",)
"""Kinds that read ``trust`` while they probe, and the names that their machine is known by."""
_REPORTS = ("windows_report",)
"""Kinds that read ``forget_after`` while they probe."""


@dataclass(frozen=True, slots=True)
class Order:
    """A target to probe again and again.

    ``key`` is the digest of all that decides how it is probed. An answer repeats it: the target may since be
    configured differently.
    """

    key: str
    request: ProbeRequest
    interval: timedelta


def write_order(request: ProbeRequest, interval: timedelta) -> dict[str, object]:
    """Return an order as data."""
    data = _probed(request)
    return {"key": _digest(data), "every": number_of_milliseconds(interval), **data}


def order_key(request: ProbeRequest) -> str:
    """Return the key of the order for a request; equal over versions as long as the request is."""
    return _digest(_probed(request))


def secrets_of(request: ProbeRequest) -> Mapping[str, frozenset[str]]:
    """Return the files and variables that the order for a request names, by the name that it has there."""
    return places_by_name(request if request.settings.kind in _MACHINES else replace(request, trust=()))


def read_order(data: object) -> Order:
    """Return the order in data; raise ``WireError`` where this version cannot carry it out."""
    members = mapping(data)
    interval = milliseconds(members.get("every"))
    if not SHORTEST <= interval <= LONGEST:
        raise WireError("an order has no interval, or none in which anybody probes")
    return Order(string(members.get("key")), _read_request(members), interval)


def _probed(request: ProbeRequest) -> dict[str, object]:
    """Return a request reduced to what the source of its kind reads."""
    request = by_local_name(request)
    kind = request.settings.kind
    machine, report = kind in _MACHINES, kind in _REPORTS
    return without_empty(
        {
            "id": request.target_id,
            "kind": kind,
            "location": request.location,
            "settings": write_settings(request.settings),
            "timeout": number_of_milliseconds(request.timeout),
            "encryption": request.encryption if request.encryption != _DEFAULTS.encryption else "",
            "revocation": list(request.revocation),
            "plain_possible": request.plain_possible,
            "trust": list(request.trust) if machine and request.trust != _DEFAULTS.trust else (),
            "host": request.host if machine else "",
            "aliases": list(request.aliases) if machine else (),
            "forget_after": number_of_milliseconds(request.forget_after) if report else 0,
        },
        kept=("settings",),
    )


def _read_request(members: Mapping[str, object]) -> ProbeRequest:
    timeout = milliseconds(members.get("timeout"))
    encryption = string(members.get("encryption", _DEFAULTS.encryption))
    if not timedelta(0) < timeout <= LONGEST or encryption not in _ENCRYPTIONS:
        raise WireError("an order has no timeout, or no known encryption")
    forget_after = members.get("forget_after")
    return ProbeRequest(
        target_id=string(members.get("id")),
        location=string(members.get("location")),
        settings=read_settings(string(members.get("kind")), mapping(members.get("settings"))),
        timeout=timeout,
        encryption=encryption,
        revocation=strings(members.get("revocation", [])),
        trust=strings(members["trust"]) if "trust" in members else _DEFAULTS.trust,
        forget_after=_DEFAULTS.forget_after if forget_after is None else milliseconds(forget_after),
        plain_possible=boolean(members.get("plain_possible", False)),
        host=string(members.get("host", "")),
        aliases=strings(members.get("aliases", [])),
    )


def _digest(data: Mapping[str, object]) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:_KEY_LENGTH]
