"""Check a value against a JSON Schema 2020-12, as far as our schemas use it; for the tests of schemas."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
_ANNOTATIONS = frozenset(
    {"$schema", "$id", "$defs", "title", "description", "default", "examples", "discriminator"}
)


def wrong(value: Any, schema: Schema, root: Schema) -> list[str]:
    """Return each keyword of a schema that a value fails, with where; raise for an unknown keyword."""
    return [*_wrong(value, schema, root, "$")]


def _wrong(value: Any, schema: Schema, root: Schema, where: str) -> Iterator[str]:
    for keyword, wanted in schema.items():
        if keyword in _ANNOTATIONS:
            continue
        if keyword in _INSIDE:
            yield from _INSIDE[keyword](value, schema, root, where)
        elif not _SIMPLE[keyword](value, wanted):
            yield f"{where}: {keyword}"


def _properties(value: Any, schema: Schema, root: Schema, where: str) -> Iterator[str]:
    for name, inner in schema["properties"].items() if isinstance(value, dict) else ():
        if name in value:
            yield from _wrong(value[name], inner, root, f"{where}.{name}")


def _additional(value: Any, schema: Schema, root: Schema, where: str) -> Iterator[str]:
    others = value.keys() - schema.get("properties", {}).keys() if isinstance(value, dict) else ()
    for name in others:
        inner = schema["additionalProperties"]
        if isinstance(inner, bool):
            yield from () if inner else (f"{where}.{name}: additionalProperties",)
        else:
            yield from _wrong(value[name], inner, root, f"{where}.{name}")


def _names(value: Any, schema: Schema, root: Schema, where: str) -> Iterator[str]:
    for name in value if isinstance(value, dict) else ():
        yield from _wrong(name, schema["propertyNames"], root, f"{where}.{name}")


def _items(value: Any, schema: Schema, root: Schema, where: str) -> Iterator[str]:
    for index, item in enumerate(value if isinstance(value, list) else ()):
        yield from _wrong(item, schema["items"], root, f"{where}[{index}]")


def _reference(value: Any, schema: Schema, root: Schema, where: str) -> Iterator[str]:
    yield from _wrong(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, where)


def _any(value: Any, schema: Schema, root: Schema, where: str) -> Iterator[str]:
    if all(wrong(value, one, root) for one in schema["anyOf"]):
        yield f"{where}: anyOf"


def _one(value: Any, schema: Schema, root: Schema, where: str) -> Iterator[str]:
    if sum(not wrong(value, one, root) for one in schema["oneOf"]) != 1:
        yield f"{where}: oneOf"


_INSIDE: dict[str, Callable[[Any, Schema, Schema, str], Iterator[str]]] = {
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": _items,
    "$ref": _reference,
    "anyOf": _any,
    "oneOf": _one,
}
_NUMBER, _TEXT, _LIST, _OBJECT = (_TYPES[name] for name in ("number", "string", "array", "object"))
_SIMPLE: dict[str, Callable[[Any, Any], bool]] = {
    "type": lambda value, wanted: _TYPES[wanted](value),
    "enum": lambda value, wanted: value in wanted,
    "const": lambda value, wanted: bool(value == wanted),
    "pattern": lambda value, wanted: not _TEXT(value) or bool(re.search(wanted, value)),
    "minLength": lambda value, wanted: not _TEXT(value) or len(value) >= wanted,
    "maxLength": lambda value, wanted: not _TEXT(value) or len(value) <= wanted,
    "minimum": lambda value, wanted: not _NUMBER(value) or bool(value >= wanted),
    "maximum": lambda value, wanted: not _NUMBER(value) or bool(value <= wanted),
    "exclusiveMinimum": lambda value, wanted: not _NUMBER(value) or bool(value > wanted),
    "minItems": lambda value, wanted: not _LIST(value) or len(value) >= wanted,
    "maxItems": lambda value, wanted: not _LIST(value) or len(value) <= wanted,
    "uniqueItems": lambda value, _: not _LIST(value) or len({*map(repr, value)}) == len(value),
    "minProperties": lambda value, wanted: not _OBJECT(value) or len(value) >= wanted,
    "required": lambda value, wanted: not _OBJECT(value) or value.keys() >= set(wanted),
}
