"""Certificates of a file by alias, whatever the format of the file."""

from collections.abc import Iterable
from dataclasses import dataclass

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
    locked: tuple[tuple[str, str], ...] = ()
    hint: str = ""


def locked_file(sentence: str) -> tuple[tuple[str, str], ...]:
    """Return the ``locked`` value for a sentence about the whole file; empty for an empty sentence."""
    return (("", sentence),) if sentence else ()


def alias(text: str) -> str:
    """Return a name from inside a file, cleaned for use after ``#`` in a location."""
    return display(text, _LONGEST_ALIAS).replace("#", "%23").strip()


def merge_parts(
    found: Iterable[tuple[str, FileContents]], problems: Iterable[str] = ()
) -> tuple[tuple[str, FileContents], ...]:
    """Return the parts with equal names merged, and problems of the whole file under the empty name."""
    ders: dict[str, list[bytes]] = {}
    lists: dict[str, list[bytes]] = {}
    own_keys: set[str] = set()
    troubles: list[str] = []
    for name, contents in found:
        if contents.own_key and not ders.get(name):
            own_keys.add(name)
        ders.setdefault(name, []).extend(contents.ders)
        lists.setdefault(name, []).extend(contents.lists)
        troubles += [f"{name}: {problem}" if name else problem for problem in contents.problems]
    troubles += problems
    if len(troubles) > _MOST_PROBLEMS:
        troubles[_MOST_PROBLEMS:] = [f"and {len(troubles) - _MOST_PROBLEMS} more"]
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
