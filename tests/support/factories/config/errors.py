"""Read a wrong configuration file and return what is said about it; for the tests of config."""

from pathlib import Path

import pytest

from monitor.config import load
from monitor.errors import ConfigError

# (what is wrong, the file, each line that is said, after its file)
Rows = list[tuple[str, str, list[str]]]


def complaints(file: Path) -> list[str]:
    """Return every line that reading a file complains with."""
    with pytest.raises(ConfigError) as caught:
        load(file)
    return str(caught.value).split("\n")


def pairs(folder: Path, text: str, lines: list[str]) -> tuple[list[str], list[str]]:
    """Return the errors of a file with this text, and the expected lines with their locations filled in."""
    file = folder / "config.yaml"
    file.write_text(text, encoding="utf-8", newline="")
    expected = [f"FILE:{line}".replace("FILE", str(file)).replace("FOLDER", str(folder)) for line in lines]
    return complaints(file), expected
