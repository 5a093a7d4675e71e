"""Some sections of a large file, read without parsing the others."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from monitor.documents.files import parsed, text_of

_AT_LEFT = re.compile(r"^[^ \t\r\n#].*$", re.MULTILINE)
_KEY = re.compile(r"[A-Za-z_]+(?=:(?:\s|$))")
_OF_THE_KEY_ABOVE = ("-", "]", "}")
"""How a line at the left may begin that belongs to the section above: a list needs no indentation."""


def read_sections(file: Path, names: Collection[str]) -> dict[str, Any] | None:
    """Return the values of those of some keys that a file has.

    ``None`` where only the whole file can tell: in any form but keys at the left, each of them once, and
    where a section has a mistake or refers to another. Raises ``ConfigError`` when it cannot be read.
    """
    text = text_of(file)
    starts = list(_starts(text))
    keys = [key for key, _ in starts]
    if None in keys or len(set(keys)) < len(keys):
        return None
    ends = [at for _, at in starts[1:]] + [len(text)]
    found = ((key, text[at:end]) for (key, at), end in zip(starts, ends, strict=True) if key in names)
    return parsed(file, "".join(part if part.endswith("\n") else f"{part}\n" for _, part in found))


def _starts(text: str) -> Iterator[tuple[str | None, int]]:
    """Iterate over the unindented keys and their offsets, with ``None`` for a line that is no key."""
    for line in _AT_LEFT.finditer(text):
        if line[0].startswith("---"):
            if line[0].strip() != "---":
                yield None, line.start()
        elif not line[0].startswith(_OF_THE_KEY_ABOVE):
            key = _KEY.match(line[0])
            yield key and key[0], line.start()
