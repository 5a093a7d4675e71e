"""Read the hashes that a file of locked requirements accepts for each version."""

import re
from pathlib import Path

Key = tuple[str, str]
"""Name in its normal form, and version."""

_REQUIREMENT = re.compile(
    r"^([a-z0-9-]+)(?:\[[^\]]*\])?==(\S+)((?:.*\\\n)(?:\s+--hash=sha256:\S+(?: \\)?\n?)+)", re.MULTILINE
)


def hashes(*locks: Path) -> dict[Key, tuple[str, ...]]:
    """Return the SHA-256 of all files that pip may install for a version, in order."""
    found: dict[Key, set[str]] = {}
    for lock in locks:
        for name, version, rest in _REQUIREMENT.findall(lock.read_text("utf-8")):
            found.setdefault((name, version), set()).update(re.findall(r"sha256:([0-9a-f]{64})", rest))
    return {key: tuple(sorted(values)) for key, values in found.items()}
