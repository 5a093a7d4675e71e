"""The page of promises: each one names tests, those tests exist, and nothing is promised without one."""

import ast
import re
from functools import cache

import pytest

from support.folders import ROOT
from support.pages import rows

PAGE = ROOT / "docs" / "promises.md"
HEAD = "| what happens | held by |"
ONE = r"`(tests/[\w/]+\.py)::(\w+)`"
_, *PROMISED, NOT_PROMISED = PAGE.read_text("utf-8").split("\n## ")
NAMED = sorted(set(re.findall(ONE, PAGE.read_text("utf-8"))))


@cache
def named_tests(file: str) -> set[str]:
    """Return the names of the tests that a file has at its top level."""
    path = ROOT / file
    body = ast.parse(path.read_text("utf-8")).body if path.is_file() else []
    functions = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assigned = (target for node in body if isinstance(node, ast.Assign) for target in node.targets)
    cases = {target.id for target in assigned if isinstance(target, ast.Name)}
    return {name for name in functions if name.startswith("test_")} | {
        name for name in cases if name.startswith("Test")
    }


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[f"{file}::{name}" for file, name in NAMED])
def test_named_test_exists(file: str, name: str) -> None:
    """Each test that the page names is a test of that file."""
    assert name in named_tests(file)


def test_each_promise_names_a_test() -> None:
    """The second cell of each row has one test or more, and nothing else."""
    found = rows(PAGE, HEAD)
    assert found != []
    assert [row for row in found if len(row) != 2 or not re.fullmatch(f"{ONE}(, {ONE})*", row[1])] == []


@pytest.mark.parametrize("section", PROMISED, ids=[section.splitlines()[0] for section in PROMISED])
def test_promises_are_in_tables(section: str) -> None:
    """A section has its title and one table: no sentence stands outside, where no test would be asked for."""
    _, *lines = [line for line in section.splitlines() if line]
    assert lines[0] == HEAD
    assert len(lines) > 2
    assert [line for line in lines if not line.startswith("| ") and line != "|---|---|"] == []


def test_what_is_not_promised_comes_last() -> None:
    """The last section says what nobody may rely on, and names no test."""
    assert (NOT_PROMISED.splitlines()[0], re.findall(ONE, NOT_PROMISED)) == ("Not promised", [])
