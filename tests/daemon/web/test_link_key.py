"""The key of links: made once, kept over restarts, taken up when it is rotated, and readable by its owner."""

import os
import stat
from pathlib import Path

import pytest

from monitor.daemon.web.link_key import LinkKey, rotate

linux = pytest.mark.skipif(os.name != "posix", reason="access rights of files are those of POSIX")


def test_made_once(tmp_path: Path) -> None:
    """The next start has the same key."""
    first = LinkKey(tmp_path).current()
    assert len(first) == 32
    assert [one.name for one in tmp_path.iterdir()] == ["link-key"]
    assert LinkKey(tmp_path).current() == first


def test_not_before_it_is_needed(tmp_path: Path) -> None:
    """Nothing is written where no link is ever made."""
    LinkKey(tmp_path)
    assert list(tmp_path.iterdir()) == []


@linux
def test_for_the_owner_alone(tmp_path: Path) -> None:
    """Nobody else can read it, whatever the umask; a rotation changes nothing of that."""
    before = os.umask(0)
    try:
        LinkKey(tmp_path).current()
        assert stat.S_IMODE((tmp_path / "link-key").stat().st_mode) == 0o600
        rotate(tmp_path)
        assert stat.S_IMODE((tmp_path / "link-key").stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_rotated(tmp_path: Path) -> None:
    """A key in use takes up the new one by itself."""
    key = LinkKey(tmp_path)
    before = key.current()
    assert rotate(tmp_path) == tmp_path / "link-key"
    assert key.current() != before
    assert key.current() == LinkKey(tmp_path).current()


@pytest.mark.parametrize("content", ["", "abc", "0" * 62, "0" * 66, "x" * 64])
def test_damaged(tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture) -> None:
    """What is no key is never used as one: it is replaced, and said."""
    (tmp_path / "link-key").write_text(content)
    assert len(LinkKey(tmp_path).current()) == 32
    assert "link-key has no key" in caplog.text


def test_where_it_cannot_be_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Links work from memory, it is said once, and the same key is written when that is possible."""
    folder = tmp_path / "later"
    key = LinkKey(folder)
    first = key.current()
    assert key.current() == first
    assert caplog.text.count("links in mails work until the next start only") == 1
    folder.mkdir()
    assert (key.current(), LinkKey(folder).current()) == (first, first)


def test_without_a_folder() -> None:
    """A database in memory has no folder: the key is in memory too."""
    key = LinkKey(None)
    assert len(key.current()) == 32
    assert key.current() == key.current()
