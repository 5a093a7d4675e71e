"""What a probe saw beside certificates, as data: the stores of a machine, and the dates of CRLs.

Data in a form of another version gives nothing and says so; it never makes the rest of an answer unreadable.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from monitor.model import Machine, RevocationList
from monitor.wire.document import WireError, cleaned, count, is_convertible, listed

T = TypeVar("T")

_MACHINE = TypeAdapter(Machine)
_LISTS = TypeAdapter(tuple[RevocationList, ...])


def write_machine(machine: Machine) -> Any:
    """Return a machine as data."""
    return _MACHINE.dump_python(machine, mode="json", exclude_defaults=True)


def read_machine(data: object) -> tuple[Machine | None, bool]:
    """Return a machine, and whether it could be read; ``None`` is no machine."""
    if data is None:
        return None, True
    try:
        machine = _MACHINE.validate_python(cleaned(data))
        return _checked(machine, (machine.taken_at,), (one.port for one in machine.bindings or ())), True
    except (ValidationError, WireError, RecursionError):
        return None, False


def write_lists(lists: tuple[RevocationList, ...]) -> Any:
    """Return the dates of CRLs as data."""
    return _LISTS.dump_python(lists, mode="json", exclude_defaults=True) if lists else []


def read_lists(data: object) -> tuple[tuple[RevocationList, ...], bool]:
    """Return the dates of CRLs, and whether they could be read."""
    if not listed(data):
        return (), True
    try:
        lists = _LISTS.validate_python(cleaned(data))
        dates = (at for one in lists for at in (one.this_update, one.next_update))
        return _checked(
            lists, dates, (number for one in lists for number in (one.position, one.entries))
        ), True
    except (ValidationError, WireError, RecursionError):
        return (), False


def _checked(read: T, dates: Iterable[datetime | None], numbers: Iterable[int]) -> T:
    """Return a value that was read; raise ``WireError`` for dates without time zone and infinite numbers."""
    for at in dates:
        if at is not None and not is_convertible(at):
            raise WireError("a date has no time zone, or is outside of the calendar")
    for number in numbers:
        count(number)
    return read
