"""Add, replace and remove users in the text of a web configuration file; all other lines stay as they are."""

import json
import re
from collections.abc import Sequence

_SECTION = "basic_auth_users"
_HEAD = re.compile(rf"{_SECTION}[ ]*:[ ]*(#.*)?")
_FLOW = re.compile(rf"{_SECTION}[ ]*:[ ]*[^ #].*")


class UnreadableSectionError(ValueError):
    """The section is written in a form that is not changed here."""


def with_user(text: str, name: str, hashed: str) -> str:
    """Return a file's text with a user; raise ``UnreadableSectionError``."""
    lines = text.splitlines()
    entry = f"  {_key(name)}: '{hashed}'"
    begin, end = _section(lines)
    if begin < 0:
        blank = [""] if lines and lines[-1].strip() else []
        return _joined([*lines, *blank, f"{_SECTION}:", entry])
    found = _entry(lines, begin, end, name)
    if found >= 0:
        indent = lines[found][: len(lines[found]) - len(lines[found].lstrip())]
        lines[found] = indent + entry.lstrip()
        return _joined(lines)
    indent = _indent(lines, begin, end)
    lines.insert(_last(lines, begin, end) + 1, indent + entry.lstrip())
    lines[begin] = _opened(lines[begin])
    return _joined(lines)


def without_user(text: str, name: str) -> str:
    """Return a file's text without a user; raise ``UnreadableSectionError``, or ``KeyError`` for no user."""
    lines = text.splitlines()
    begin, end = _section(lines)
    found = _entry(lines, begin, end, name) if begin >= 0 else -1
    if found < 0:
        raise KeyError(name)
    del lines[found]
    if not any(_is_entry(line) for line in lines[begin + 1 : end - 1]):
        lines[begin] = f"{_SECTION}: {{}}"
    return _joined(lines)


def _key(name: str) -> str:
    """Return a name as a key of YAML, quoted unless it is plain text for certain."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9._-]*", name)
    return name if plain and name.lower() not in ("true", "false", "null") else json.dumps(name)


def _section(lines: Sequence[str]) -> tuple[int, int]:
    """Return where the section begins and the line after its end, -1 where there is none."""
    for begin, line in enumerate(lines):
        if re.fullmatch(rf"{_SECTION}[ ]*:[ ]*(\{{[ ]*\}}|null|~)[ ]*(#.*)?", line):
            return begin, begin + 1
        if _FLOW.fullmatch(line):
            raise UnreadableSectionError(
                f"line {begin + 1}: write {_SECTION} with one user on each line below it"
            )
        if _HEAD.fullmatch(line):
            rest = range(begin + 1, len(lines))
            outside = (n for n in rest if lines[n].strip() and lines[n][:1] not in " #")
            return begin, next(outside, len(lines))
    return -1, -1


def _opened(line: str) -> str:
    return line if _HEAD.fullmatch(line) else f"{_SECTION}:"


def _is_entry(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _entry(lines: Sequence[str], begin: int, end: int, name: str) -> int:
    # A name may be written plain or in either kind of quotes.
    spellings = (
        name,
        json.dumps(name),
        json.dumps(name, ensure_ascii=False),
        "'" + name.replace("'", "''") + "'",
    )
    for number in range(begin + 1, end):
        stripped = lines[number].lstrip()
        if any(re.match(rf"{re.escape(one)}[ ]*:([ ]|$)", stripped) for one in spellings):
            return number
    return -1


def _indent(lines: Sequence[str], begin: int, end: int) -> str:
    first = next((line for line in lines[begin + 1 : end] if _is_entry(line)), "  x")
    return first[: len(first) - len(first.lstrip())]


def _last(lines: Sequence[str], begin: int, end: int) -> int:
    return max((n for n in range(begin + 1, end) if _is_entry(lines[n])), default=begin)


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
