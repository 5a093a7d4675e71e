"""Find where a serialised Java object ends (Java Object Serialization Specification, section 6.4).

A secret key in a JCEKS store is such an object, and nothing else says how long it is. Nothing of it is kept,
and no class is known here: it must not make anything of what it reads.
"""

from collections.abc import Iterator
from typing import NamedTuple

_HEADER = b"\xac\xed\x00\x05"
_DEEPEST = 40
_FIRST_HANDLE = 0x7E0000
_SIZES = {"B": 1, "C": 2, "D": 8, "F": 4, "I": 4, "J": 8, "S": 2, "Z": 1}
_WRITES, _SERIALIZABLE, _EXTERNALIZABLE, _IN_BLOCKS = 1, 2, 4, 8
_END = 0x78
# What has a length before it, by the octets of that length: block data, and texts (which get a handle).
_BLOCKS = {0x77: 1, 0x7A: 4}
_TEXTS = {0x74: 2, 0x7C: 8}
# What is always as long: nothing, a reference, the end of block data.
_BARE = {0x70: 0, 0x71: 4, _END: 0}


class JavaObjectError(ValueError):
    """The bytes are no serialised object that we can follow."""


class _Class(NamedTuple):
    """Hold what has to be known of a class to pass over its objects; ``fields`` are type codes."""

    name: bytes
    flags: int
    fields: str
    above: "_Class | None"
    height: int

    def lineage(self) -> "Iterator[_Class]":
        """Iterate from the topmost class to this one, the order that objects are written in."""
        if self.above is not None:
            yield from self.above.lineage()
        yield self


def end_of(data: bytes, start: int) -> int:
    """Return the position after the one object that a stream starting at ``start`` holds.

    Raises ``JavaObjectError``. Work is linear in the length of the object.
    """
    if data[start : start + 4] != _HEADER:
        raise JavaObjectError("no serialised object begins here")
    reader = _Reader(data, start + 4)
    reader.content(0)
    return reader.position


class _Reader:
    def __init__(self, data: bytes, position: int) -> None:
        self.position = position
        self._data = data
        self._handles: list[_Class | None] = []

    def content(self, depth: int) -> int:
        """Pass over one content and return its type code."""
        if depth > _DEEPEST:
            raise JavaObjectError("a serialised object is nested too deeply")
        code = self._number(1)
        if code in _BLOCKS:
            self._skip(self._number(_BLOCKS[code]))
        elif code in _TEXTS:
            self._handles.append(None)
            self._skip(self._number(_TEXTS[code]))
        elif code in _BARE:
            self._skip(_BARE[code])
        else:
            self._compound(code, depth)
        return code

    def _compound(self, code: int, depth: int) -> None:
        match code:
            case 0x72:
                self.position -= 1
                self._class(depth)
            case 0x73:
                self._object(depth)
            case 0x75:
                self._array(depth)
            case 0x76:
                self._class(depth)
                self._handles.append(None)
            case 0x7E:  # a constant of an enumeration: its class, its name
                self._class(depth)
                self._handles.append(None)
                self.content(depth + 1)
            case _:
                raise JavaObjectError("a serialised object is damaged")

    def _number(self, size: int) -> int:
        start = self.position
        self._skip(size)
        return int.from_bytes(self._data[start : self.position], "big")

    def _skip(self, count: int) -> None:
        self.position += count
        if self.position > len(self._data):
            raise JavaObjectError("a serialised object ends too early")

    def _text(self) -> bytes:
        count = self._number(2)
        self._skip(count)
        return self._data[self.position - count : self.position]

    def _class(self, depth: int) -> _Class | None:
        """Read the description of a class: new, known by its handle, or none."""
        if depth > _DEEPEST:
            raise JavaObjectError("a serialised object is nested too deeply")
        code = self._number(1)
        if code == 0x70:
            return None
        if code == 0x71:
            index = self._number(4) - _FIRST_HANDLE
            if not 0 <= index < len(self._handles):
                raise JavaObjectError("a serialised object refers to nothing")
            return self._handles[index]
        if code != 0x72:
            raise JavaObjectError("a serialised object is of a class that cannot be followed")
        name = self._text()
        self._skip(8)
        index = len(self._handles)
        self._handles.append(None)
        flags = self._number(1)
        fields = "".join(self._field(depth) for _ in range(self._number(2)))
        self._annotation(depth)
        above = self._class(depth + 1)
        height = above.height + 1 if above else 0
        if height > _DEEPEST:
            raise JavaObjectError("a serialised object has too many classes above its own")
        made = _Class(name, flags, fields, above, height)
        self._handles[index] = made
        return made

    def _field(self, depth: int) -> str:
        kind = chr(self._number(1))
        self._text()
        if kind in "L[":
            self.content(depth + 1)
        return kind

    def _annotation(self, depth: int) -> None:
        while self.content(depth + 1) != _END:
            pass

    def _object(self, depth: int) -> None:
        kind = self._class(depth)
        self._handles.append(None)
        for one in kind.lineage() if kind else ():
            if one.flags & _SERIALIZABLE:
                for field in one.fields:
                    self._value(field, depth)
                if one.flags & _WRITES:
                    self._annotation(depth)
            elif one.flags & _EXTERNALIZABLE and one.flags & _IN_BLOCKS:
                self._annotation(depth)
            else:
                raise JavaObjectError("a serialised object is of a class that cannot be followed")

    def _array(self, depth: int) -> None:
        kind = self._class(depth)
        self._handles.append(None)
        count = self._number(4)
        element = chr(kind.name[1]) if kind and len(kind.name) > 1 else ""
        if element in _SIZES:
            self._skip(count * _SIZES[element])
            return
        for _ in range(count):
            self._value(element, depth)

    def _value(self, kind: str, depth: int) -> None:
        if kind in _SIZES:
            self._skip(_SIZES[kind])
        elif kind and kind in "L[":
            self.content(depth + 1)
        else:
            raise JavaObjectError("a serialised object is damaged")
