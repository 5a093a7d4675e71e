"""Format distinguished names for people (RFC 4514), whatever string types encode them.

It must not compare names: path finding does.
"""

from functools import lru_cache

from monitor.parse.der import (
    OBJECT_IDENTIFIER,
    SEQUENCE,
    SET,
    DerError,
    child_list,
    children,
    dotted,
    element,
    expect,
)
from monitor.parse.display import display

_SHORT = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "T",
    "2.5.4.42": "G",
    "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "E",
}
_ENCODINGS = {
    0x0C: "utf-8",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}
_TEXT_TAGS = frozenset({0x0C, 0x12, 0x13, 0x14, 0x15, 0x16, 0x19, 0x1A, 0x1B, 0x1C, 0x1E})
_LONGEST_REMEMBERED = 1024
_SPECIAL = frozenset('"+,;<>\\')


def format_name(encoded: bytes) -> tuple[str, str, str]:
    """Return the whole name, its common name and a description of what could not be read.

    The most specific part comes first, as Windows and RFC 4514 write it.
    """
    return _remembered(encoded) if len(encoded) <= _LONGEST_REMEMBERED else _read(encoded)


@lru_cache(maxsize=1024)
def _remembered(encoded: bytes) -> tuple[str, str, str]:
    """Few issuers sign many certificates: the cache saves time and lets equal names share memory."""
    return _read(encoded)


def _read(encoded: bytes) -> tuple[str, str, str]:
    parts: list[str] = []
    common = ""
    try:
        for relative in children(expect(element(encoded), SEQUENCE)):
            values = [_attribute(pair.encoded) for pair in children(expect(relative, SET))]
            parts.append("+".join(f"{kind}={_escaped(value)}" for kind, value in values))
            common = next((value for kind, value in values if kind == "CN"), common)
    except DerError as error:
        return _joined(parts), display(common), str(error)
    return _joined(parts), display(common), ""


def _joined(parts: list[str]) -> str:
    return display(", ".join(reversed(parts)))


def _attribute(encoded: bytes) -> tuple[str, str]:
    kind, value = child_list(expect(element(encoded), SEQUENCE), 2)[:2]
    oid = dotted(expect(kind, OBJECT_IDENTIFIER).content)
    return _SHORT.get(oid, oid), _text(value.tag, value.content)


def _text(tag: int, content: bytes) -> str:
    if tag not in _TEXT_TAGS:
        return "#" + content[:64].hex()
    try:
        return content.decode(_ENCODINGS.get(tag, "utf-8"))
    except UnicodeDecodeError:
        # Old tools put Latin-1 into every string type, mostly TeletexString.
        return content.decode("latin-1")


def _escaped(value: str) -> str:
    if _SPECIAL.isdisjoint(value):
        return value
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in value)
