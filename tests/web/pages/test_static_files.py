"""The files of pages: kept under an address that changes with them, loading nothing themselves."""

import re

import pytest

from monitor.web.pages.static_files import static_url
from support.factories.web.fakes import FakeDaemon
from support.factories.web.pages import get

FILES = ("style.css", "page.js", "icon.svg")


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_kept_under_the_address_of_its_content(name: str) -> None:
    """With the version in its address a file may be kept for long, without it is asked for again."""
    versioned, bare = get(FakeDaemon(), static_url(name)), get(FakeDaemon(), f"/static/{name}")
    assert (versioned.status_code, "immutable" in versioned.headers["cache-control"]) == (200, True)
    assert (bare.status_code, bare.headers["cache-control"]) == (200, "no-cache")


def test_an_unchanged_file_is_not_sent_again() -> None:
    """A browser that has the file is told so (RFC 9110 section 15.4.5)."""
    tag = get(FakeDaemon(), "/static/style.css").headers["etag"]
    assert get(FakeDaemon(), "/static/style.css", {"if-none-match": tag}).status_code == 304


@pytest.mark.parametrize("name", ["other.css", "%2e%2e%2flayout.py"])
def test_nothing_else_is_served(name: str) -> None:
    """Only the known files are."""
    assert get(FakeDaemon(), f"/static/{name}").status_code == 404


@pytest.mark.parametrize("name", FILES)
def test_files_load_nothing_from_elsewhere(name: str) -> None:
    """No file imports or fetches from another host."""
    found = re.findall(
        r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", get(FakeDaemon(), f"/static/{name}").text
    )
    assert found == []
