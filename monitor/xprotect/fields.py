"""Read fields of JSON whose spelling varies between product versions; must not raise for any JSON."""

import re
from collections.abc import Iterator, Mapping

from monitor.parse.display import display

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NONE = "00000000-0000-0000-0000-000000000000"
_YES = frozenset({"yes", "true", "1", "on"})
_NO = frozenset({"no", "false", "0", "off"})
_LARGEST = 10**18
_DEEPEST = 6
_LONGEST_NAME = 100


def value(item: object, *names: str) -> object:
    """Return the first of some fields that is set, ignoring case; ``None`` if none is."""
    if not isinstance(item, Mapping):
        return None
    for name in names:
        found = item[name] if name in item else _in_another_case(item, name)
        if found not in (None, ""):
            return found
    return None


def _in_another_case(item: Mapping[object, object], name: str) -> object:
    folded = name.casefold()
    return next((found for key, found in item.items() if str(key).casefold() == folded), None)


def text(item: object, *names: str) -> str:
    """Return the first of some fields that is text or a number, as text; empty if none is."""
    every = (value(item, name) for name in names)
    return next((said for found in every if not isinstance(found, bool) and (said := _plain(found))), "")


def _plain(found: object) -> str:
    if isinstance(found, str):
        return found.strip()
    # A number with thousands of digits is valid JSON, but Python refuses to convert it to text.
    small = isinstance(found, int) and abs(found) < _LARGEST
    return str(found) if small else ""


def flag(item: object, name: str) -> bool | None:
    """Return a boolean field (yes, true, 1 in any case), ``None`` if it is neither true nor false."""
    said = _plain(value(item, name)).casefold()
    return True if said in _YES else False if said in _NO else None


def port(item: object, name: str) -> int | None:
    """Return a field that is a port from 1 to 65535, ``None`` for anything else."""
    digits = text(item, name)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 5):
        return None
    return int(digits) if 1 <= int(digits) <= 65535 else None


def enabled(item: object) -> bool:
    """Return whether an item is enabled, which is the default."""
    return flag(item, "enabled") is not False


def identity(item: object) -> str:
    """Return the GUID of an item in lower case, or its id as written; possibly empty."""
    return guid(value(item, "id")) or text(item, "id")


def guid(reference: object) -> str:
    """Return the GUID in a reference: ``FailoverGroup[...]`` or ``{"id": ...}``; empty if all zeros."""
    if isinstance(reference, Mapping):
        reference = value(reference, "id", "path")
    found = _GUID.search(reference.lower()) if isinstance(reference, str) else None
    return found[0] if found and found[0] != _NONE else ""


def display_name(item: object) -> str:
    """Return the display name of an item, sanitized; possibly empty."""
    return display(text(item, "displayName", "name"), _LONGEST_NAME)


def description(resource: str, item: object) -> str:
    """Return a description of an item for a note: its resource and id, or its name if it has no id."""
    return f"{resource} {display(identity(item), 60) or display_name(item) or 'without id'}"


def tables(found: object, deep: int = _DEEPEST) -> Iterator[Mapping[str, object]]:
    """Yield every object in some JSON, outermost first, down to a limited depth."""
    if deep and isinstance(found, Mapping):
        yield found
        for inner in found.values():
            yield from tables(inner, deep - 1)
    elif deep and isinstance(found, list | tuple):
        for inner in found:
            yield from tables(inner, deep - 1)


def texts_under(item: object, *parts: str) -> Iterator[str]:
    """Yield the texts in fields whose names contain one of some parts ("uri", "url"), also in lists."""
    for table in tables(item):
        for name, found in table.items():
            if any(part in str(name).casefold() for part in parts):
                yield from (one for one in _listed(found) if isinstance(one, str) and one.strip())


def _listed(found: object) -> Iterator[object]:
    yield from found if isinstance(found, list | tuple) else (found,)
