"""How a target is typed: as a line of standard input, or as a URL that names an address and a protocol."""

import io
import sys
from collections.abc import Iterator, Sequence

from monitor.errors import UsageError

STANDARD_INPUT = "-"
_SYNONYMS = {"postgresql": "postgres", "wss": "https"}
"""Schemes of URLs that are not the name of a protocol, but in use for one."""


def typed_targets(texts: Sequence[str]) -> list[str]:
    """Return the targets in their order, each once; ``-`` stands for the lines of standard input.

    Raises ``UsageError`` when these name no target.
    """
    found: dict[str, None] = {}
    for text in dict.fromkeys(texts):
        found |= dict.fromkeys(_of_standard_input() if text == STANDARD_INPUT else [text])
    return list(found)


def _of_standard_input() -> list[str]:
    found = list(_lines())
    if not found:
        raise UsageError("check: standard input names no target")
    return found


def _lines() -> Iterator[str]:
    """Iterate over the lines of standard input, without empty ones and comments (``#``)."""
    stream = sys.stdin
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="surrogateescape")  # names of files are bytes
    for line in stream or ():
        text = line.removeprefix("\ufeff").strip()  # some editors begin a file with a byte order mark
        if text and not text.startswith("#"):
            yield text


def address_and_protocol(text: str) -> tuple[str, str]:
    """Return the address and the protocol of ``host:port``, where it is empty, or of a URL.

    What follows the host and port of a URL is left out. Raises ``UsageError`` for one with a login.
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        return text, ""
    address = rest
    for end in "/?#":
        address = address.partition(end)[0]
    if "@" in address:
        # The text is not repeated: it may contain a password.
        raise UsageError("check: a target must not contain a login (user@host); leave out what is before @")
    protocol = scheme.lower()
    return address, _SYNONYMS.get(protocol, protocol)
