"""The steps of renewal days as JSON."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from monitor.model import CheckedItem, DayPort, DayStep, Message
from monitor.model.message_json import from_json, to_json

_INSTANTS = frozenset({"old_valid_from", "served_at", "confirmed_at", "left_out_at"})


def step_json(step: DayStep) -> dict[str, Any]:
    """Return a step as a document; what is empty is left out."""
    return _written(step) | {"ports": [_written(port) for port in step.ports]}


def step_of(document: Mapping[str, Any]) -> DayStep:
    """Return the step of a document."""
    given = _read(document)
    checked = tuple(map(CheckedItem, given.pop("checked", ())))
    needs, ports = tuple(given.pop("needs", ())), given.pop("ports", ())
    return DayStep(**given, needs=needs, checked=checked, ports=tuple(DayPort(**_read(p)) for p in ports))


def _written(one: DayStep | DayPort) -> dict[str, Any]:
    values = {field.name: getattr(one, field.name) for field in fields(one)}
    return {name: _plain(value) for name, value in values.items() if not _empty(value)}


def _empty(value: object) -> bool:
    """Return whether a field need not be written; an exit code of 0 must be."""
    return value is None or value is False or value in ("", ())


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return to_json(value) if isinstance(value, Message) else value


def _read(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in document.items()}


def _value(name: str, value: Any) -> Any:
    if name in _INSTANTS:
        return datetime.fromisoformat(value)
    return from_json(value) if name == "problem" else value
