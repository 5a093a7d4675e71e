"""``cert-monitor links rotate``: a new key, or why there is none."""

from pathlib import Path

import pytest

from monitor.cli import main
from monitor.daemon.web.link_key import LinkKey


def configured(folder: Path, state: Path) -> str:
    """Write a configuration with its database in a folder."""
    path = folder / "c.yaml"
    path.write_text(f"store: {{url: 'sqlite:///{state.as_posix()}/state.db'}}\n", "utf-8")
    return str(path)


def test_rotate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The key is another one afterwards, and the command shows neither."""
    before = LinkKey(tmp_path).current()
    assert main(["links", "rotate", "--config", configured(tmp_path, tmp_path)]) == 0
    after = LinkKey(tmp_path).current()
    said = capsys.readouterr().out
    assert after != before
    assert "link-key: a new key" in said
    assert before.hex() not in said
    assert after.hex() not in said


def test_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where it cannot be written the command says why."""
    assert main(["links", "rotate", "--config", configured(tmp_path, tmp_path / "none")]) == 1
    assert "no key was written" in capsys.readouterr().err
