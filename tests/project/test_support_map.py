"""The map of what tests share is complete."""

import re

import pytest

from support.folders import TESTS

SUPPORT = TESTS / "support"
FOLDERS = [
    one.parent.relative_to(SUPPORT).as_posix()
    for one in sorted(SUPPORT.rglob("*/__init__.py"))
    if one.parent.name != "odd"  # certificates by theme, which one sentence describes
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_module_has_its_line(folder: str) -> None:
    """Each module of a folder has one line in the map, and no line is left of one that went."""
    page = (SUPPORT / "README.md").read_text("utf-8")
    [section] = re.findall(rf"^##+ `{folder}/`.*?(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
    listed = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert listed == sorted(path.stem for path in (SUPPORT / folder).glob("*.py") if path.stem != "__init__")
