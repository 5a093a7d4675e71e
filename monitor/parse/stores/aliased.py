"""Certificates of a file by alias, whatever the format of the file."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.model import Message
from monitor.model.texts import located, more
from monitor.parse.contents import FileContents
from monitor.parse.display import display

_MOST_PROBLEMS = 20
_LONGEST_ALIAS = 128


@dataclass(frozen=True, slots=True)
class AliasedCertificates:
    """The certificates of a file by alias, each alias once; the empty alias is the file itself.

    Each part is a certificate with the chain that the file stores for it. ``locked`` lists, by alias, what no
    passphrase opens, although some certificates may be readable without one; ``hint`` explains, where
    possible, why nothing was found.
    """

    parts: tuple[tuple[str, FileContents], ...] = ()
    locked: tuple[tuple[str, Message], ...] = ()
    hint: Message | None = None


def locked_file(message: Message | None) -> tuple[tuple[str, Message], ...]:
    """Return the ``locked`` value for a message about the whole file, if there is one."""
    return () if message is None else (("", message),)


def alias(text: str) -> str:
    """Return a name from inside a file, cleaned for use after ``#`` in a location."""
    return display(text, _LONGEST_ALIAS).replace("#", "%23").strip()


def merge_parts(
    found: Iterable[tuple[str, FileContents]], problems: Iterable[Message] = ()
) -> tuple[tuple[str, FileContents], ...]:
    """Return the parts with equal names merged, and problems of the whole file under the empty name."""
    ders: dict[str, list[bytes]] = {}
    lists: dict[str, list[bytes]] = {}
    own_keys: set[str] = set()
    troubles: list[Message] = []
    for name, contents in found:
        if contents.own_key and not ders.get(name):
            own_keys.add(name)
        ders.setdefault(name, []).extend(contents.ders)
        lists.setdefault(name, []).extend(contents.lists)
        troubles += [
            located(location=name, problem=problem) if name else problem for problem in contents.problems
        ]
    troubles += problems
    if len(troubles) > _MOST_PROBLEMS:
        troubles[_MOST_PROBLEMS:] = [more(count=len(troubles) - _MOST_PROBLEMS)]
    if troubles:
        ders.setdefault("", [])
    return tuple(
        (
            name,
            FileContents(
                tuple(found),
                () if name else tuple(troubles),
                tuple(lists.get(name, ())),
                own_key=name in own_keys,
            ),
        )
        for name, found in ders.items()
    )
