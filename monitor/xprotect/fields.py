"""Read fields out of JSON whose spelling varies with the product's version; must not raise for any JSON."""

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
    """Return the first of some fields that is set, whatever the case of its name; ``None`` when none is."""
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
    """Return the first of some fields that holds text or a number, as text; empty when none does."""
    every = (value(item, name) for name in names)
    return next((said for found in every if not isinstance(found, bool) and (said := _plain(found))), "")


def _plain(found: object) -> str:
    if isinstance(found, str):
        return found.strip()
    # A number of thousands of digits is legal JSON and cannot be written as text.
    small = isinstance(found, int) and abs(found) < _LARGEST
    return str(found) if small else ""


def flag(item: object, name: str) -> bool | None:
    """Return whether a field says yes (yes, true, 1 in any case), ``None`` when it says neither."""
    said = _plain(value(item, name)).casefold()
    return True if said in _YES else False if said in _NO else None


def port(item: object, name: str) -> int | None:
    """Return a field that holds a port from 1 to 65535, ``None`` for anything else."""
    digits = text(item, name)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 5):
        return None
    return int(digits) if 1 <= int(digits) <= 65535 else None


def enabled(item: object) -> bool:
    """Return whether an item is in use; one that does not say is."""
    return flag(item, "enabled") is not False


def identity(item: object) -> str:
    """Return an item's GUID in lower case, or its id as written; empty when it has none."""
    return guid(value(item, "id")) or text(item, "id")


def guid(reference: object) -> str:
    """Return the GUID in a reference such as ``FailoverGroup[...]`` or ``{"id": ...}``; all zeros: none."""
    if isinstance(reference, Mapping):
        reference = value(reference, "id", "path")
    found = _GUID.search(reference.lower()) if isinstance(reference, str) else None
    return found[0] if found and found[0] != _NONE else ""


def called(item: object) -> str:
    """Return the name by which people know an item, fit to be shown; empty when it has none."""
    return display(text(item, "displayName", "name"), _LONGEST_NAME)


def described(resource: str, item: object) -> str:
    """Return the words for one item in a note: its resource and id, or its name when it has no id."""
    return f"{resource} {display(identity(item), 60) or called(item) or 'without id'}"


def tables(found: object, deep: int = _DEEPEST) -> Iterator[Mapping[str, object]]:
    """Yield every object in some JSON, outermost first, down to a few levels."""
    if deep and isinstance(found, Mapping):
        yield found
        for inner in found.values():
            yield from tables(inner, deep - 1)
    elif deep and isinstance(found, list | tuple):
        for inner in found:
            yield from tables(inner, deep - 1)


def texts_under(item: object, *parts: str) -> Iterator[str]:
    """Yield the texts in fields whose names hold one of some parts ("uri", "url"), also inside lists."""
    for table in tables(item):
        for name, found in table.items():
            if any(part in str(name).casefold() for part in parts):
                yield from (one for one in _listed(found) if isinstance(one, str) and one.strip())


def _listed(found: object) -> Iterator[object]:
    yield from found if isinstance(found, list | tuple) else (found,)
