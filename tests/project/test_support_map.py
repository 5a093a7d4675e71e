"""The map of what tests share is complete."""

import re

import pytest

from support.folders import TESTS

SUPPORT = TESTS / "support"


@pytest.mark.parametrize("folder", ["pki", "servers", "factories", "campaigns"])
def test_each_module_has_its_line(folder: str) -> None:
    """Each module of a folder has one line in the map, and no line is left of one that went."""
    page = (SUPPORT / "README.md").read_text("utf-8")
    _, _, section = page.partition(f"## `{folder}/`")
    listed = re.findall(r"^\| `(\w+)` \|", section.partition("\n## ")[0], re.MULTILINE)
    assert listed == sorted(path.stem for path in (SUPPORT / folder).glob("*.py") if path.stem != "__init__")
