"""Our verdicts on odd chains agree with those of OpenSSL and curl, or the documentation says why not."""

import asyncio
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.folders import ROOT
from support.pages import rows
from support.pki.odd import odd_cases
from support.servers.tls.odd import Verdicts, verdicts

PAGE = ROOT / "docs" / "verdicts.md"
HEAD = "| case | cert-monitor | openssl verify | curl | Go | why |"


def version(program: str, *option: str) -> str:
    """Return the version of a program, empty when it is missing."""
    if not shutil.which(program):
        return ""
    said = subprocess.run([program, *option], capture_output=True, text=True, check=True).stdout
    return said.split()[1]


COMPARED = version("openssl", "version").startswith("3.0.") and version("curl", "--version").startswith(
    "7.88."
)
pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        not COMPARED, reason="the table is of OpenSSL 3.0 and curl 7.88 (Debian 12: openssl, curl)"
    ),
]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdicts]:
    """Return what the three make of every case."""
    return asyncio.run(verdicts(odd_cases(), tmp_path_factory.mktemp("chains")))


@pytest.fixture(scope="module")
def disagreements(judged: dict[str, Verdicts]) -> dict[str, Verdicts]:
    """Return the cases on which they do not agree."""
    return {name: found for name, found in judged.items() if not found.unanimous}


def patterns(row: list[str]) -> list[re.Pattern[str]]:
    """Return the cases of a row of the table, in which an ellipsis stands for any text."""
    return [re.compile(".*".join(map(re.escape, one.split("…")))) for one in row[0].split("; ")]


TABLE = [(patterns(row), row) for row in rows(PAGE, HEAD)]


def matching(name: str) -> list[list[str]]:
    """Return the rows of the table that are about a case."""
    return [row for several, row in TABLE if any(one.fullmatch(name) for one in several)]


@pytest.mark.timeout(120)
def test_every_case_was_judged(judged: dict[str, Verdicts]) -> None:
    """There are many cases, each with a name of its own."""
    assert len(judged) == len(odd_cases()) >= 150


@pytest.mark.timeout(120)
def test_every_disagreement_is_in_the_table(disagreements: dict[str, Verdicts]) -> None:
    """Each is in one row, with what the three say."""
    said = {name: [row[1:4] for row in matching(name)] for name in disagreements}
    assert said == {name: [[one.ours, one.openssl, one.curl]] for name, one in disagreements.items()}


@pytest.mark.timeout(120)
def test_the_table_has_nothing_else(judged: dict[str, Verdicts], disagreements: dict[str, Verdicts]) -> None:
    """No row is about what all agree on, and none is left over from an earlier version."""
    agreed = [name for name in judged if name not in disagreements and matching(name)]
    idle = [
        one.pattern for several, _ in TABLE for one in several if not any(map(one.fullmatch, disagreements))
    ]
    assert (agreed, idle) == ([], [])


@pytest.mark.timeout(120)
def test_nothing_that_both_refuse_is_accepted_silently(disagreements: dict[str, Verdicts]) -> None:
    """Except below a root that Windows accepts, as the table says."""
    silent = {name for name, one in disagreements.items() if (one.ours, one.openssl, one.curl) == SILENT}
    assert silent == {"root without basicConstraints"}


SILENT = ("accepts", "refuses", "refuses")


def test_the_number_of_cases_is_said(tmp_path: Path) -> None:
    """The page names it."""
    assert f"{len(odd_cases())} odd certificates and chains" in PAGE.read_text("utf-8")
