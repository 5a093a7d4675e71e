"""What a file of any form held: certificates under the names that the file gives them; knows no form."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.parse.contents import FileContents
from monitor.parse.display import display

_MOST_PROBLEMS = 20
_LONGEST_ALIAS = 128


@dataclass(frozen=True, slots=True)
class AliasedCertificates:
    """Hold the certificates of a file by alias, each alias once; the empty one means the file itself.

    Under an alias stands a certificate, with the chain that the file keeps for it. ``locked`` says by alias
    that no passphrase fits, although some certificates may be readable without any; ``hint`` says why nothing
    was found where that can be told.
    """

    parts: tuple[tuple[str, FileContents], ...] = ()
    locked: tuple[tuple[str, str], ...] = ()
    hint: str = ""


def sealed(sentence: str) -> tuple[tuple[str, str], ...]:
    """Return what is ``locked`` where a sentence says it of the whole file; nothing for an empty one."""
    return (("", sentence),) if sentence else ()


def alias(text: str) -> str:
    """Return a name from inside a file, fit to stand behind ``#`` in a location."""
    return display(text, _LONGEST_ALIAS).replace("#", "%23").strip()


def merged(
    found: Iterable[tuple[str, FileContents]], problems: Iterable[str] = ()
) -> tuple[tuple[str, FileContents], ...]:
    """Return the parts with equal names put together, and problems of the whole file under the empty name."""
    ders: dict[str, list[bytes]] = {}
    lists: dict[str, list[bytes]] = {}
    troubles: list[str] = []
    for name, contents in found:
        ders.setdefault(name, []).extend(contents.ders)
        lists.setdefault(name, []).extend(contents.lists)
        troubles += [f"{name}: {problem}" if name else problem for problem in contents.problems]
    troubles += problems
    if len(troubles) > _MOST_PROBLEMS:
        troubles[_MOST_PROBLEMS:] = [f"and {len(troubles) - _MOST_PROBLEMS} more"]
    if troubles:
        ders.setdefault("", [])
    return tuple(
        (name, FileContents(tuple(found), tuple(troubles) if not name else (), tuple(lists.get(name, ()))))
        for name, found in ders.items()
    )
