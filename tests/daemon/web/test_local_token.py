"""The token of commands: who can read it, and what happens where it cannot be written."""

import os
import stat
from pathlib import Path

import pytest

from monitor.daemon.web.local_token import LocalToken

linux = pytest.mark.skipif(os.name != "posix", reason="access rights of files are those of POSIX")


def text(folder: Path) -> str:
    """Return the token in a folder."""
    return (folder / "local-token").read_text("ascii")


def test_written_and_removed(tmp_path: Path) -> None:
    """The file has the token until the service stops."""
    token = LocalToken(tmp_path)
    token.write()
    assert token.is_right(text(tmp_path))
    assert len(text(tmp_path)) > 40
    token.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", ["", "x", "\u00fc" * 43])
def test_wrong(tmp_path: Path, wrong: str) -> None:
    """Anything else is refused."""
    token = LocalToken(tmp_path)
    token.write()
    assert not token.is_right(wrong)


def test_new_at_each_start(tmp_path: Path) -> None:
    """A token that was read before a restart is worth nothing."""
    first = LocalToken(tmp_path)
    first.write()
    before = text(tmp_path)
    second = LocalToken(tmp_path)
    second.write()
    assert (second.is_right(before), second.is_right(text(tmp_path))) == (False, True)


@linux
def test_for_the_owner_alone(tmp_path: Path) -> None:
    """Nobody else can read it, and nobody who opened a former file can."""
    (tmp_path / "local-token").write_text("planted")
    (tmp_path / "local-token").chmod(0o666)
    with (tmp_path / "local-token").open() as opened:
        LocalToken(tmp_path).write()
        assert opened.read() == "planted"
    assert stat.S_IMODE((tmp_path / "local-token").stat().st_mode) == 0o600


@linux
def test_through_no_link(tmp_path: Path) -> None:
    """A link that somebody planted is replaced, not followed."""
    (tmp_path / "elsewhere").write_text("kept")
    (tmp_path / "local-token").symlink_to(tmp_path / "elsewhere")
    LocalToken(tmp_path).write()
    assert (tmp_path / "elsewhere").read_text() == "kept"
    assert not (tmp_path / "local-token").is_symlink()


def test_where_it_cannot_be_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is said, and tried again when a program asks for a change."""
    folder = tmp_path / "later"
    token = LocalToken(folder)
    token.write()
    assert "local-token cannot be written, so commands cannot change anything" in caplog.text
    folder.mkdir()
    assert not token.is_right("")
    assert token.is_right(text(folder))


def test_without_a_folder() -> None:
    """A database in memory has no folder: nothing is written, and nothing can be changed."""
    token = LocalToken(None)
    token.write()
    token.remove()
    assert not token.is_right("")
