"""One JSON document of a given version and bounded size, and the values that every part of it has."""

import json
import re
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from monitor.parse import display

VERSION = 1
"""Changes only where an older peer would misunderstand; members that are new are ignored by older peers."""
LARGEST = 8 * 1024 * 1024
"""Bytes of a document. Whoever sends splits what is larger; whoever receives reads no further."""
LONGEST = 4096
"""Characters of any text from a peer."""
_LARGEST_COUNT = 2**31 - 1
_SHA256 = re.compile("[0-9a-f]{64}")
_REVISION = re.compile("[A-Za-z0-9._-]{0,128}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND, _MILLISECOND = timedelta(microseconds=1), timedelta(milliseconds=1)


class WireError(ValueError):
    """A document or a part of it is not what a peer of ours sends; the text says why."""


def write_document(members: Mapping[str, object]) -> bytes:
    """Return a document with its version, in as few bytes as JSON needs."""
    return json.dumps({"version": VERSION, **members}, separators=(",", ":")).encode()


def read_document(body: bytes, largest: int = LARGEST) -> Mapping[str, object]:
    """Return the members of a document; raise ``WireError`` for another version or anything else."""
    if len(body) > largest:
        raise WireError(f"the document has more than {largest} bytes")
    try:
        document = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise WireError("the document is no JSON") from None
    members = mapping(document)
    if members.get("version") != VERSION:
        raise WireError(f"the document has version {_shown(members.get('version'))}, not {VERSION}")
    return members


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def mapping(value: object) -> Mapping[str, object]:
    """Return an object of JSON."""
    if not isinstance(value, dict):
        raise WireError(f"an object is missing where there is {_shown(value)}")
    return value


def listed(value: object) -> tuple[object, ...]:
    """Return an array of JSON."""
    if not isinstance(value, list):
        raise WireError(f"an array is missing where there is {_shown(value)}")
    return tuple(value)


def string(value: object) -> str:
    """Return a text, cleaned of whatever is invisible."""
    if not isinstance(value, str):
        raise WireError(f"a text is missing where there is {_shown(value)}")
    return display(value, LONGEST)


def integer(value: object) -> int:
    """Return a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise WireError(f"a whole number is missing where there is {_shown(value)}")
    return value


def count(value: object) -> int:
    """Return a whole number that every database and metric can hold, and that is not negative."""
    number = integer(value)
    if not 0 <= number <= _LARGEST_COUNT:
        raise WireError(f"a number cannot be {_shown(value)}")
    return number


def boolean(value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise WireError(f"true or false is missing where there is {_shown(value)}")
    return value


def strings(value: object) -> tuple[str, ...]:
    """Return an array of texts."""
    return tuple(string(one) for one in listed(value))


def instant(value: object) -> datetime:
    """Return an instant, written as microseconds since 1970."""
    try:
        return _EPOCH + integer(value) * _MICROSECOND
    except OverflowError:
        raise WireError(f"an instant cannot be {_shown(value)}") from None


def is_convertible(at: datetime) -> bool:
    """Return whether an instant has a time zone and can be written in every other one."""
    return at.tzinfo is not None and 1 < at.year < 9999


def microseconds_since_1970(at: datetime) -> int:
    """Return an instant as ``instant`` reads it."""
    return (at - _EPOCH) // _MICROSECOND


def microseconds(value: object) -> timedelta:
    """Return a length that is not negative, written as microseconds."""
    return _length(value, _MICROSECOND)


def milliseconds(value: object) -> timedelta:
    """Return a length that is not negative, written as milliseconds."""
    return _length(value, _MILLISECOND)


def number_of_microseconds(length: timedelta) -> int:
    """Return a length as ``microseconds`` reads it."""
    return length // _MICROSECOND


def number_of_milliseconds(length: timedelta) -> int:
    """Return a length as ``milliseconds`` reads it."""
    return length // _MILLISECOND


def _length(value: object, unit: timedelta) -> timedelta:
    number = integer(value)
    try:
        length = number * unit
    except OverflowError:
        length = -unit
    if length < timedelta(0):
        raise WireError(f"a length cannot be {_shown(value)}")
    return length


def pair(value: object) -> tuple[object, object]:
    """Return an array of two."""
    parts = listed(value)
    if len(parts) != 2:
        raise WireError("an array of two has another number of members")
    return parts[0], parts[1]


def fingerprint(value: object) -> str:
    """Return a SHA-256 in lower hex."""
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise WireError(f"a SHA-256 is missing where there is {_shown(value)}")
    return value


def read_revision(value: object) -> str:
    """Return the revision of orders, which goes into a header."""
    if not isinstance(value, str) or not _REVISION.fullmatch(value):
        raise WireError(f"a revision cannot be {_shown(value)}")
    return value


def content(value: object) -> bytes:
    """Return bytes, written in Base64."""
    if not isinstance(value, str):
        raise WireError(f"Base64 is missing where there is {_shown(value)}")
    try:
        return b64decode(value, validate=True)
    except (Error, ValueError):
        raise WireError("a text is no Base64") from None


def base64(data: bytes) -> str:
    """Return bytes as ``content`` reads them."""
    return b64encode(data).decode()


def cleaned(value: object) -> object:
    """Return data of JSON with all of its texts cleaned, for readers that do not do so themselves."""
    if isinstance(value, str):
        return display(value, LONGEST)
    if isinstance(value, list):
        return [cleaned(one) for one in value]
    if isinstance(value, dict):
        return {display(name, LONGEST): cleaned(one) for name, one in value.items()}
    return value


def without_empty(members: Mapping[str, object], kept: Iterable[str] = ()) -> dict[str, object]:
    """Return the members that say something: all but empty texts and arrays, ``None`` and ``False``."""
    always = frozenset(kept)
    return {name: value for name, value in members.items() if value or name in always}


def _shown(value: object) -> str:
    # Never the contents: they may be nested as deeply as this interpreter allows.
    if isinstance(value, list | dict):
        return "an array" if isinstance(value, list) else "an object"
    return display(repr(value)[:80], 40)
