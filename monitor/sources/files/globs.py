"""Match paths against patterns with ``*``, ``?``, ``[...]`` and ``**``; text only, no file is touched.

As in a shell, a name that begins with a dot is matched only by a pattern part that begins with one: so the
hidden ``..data`` folders of Kubernetes volumes do not yield every certificate twice.
"""

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePath

States = frozenset[int]

_MAGIC = re.compile(r"[*?[]")
_FLAGS = re.IGNORECASE if os.name == "nt" else 0
_ANY_DEPTH = "**"
_CHOICE = re.compile(r"\[([!^]?)(\]?[^\]]*)\]")


def has_magic(text: str) -> bool:
    """Return whether a text is a pattern and not a plain path."""
    return _MAGIC.search(text) is not None


@dataclass(frozen=True, slots=True)
class GlobPattern:
    """A pattern: a plain folder to start from and one part for each level below it.

    Matching descends level by level with the set of parts that may come next, so that folders which cannot
    lead to a match are never listed. ``suffixes`` (lower case) restricts the files; empty allows all.
    """

    base: str
    parts: tuple[re.Pattern[str] | None, ...]
    suffixes: tuple[str, ...] = ()

    @property
    def start(self) -> States:
        """Return the states at the base."""
        return self._closed({0})

    def after(self, states: States, name: str) -> States:
        """Return the states after descending to an entry of this name; empty when nothing can match."""
        reached: set[int] = set()
        for state in states:
            if state == len(self.parts):
                continue
            part = self.parts[state]
            if part is None:
                if not name.startswith("."):
                    reached.add(state)
            elif part.fullmatch(name):
                reached.add(state + 1)
        return self._closed(reached)

    def accepts(self, states: States, name: str) -> bool:
        """Return whether a file of this name matches in these states."""
        fits = not self.suffixes or name.lower().endswith(self.suffixes)
        return fits and len(self.parts) in states

    def leads_on(self, states: States) -> bool:
        """Return whether something below a folder in these states can match."""
        return any(state < len(self.parts) for state in states)

    def _closed(self, states: set[int]) -> States:
        """Add the states that ``**`` reaches by matching no folder at all."""
        closed = set(states)
        for state in sorted(states):
            following = state
            while following < len(self.parts) and self.parts[following] is None:
                following += 1
                closed.add(following)
        return frozenset(closed)


def parse_pattern(text: str) -> GlobPattern:
    """Parse a pattern; a final ``**`` means every file below."""
    pure = PurePath(text)
    names = [name for name in pure.parts if name != pure.anchor]
    plain = next((index for index, name in enumerate(names) if has_magic(name)), len(names))
    if names and names[-1] == _ANY_DEPTH:
        names.append("*")
    base = str(PurePath(pure.anchor, *names[:plain]))
    return GlobPattern(base, tuple(_part(name) for name in names[plain:]))


def everything_below(folder: str, suffixes: tuple[str, ...]) -> GlobPattern:
    """Return the pattern for all files with certain suffixes in a folder and below."""
    return GlobPattern(folder, (None, _part("*")), suffixes)


def excluded_by(texts: Iterable[str]) -> Callable[[str], bool]:
    """Return a test for paths that any of these patterns excludes.

    A pattern that ends in ``/**`` also excludes the folder itself, so that it is never listed; here
    wildcards match hidden names too.
    """
    expressions = [_whole(PurePath(text).as_posix()) for text in texts]
    if not expressions:
        return lambda _: False
    joined = re.compile("|".join(f"(?:{one})" for one in expressions), _FLAGS)
    return lambda path: joined.fullmatch(path.replace(os.sep, "/")) is not None


def _part(name: str) -> re.Pattern[str] | None:
    if name == _ANY_DEPTH:
        return None
    hidden = "" if name.startswith(".") else r"(?!\.)"
    return re.compile(hidden + _level(name), _FLAGS)


def _whole(text: str) -> str:
    """Return the expression for a whole path; a leading ``**`` also matches the root."""
    parts = text.split("/")
    result = "/?" if parts[0] == _ANY_DEPTH else ""
    for part in parts[:-1]:
        result += "(?:[^/]+/)*" if part == _ANY_DEPTH else _level(part) + "/"
    if parts[-1] != _ANY_DEPTH:
        return result + _level(parts[-1])
    return result.removesuffix("/") + "(?:/.*)?" if result.endswith("/") else result + ".*"


def _level(part: str) -> str:
    """Return the expression for one level: its wildcards do not cross a slash (fnmatch's would)."""
    result, position = "", 0
    while position < len(part):
        character = part[position]
        choice = _CHOICE.match(part, position)
        if character == "*":
            result += "[^/]*"
        elif character == "?":
            result += "[^/]"
        elif choice:
            inner = re.sub(r"([\\\[\]^&~|])", r"\\\1", choice[2])
            result += f"[{'^' if choice[1] else ''}{inner}]"
            position = choice.end() - 1
        else:
            result += re.escape(character)
        position += 1
    return result if _compiles(result) else re.escape(part)


def _compiles(expression: str) -> bool:
    try:
        re.compile(expression)
    except re.error:  # a backward range such as [z-a]
        return False
    return True
