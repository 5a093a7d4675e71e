"""The choices of each filter of a list, with how many rows each would keep."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.messages import Writer
from monitor.parse import display
from monitor.web import list_texts as texts
from monitor.web.pages.lists.kind import ListKind
from monitor.web.queries.lists.listing import ALL, Facet, Selection

_MOST = 100
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter; ``said`` is what people read."""

    value: str
    said: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """One filter; ``every`` is the value of the choice that filters nothing, ``several`` are chosen now."""

    name: str
    title: str
    every: str
    several: bool
    choices: tuple[Choice, ...]


def choices(
    kind: ListKind[Any], counts: Mapping[str, Mapping[str, int]], selection: Selection, writer: Writer
) -> tuple[Choices, ...]:
    """Return the filters that have anything to choose from, with the most frequent values of each."""
    found = (_of(facet, kind, counts[facet.name], selection, writer) for facet in kind.listing.facets)
    return tuple(one for one in found if one.choices)


def _of(
    facet: Facet[Any], kind: ListKind[Any], counts: Mapping[str, int], selection: Selection, writer: Writer
) -> Choices:
    chosen = selection.chosen.get(facet.name) or ((facet.default,) if facet.default else ())
    words = kind.labels.get(facet.name, {})
    shown = dict(_shown(counts, chosen))
    return Choices(
        name=facet.name,
        title=writer.write(texts.FACETS[facet.name]),
        every=ALL if facet.default else "",
        several=len(chosen) > 1,
        choices=tuple(
            Choice(value, _said(value, words, writer), count, value in chosen)
            for value, count in shown.items()
        ),
    )


def _shown(counts: Mapping[str, int], chosen: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    yield from [(value, count) for value, count in counts.items() if count][:_MOST]
    for value in chosen:
        if value != ALL and not counts.get(value):
            yield value, 0


def _said(value: str, words: Mapping[str, Any], writer: Writer) -> str:
    return display(writer.write(words[value]) if value in words else value, _LONGEST)
