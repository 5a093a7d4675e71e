"""Patterns match as a shell's do, with ** for any depth, and never cross a slash otherwise."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sources.files.globs import GlobPattern, everything_below, excluded_by, has_magic, parse_pattern


def matches(wanted: GlobPattern, path: str) -> bool:
    """Return whether walking down a path level by level is accepted at its end."""
    rest = path.removeprefix(wanted.base).strip("/").split("/")
    states = wanted.start
    for name in rest:
        states = wanted.after(states, name)
    return wanted.accepts(states, rest[-1])


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("/a/*.pem", "/a/x.pem", True),
        ("/a/*.pem", "/a/b/x.pem", False),
        ("/a/*.pem", "/a/.x.pem", False),
        ("/a/.*.pem", "/a/.x.pem", True),
        ("/a/**/*.pem", "/a/x.pem", True),
        ("/a/**/*.pem", "/a/b/c/x.pem", True),
        ("/a/**/*.pem", "/a/.b/x.pem", False),
        ("/a/**/.b/*.pem", "/a/c/.b/x.pem", True),
        ("/a/**", "/a/b/c", True),
        ("/a/**/b/**/c", "/a/b/c", True),
        ("/a/**/b/**/c", "/a/1/b/2/3/c", True),
        ("/a/**/b/**/c", "/a/1/2/c", False),
        ("/a/b?.pem", "/a/bc.pem", True),
        ("/a/b?.pem", "/a/b.pem", False),
        ("/a/[ab].pem", "/a/b.pem", True),
        ("/a/[!ab].pem", "/a/b.pem", False),
        ("/a/[]].pem", "/a/].pem", True),
        ("/a/[[]*.pem", "/a/[x.pem", True),
        ("/a/[z-a]*", "/a/[z-a]*", True),
        ("/a/[x*", "/a/[xy", True),
        ("/a/*/c.pem", "/a/b/c.pem", True),
        ("/a/b.c*", "/a/bxc", False),
    ],
)
def test_pattern(text: str, path: str, expected: bool) -> None:  # noqa: FBT001 - a column
    """Each pattern matches the path or not."""
    assert matches(parse_pattern(text), path) == expected


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("**/old/**", "/a/old", True),
        ("**/old/**", "/a/old/b/c", True),
        ("**/old/**", "/old", True),
        ("**/old/**", "old/x", True),
        ("**/old/**", "/a/older/b", False),
        ("**/*.bak", "/a/b/.x.bak", True),
        ("/a/old", "/a/old", True),
        ("/a/old/", "/a/old", True),
        ("/a/old", "/a/old/x", False),
        ("/a/*/x", "/a/b/x", True),
        ("/a/*/x", "/a/b/c/x", False),
        ("/a/**", "/a", True),
        ("**", "/anything/at/all", True),
        ("/a/**/x", "/a/x", True),
    ],
)
def test_exclude(text: str, path: str, expected: bool) -> None:  # noqa: FBT001 - a column
    """Each exclusion covers the path or not."""
    assert excluded_by([text])(path) == expected


def test_nothing_excluded() -> None:
    """Without patterns nothing is excluded."""
    assert excluded_by([])("/a") is False


def test_several_exclusions() -> None:
    """Any of several patterns excludes."""
    excluded = excluded_by(["/a/*", "/b/*"])
    assert [excluded(path) for path in ("/a/x", "/b/x", "/c/x")] == [True, True, False]


def test_base_is_the_plain_part() -> None:
    """Walking starts at the deepest folder without magic."""
    assert parse_pattern("/a/b/*/c/d.pem").base == "/a/b"


@pytest.mark.parametrize(("name", "expected"), [("x.PEM", True), ("x.p7b", True), ("x.key", False)])
def test_suffixes(name: str, expected: bool) -> None:  # noqa: FBT001 - a column
    """A folder means the files with the wanted suffixes, whatever the case."""
    assert matches(everything_below("/a", (".pem", ".p7b")), f"/a/b/{name}") == expected


@given(st.text(alphabet="ab*?[]!-^\\.&~|(){}$", min_size=1, max_size=12))
def test_any_pattern_compiles(text: str) -> None:
    """Whatever stands in a pattern, it is a pattern; one without magic matches exactly itself."""
    wanted, excluded = parse_pattern(f"/x/{text}"), excluded_by([f"/x/{text}"])
    if has_magic(text) or re.fullmatch(r"\.+", text):
        assert wanted.parts is not None
    else:
        assert excluded(f"/x/{text}")
