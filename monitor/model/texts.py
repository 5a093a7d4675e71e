"""Messages that any room uses: lists, and clauses one after the other."""

from collections.abc import Sequence

from monitor.model.message import Message, message

_MOST_LISTED = 5


@message("names", "{names}")
def all_names(*, names: tuple[str, ...]) -> None: ...


@message("names_and_more", "{names:open}, and {count} more", "{names:open}, and {count} more")
def some_names(*, names: tuple[str, ...], count: int) -> None: ...


@message("list", "{first}, {rest}")
def listed(*, first: Message, rest: Message) -> None: ...


@message("clauses", "{first}; {rest}")
def clauses(*, first: Message, rest: Message) -> None: ...


@message("more", "and {count} more", "and {count} more")
def more(*, count: int) -> None: ...


def names(several: Sequence[str], most: int = _MOST_LISTED) -> Message:
    """Return a list of names or locations, the first few of many with the number of the others."""
    shown, left = tuple(several[:most]), len(several) - most
    return some_names(names=shown, count=left) if left > 0 else all_names(names=shown)


def joined(several: Sequence[Message], most: int = _MOST_LISTED) -> Message:
    """Return clauses one after the other, the first few of many with the number of the others."""
    first, *rest = _bounded(several, most)
    return clauses(first=first, rest=joined(rest, len(rest))) if rest else first


def enumerated(several: Sequence[Message], most: int = _MOST_LISTED) -> Message:
    """Return messages that are names with remarks as a list, the first few of many."""
    first, *rest = _bounded(several, most)
    return listed(first=first, rest=enumerated(rest, len(rest))) if rest else first


def _bounded(several: Sequence[Message], most: int) -> list[Message]:
    left = len(several) - most
    return [*several[:most], *([more(count=left)] if left > 0 else [])]


@message("hint", "{problem} ({hint})")
def with_hint(*, problem: Message, hint: Message) -> None: ...


@message("located", "{location}: {problem}")
def located(*, location: str, problem: Message) -> None: ...
