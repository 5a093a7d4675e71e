"""Write the calls of the Windows Remote Registry Protocol that read, and read their answers; no I/O.

MS-RRP, https://learn.microsoft.com/openspecs/windows_protocols/ms-rrp; types as in MS-DTYP and NDR (C706,
chapter 14). Only calls that read are here: nothing can be changed with them.
"""

import struct
import uuid
from typing import NewType

WINREG = uuid.UUID("338cd001-2244-31f1-aaaa-900038001003")
VERSION = 1

OPEN_LOCAL_MACHINE, CLOSE_KEY, ENUM_KEY, OPEN_KEY, QUERY_VALUE = 2, 5, 9, 15, 17

READ = 0x00020019  # KEY_READ
NOT_FOUND, DENIED, MORE_DATA, NO_MORE = 2, 5, 234, 259  # winerror.h

Handle = NewType("Handle", bytes)

_LONGEST_NAME = 512  # characters; a key's name has at most 255
_POINTER = 0x00020000


class RegistryError(Exception):
    """A call ended with an error number of Windows."""

    def __init__(self, number: int) -> None:
        """Keep the number, as in winerror.h."""
        super().__init__(f"Windows error {number}")
        self.number = number


class AnswerError(ValueError):
    """An answer is too short for what it should hold."""


def open_local_machine() -> bytes:
    """Return the arguments that ask for HKEY_LOCAL_MACHINE (section 3.1.5.3)."""
    return struct.pack("<II", 0, READ)


def open_key(parent: Handle, path: str) -> bytes:
    """Return the arguments that ask for a key below another (section 3.1.5.15)."""
    return parent + _string(path) + struct.pack("<II", 0, READ)


def close_key(handle: Handle) -> bytes:
    """Return the arguments that give a key back (section 3.1.5.6)."""
    return bytes(handle)


def enum_key(handle: Handle, index: int) -> bytes:
    """Return the arguments that ask for the name of a key's n-th child (section 3.1.5.10)."""
    name = struct.pack("<HHIIII", 0, 2 * _LONGEST_NAME, _POINTER, _LONGEST_NAME, 0, 0)
    kind = struct.pack("<IHHI", _POINTER, 0, 0, 0)
    return handle + struct.pack("<I", index) + name + kind + struct.pack("<IQ", _POINTER, 0)


def query_value(handle: Handle, name: str, room: int) -> bytes:
    """Return the arguments that ask for a value of at most ``room`` octets (section 3.1.5.17)."""
    wanted = struct.pack("<II", _POINTER, 0)
    data = struct.pack("<IIII", _POINTER, room, 0, 0)
    return handle + _string(name) + wanted + data + struct.pack("<IIII", _POINTER, room, _POINTER, 0)


def opened(answer: bytes) -> Handle:
    """Return the key that was opened; raise ``RegistryError``, ``AnswerError``."""
    _succeeded(answer, 24)
    return Handle(answer[:20])


def named(answer: bytes) -> str | None:
    """Return the child's name, ``None`` when there is no further one; raise as ``opened``."""
    if _result(answer) == NO_MORE:
        return None
    _succeeded(answer, 24)
    pointer, _, _, count = struct.unpack_from("<IIII", answer, 4)
    if not pointer or count > _LONGEST_NAME:
        raise AnswerError("a name is missing, or longer than was asked for")
    text = answer[20 : 20 + 2 * count]
    if len(text) < 2 * count:
        raise AnswerError("a name is cut off")
    return text.decode("utf-16-le", "replace").rstrip("\0")


def valued(answer: bytes) -> bytes:
    """Return the value's octets; raise as ``opened``."""
    _succeeded(answer, 28)
    kind, _, pointer, _, _, count = struct.unpack_from("<6I", answer)
    data = answer[24 : 24 + count]
    if not kind or not pointer or len(data) < count:
        raise AnswerError("a value is cut off")
    return data


def _result(answer: bytes) -> int:
    if len(answer) < 4:
        raise AnswerError("an answer is cut off")
    (number,) = struct.unpack_from("<I", answer, len(answer) - 4)
    return int(number)


def _succeeded(answer: bytes, shortest: int) -> None:
    if number := _result(answer):
        raise RegistryError(number)
    if len(answer) < shortest:
        raise AnswerError("an answer is cut off")


def _string(text: str) -> bytes:
    """Return an RPC_UNICODE_STRING with its end mark (MS-DTYP section 2.3.10), padded to four octets."""
    octets = (text + "\0").encode("utf-16-le")
    head = struct.pack("<HHIIII", len(octets), len(octets), _POINTER, len(octets) // 2, 0, len(octets) // 2)
    return head + octets + b"\0" * (-len(octets) % 4)
