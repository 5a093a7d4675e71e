"""What a notification says, as JSON that reads back equal: it is stored when decided and worded when sent.

Fields are written by name and left out at their defaults. Reading follows the declared types of the fields
and ignores names that it does not know, so that a field may be added.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeAlias, get_args, get_origin, get_type_hints

from monitor.alerts.decision import Inventory, NotificationItem
from monitor.alerts.digest import Digest, Heartbeat
from monitor.model import Message
from monitor.model.message_json import from_json as message_from_json
from monitor.model.message_json import to_json as message_to_json

Content: TypeAlias = tuple[NotificationItem, ...] | Inventory | Digest | Heartbeat
"""What one notification says: the items of a notice, the inventory, a digest, or a heartbeat."""

_Whole: TypeAlias = Inventory | Digest | Heartbeat
_WHOLE: Mapping[str, type[_Whole]] = {"inventory": Inventory, "digest": Digest, "heartbeat": Heartbeat}


class UnreadablePayloadError(ValueError):
    """A stored payload is not one that this version can read; the text says why."""


def to_json(content: Content, remarks: tuple[Message, ...] = ()) -> str:
    """Return the content of a notification as JSON, with the remarks on the notification."""
    name = next((name for name, kind in _WHOLE.items() if isinstance(content, kind)), "items")
    said = {"remarks": _written(remarks)} if remarks else {}
    return json.dumps({name: _written(content), **said}, separators=(",", ":"))


def from_json(payload: str) -> Content:
    """Return the content of a payload; raise ``UnreadablePayloadError`` for what ``to_json`` never wrote."""
    try:
        document = json.loads(payload)
        for name, kind in _WHOLE.items():
            if name in document:
                whole: _Whole = _read(kind, document[name])
                return whole
        return tuple(_read(NotificationItem, one) for one in document["items"])
    except (ValueError, TypeError, KeyError) as error:
        raise UnreadablePayloadError(f"{type(error).__name__}: {error}") from None


def remarks_in(payload: str) -> tuple[Message, ...]:
    """Return the remarks on the notification with this payload; raise ``UnreadablePayloadError``."""
    try:
        return tuple(map(message_from_json, json.loads(payload).get("remarks", ())))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnreadablePayloadError(f"{type(error).__name__}: {error}") from None


def _written(value: Any) -> object:
    """Return a value as json can dump it; raise ``TypeError`` for a type that cannot be read back."""
    if isinstance(value, Message):
        return message_to_json(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    if value is None or isinstance(value, str | int):
        return value
    given = ((field, getattr(value, field.name)) for field in fields(value))
    return {field.name: _written(one) for field, one in given if one != _default(field)}


def _default(field: "Field[Any]") -> object:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _read(kind: Any, value: Any) -> Any:
    if kind in _PLAIN:
        return _PLAIN[kind](value)
    if get_origin(kind) is tuple:
        return _read_tuple(get_args(kind), value)
    if isinstance(kind, UnionType):
        (present,) = (one for one in get_args(kind) if one is not NoneType)
        return None if value is None else _read(present, value)
    if is_dataclass(kind):
        return _read_fields(kind, value)
    if issubclass(kind, Enum):
        return kind(value)
    raise TypeError(f"no payload has a value of {kind!r}")


def _read_tuple(kinds: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    if kinds[-1] is Ellipsis:
        return tuple(_read(kinds[0], one) for one in value)
    return tuple(_read(kind, one) for kind, one in zip(kinds, value, strict=True))


def _read_fields(kind: Any, value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r} is not an object")
    return kind(**{name: _read(hint, value[name]) for name, hint in _hints(kind).items() if name in value})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _instance(kind: type) -> Callable[[object], object]:
    def checked(value: object) -> object:
        if type(value) is not kind:
            raise TypeError(f"{value!r} is not of the type {kind.__name__}")
        return value

    return checked


_PLAIN: Mapping[Any, Callable[[Any], object]] = {
    str: _instance(str),
    int: _instance(int),
    bool: _instance(bool),
    datetime: datetime.fromisoformat,
    Message: message_from_json,
}
