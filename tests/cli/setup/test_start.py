"""How a person starts the service by hand after setup, and in which folders it finds files of before."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.cli.setup import layout
from monitor.cli.setup.answers import AnswerRefusedError
from monitor.cli.setup.layout import Layout, usable_directory
from monitor.cli.setup.start import by_hand
from monitor.messages import english

WRITER = english(datetime(2026, 11, 30, tzinfo=UTC))


def said(directory: str, platform: str) -> str:
    """Return what is said of a configuration in a folder."""
    return WRITER.write(by_hand(Layout(Path(directory)), platform))


@pytest.mark.parametrize(
    ("directory", "typed"),
    [
        ("/srv/monitor", "/srv/monitor/cert-monitor.yaml"),
        ("/srv/o monitor", "'/srv/o monitor/cert-monitor.yaml'"),
        ("/srv/$monitor", "'/srv/$monitor/cert-monitor.yaml'"),
    ],
)
def test_the_command_can_be_pasted(directory: str, typed: str) -> None:
    """Whatever signs of the shell the path has."""
    assert said(directory, "linux") == f"Start it with: cert-monitor run --config {typed}"


def test_the_service_of_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """It knows the usual configuration, and no other until it is told."""
    monkeypatch.setenv("PROGRAMDATA", "/ProgramData")
    assert said("/ProgramData/cert-monitor", "win32") == "Start it with: cert-monitor service start"
    other = said("/my data", "win32").replace("\\", "/")
    assert other == 'Start it with: cert-monitor service install --config "/my data/cert-monitor.yaml"'


def test_what_a_setup_of_before_has_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The addition to the unit outlives a removal; it is found before anything is asked, not at the end."""
    monkeypatch.setattr(layout, "PACKAGED", tmp_path / "etc")
    monkeypatch.setattr(layout, "DROP_IN", tmp_path / "setup.conf")
    monkeypatch.setattr(layout, "unit_is_there", lambda: True)
    assert usable_directory(str(tmp_path / "etc")) == str(tmp_path / "etc")
    (tmp_path / "setup.conf").touch()
    with pytest.raises(AnswerRefusedError) as error:
        usable_directory(str(tmp_path / "etc"))
    assert WRITER.write(error.value.reason).startswith(
        f"{tmp_path / 'setup.conf'} exists, and setup overwrites nothing"
    )
    assert usable_directory(str(tmp_path / "other")) == str(tmp_path / "other")
