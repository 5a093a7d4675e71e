"""Links and anchors of the pages lead somewhere, and the pages keep to their form and length."""

import re
import tomllib
from pathlib import Path

import pytest

from support.folders import ROOT
from support.pages import blocks, links, pages, prose, slugs

LONGEST = {"README.md": 900, "ARCHITECTURE.md": 1300}
NAMED = re.compile(r"`(monitor/[^`]*)`")
FROM_AN_INDEX = re.compile(r"pip3? install[^\n]*\bcert-expiry-monitor")
HEAVIEST = 150_000
TYPES = {".md", ".py", ".service", ".yaml", ".yml", ""}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link names a file that is there, and a heading that is in it."""
    relative = [link for link in links(page) if not re.match(r"[a-z]+:", link)]
    assert [link for link in relative if not _leads(page, *link.partition("#")[::2])] == []


def _leads(page: Path, name: str, anchor: str) -> bool:
    target = page.parent / name if name else page
    return target.exists() and (not anchor or anchor in slugs(target))


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_code_is_fenced(page: Path) -> None:
    """No block is written by indenting, where no test would find it."""
    paragraphs = prose(page).split("\n\n")
    before = ["", *paragraphs]
    loose = [
        text
        for text, above in zip(paragraphs, before, strict=False)
        if text.startswith("    ") and not re.match(r"([-*]|\d+\.) ", above)
    ]
    assert loose == []


@pytest.mark.parametrize("name", LONGEST)
def test_length(name: str) -> None:
    """A page that everybody reads stays short."""
    assert len((ROOT / name).read_text("utf-8").split()) <= LONGEST[name]


def test_layers_are_those_that_are_checked() -> None:
    """ARCHITECTURE draws the layers of the import contract."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    [layers] = [contract["layers"] for contract in contracts if contract["id"] == "layers"]
    [drawn] = [block.text for block in blocks("text") if block.page == ROOT / "ARCHITECTURE.md"]
    assert drawn.splitlines() == layers


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_exist(page: Path) -> None:
    """A page names no file or folder of the program that is not there."""
    assert [
        name for name in NAMED.findall(prose(page)) if "<" not in name and not (ROOT / name).exists()
    ] == []


def test_walk_names_few_files() -> None:
    """The walk through ARCHITECTURE names at most twelve files."""
    walk = prose(ROOT / "ARCHITECTURE.md").partition("## One target")[2].partition("\n## ")[0]
    assert 0 < len(set(NAMED.findall(walk))) <= 12


def test_pictures_are_light_and_used() -> None:
    """Each picture has less than 150 kB, and a page shows it."""
    shown = {
        (page.parent / link).resolve() for page in pages() for link in links(page) if link.endswith(".png")
    }
    pictures = set((ROOT / "docs" / "images").glob("*"))
    assert [path.name for path in pictures if path.stat().st_size > HEAVIEST] == []
    assert shown == pictures


@pytest.mark.parametrize("name", ["README.md", "docs/index.md"])
def test_every_guide_is_offered(name: str) -> None:
    """Who begins to read finds a link to each guide."""
    page = ROOT / name
    offered = {(page.parent / link.partition("#")[0]).resolve() for link in links(page)}
    assert set((ROOT / "docs" / "guides").glob("*.md")) - offered == set()


def test_every_symptom_is_listed() -> None:
    """The page that leads by symptoms begins with a link to each of them."""
    page = ROOT / "docs" / "symptoms.md"
    headings = re.findall(r"^### (.+)$", prose(page), re.MULTILINE)
    listed = {link[1:] for link in links(page) if link.startswith("#")}
    assert [
        text for text in headings if re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") not in listed
    ] == []


def test_nothing_is_installed_from_an_index() -> None:
    """No index has the package, so no page, message or file for deployment says so."""
    found = [
        path
        for room in ("docs", "deploy", "monitor", ".")
        for path in (ROOT / room).glob("*" if room == "." else "**/*")
        if path.suffix in TYPES and path.is_file() and FROM_AN_INDEX.search(path.read_text("utf-8"))
    ]
    assert found == []
