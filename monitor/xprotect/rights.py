"""Read what a site says about the rights of a login: security namespaces and effective permissions.

Their fields are those of the vendor's published sample SecurityPermission; unknown forms give ``None``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.xprotect import fields

READ = "GENERIC_READ"
_MOST_DIGITS = 20


@dataclass(frozen=True, slots=True)
class EffectivePermissions:
    """The rights of a login in one namespace: the number of objects, and of those that it cannot read."""

    administrator: bool
    objects: int
    unreadable: int


def namespace(namespaces: Sequence[object], name: str) -> object | None:
    """Return the security namespace with a name, whatever the spelling; ``None`` if there is none."""
    return next((one for one in namespaces if _key(name) in set(_keys(one))), None)


def read_mask(item: object) -> int | None:
    """Return the bit of Read in the masks of a namespace, ``None`` if it has no such action."""
    actions = fields.value(item, "securityActions")
    for action in actions if isinstance(actions, list) else ():
        if fields.text(action, "name") == READ:
            return _mask(fields.value(action, "securityMask"))
    return None


def effective_permissions(item: object, read: int | None) -> EffectivePermissions | None:
    """Return the rights in an answer; ``None`` for another form, or if the bit of Read is not known."""
    if fields.flag(item, "isAdministrator"):
        return EffectivePermissions(administrator=True, objects=0, unreadable=0)
    objects = fields.value(item, "objectPermissions")
    if read is None or not isinstance(item, Mapping) or not isinstance(objects, list):
        return None
    masks = [_mask(fields.value(one, "mask")) for one in objects]
    if None in masks:
        return None
    unreadable = sum(not (mask or 0) & read for mask in masks)
    return EffectivePermissions(administrator=False, objects=len(masks), unreadable=unreadable)


def _keys(item: object) -> Iterator[str]:
    for name in ("displayName", "name", "resourceType"):
        yield _key(fields.text(item, name))


def _key(name: str) -> str:
    """Return a name in the form in which "Recording Servers" equals "recordingServer"."""
    return "".join(filter(str.isalnum, name.casefold())).removesuffix("s")


def _mask(found: object) -> int | None:
    """Return a mask of up to 64 bits, a number or its digits."""
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) <= _MOST_DIGITS:
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None
