"""Read the documentation: its pages, fenced blocks, headings, links and tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from support.folders import ROOT

_FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_NOT_RUN = re.compile(r"# not run: \S.*")
_LINK = re.compile(r"\[[^\]]*\]\(<?([^)>\s]+)>?\)|^\[[^\]]+\]: (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block: its page, the line of its fence, its language and its text."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def not_run(self) -> bool:
        """Return whether its first line says that it is not run, and why."""
        return _NOT_RUN.fullmatch(self.text.partition("\n")[0]) is not None

    @property
    def commands(self) -> list[str]:
        """Return its commands without comments, those over several lines joined."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line for line in lines if line.strip() and not line.startswith("#")]

    @property
    def data(self) -> Any:
        """Return what a YAML block holds."""
        return YAML(typ="safe").load(self.text)

    def __str__(self) -> str:
        """Return where it is."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Return every page that people read."""
    return [
        *sorted(ROOT.glob("*.md")),
        *sorted(ROOT.glob("docs/**/*.md")),
        *sorted(ROOT.glob("deploy/**/*.md")),
    ]


def blocks(*languages: str) -> list[Block]:
    """Return the fenced blocks of every page, of these languages or of all."""
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, found[1], found[2])
        for page in pages()
        for text in [page.read_text("utf-8")]
        for found in _FENCE.finditer(text)
        if not languages or found[1] in languages
    ]


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return _FENCE.sub("", page.read_text("utf-8"))


def slugs(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    texts = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in _HEADING.findall(prose(page)))
    return {re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-") for text in texts}


def links(page: Path) -> Iterator[str]:
    """Yield the target of every link on a page."""
    yield from (found[1] or found[2] for found in _LINK.finditer(re.sub(r"`[^`\n]*`", "", prose(page))))


def rows(page: Path, head: str) -> list[list[str]]:
    """Return the rows, cell by cell, of every table of a page that has this head."""
    tables = re.findall(rf"^{re.escape(head)}\n\|[-:| ]+\|\n((?:\|.*\n)+)", prose(page), re.MULTILINE)
    return [
        [cell.strip() for cell in row.strip("|").split(" | ")] for one in tables for row in one.splitlines()
    ]
