"""Decisions are numbered records, and their index has each of them by its title."""

import re
from pathlib import Path

import pytest

from support.folders import ROOT

FOLDER = ROOT / "docs" / "decisions"
RECORDS = sorted(FOLDER.glob("0*.md"))
INDEX = (FOLDER / "index.md").read_text("utf-8")


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_title(record: Path) -> None:
    """The title begins with the number that other pages name, and the index has the rest of it."""
    first = record.read_text("utf-8").splitlines()[0]
    number, title = first.removeprefix("# ").split(". ", 1)
    assert int(number) == int(record.name[:4])
    assert f"- [{title}]({record.name})" in INDEX.splitlines()


def test_index_names_each_once() -> None:
    """No line is left of a record that went, and none is there twice."""
    assert sorted(re.findall(r"^- \[.+\]\((.+)\)$", INDEX, re.MULTILINE)) == [one.name for one in RECORDS]
