"""The JSON form of what a look gave beside certificates: a machine's keys and bindings, dates of CRLs."""

import logging

from pydantic import TypeAdapter, ValidationError

from monitor.model import Machine, RevocationList

log = logging.getLogger(__name__)

_MACHINE = TypeAdapter(Machine)
_LISTS = TypeAdapter(tuple[RevocationList, ...])


def machine_json(machine: Machine) -> str:
    """Return a machine as JSON."""
    return _MACHINE.dump_json(machine, exclude_defaults=True).decode()


def machine_of(text: str) -> Machine | None:
    """Return a machine from its JSON, ``None`` when another version wrote it in a form unknown here."""
    try:
        return _MACHINE.validate_json(text)
    except ValidationError:
        log.warning("what was recorded of a machine cannot be read any more; the next look brings it anew")
        return None


def lists_json(lists: tuple[RevocationList, ...]) -> str:
    """Return the dates of CRLs as JSON."""
    return _LISTS.dump_json(lists, exclude_defaults=True).decode()


def lists_of(text: str) -> tuple[RevocationList, ...]:
    """Return the dates of CRLs from their JSON, none when another version wrote it in a form unknown here."""
    try:
        return _LISTS.validate_json(text)
    except ValidationError:
        log.warning("what was recorded of CRLs cannot be read any more; the next look brings it anew")
        return ()
