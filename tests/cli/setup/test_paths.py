"""Paths that cannot be used are refused with the reason; none ends setup with a traceback."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.cli.setup import checks
from monitor.cli.setup.answers import AnswerRefusedError
from monitor.cli.setup.files import refuse_unwritable
from monitor.cli.setup.layout import usable_directory
from monitor.messages import english

WRITER = english(datetime(2026, 11, 30, tzinfo=UTC))
TOO_LONG = "x" * 300
"""A name that the system refuses to look up, as it does a path below a folder of others."""


def refused(check: Callable[[str], object], answer: str) -> str:
    """Return why an answer is refused."""
    with pytest.raises(AnswerRefusedError) as error:
        check(answer)
    return WRITER.write(error.value.reason)


def test_a_folder_that_cannot_be_looked_up(tmp_path: Path) -> None:
    """The reason is the system's; nothing there is another one."""
    assert refused(checks.folder, f"{tmp_path}/{TOO_LONG}").endswith(" cannot be read: File name too long")
    assert refused(checks.folder, f"{tmp_path}/none") == f"there is nothing at {tmp_path}/none"
    (tmp_path / "file").touch()
    assert refused(checks.folder, f"{tmp_path}/file/none") == f"there is nothing at {tmp_path}/file/none"
    assert checks.folder(str(tmp_path)) == str(tmp_path)


@pytest.mark.parametrize("check", [checks.folder, checks.file, checks.certificates])
def test_the_home_of_nobody(check: Callable[[str], object]) -> None:
    """As in a shell it is a name like others."""
    assert "~nobody-of-this-name/x" in refused(check, "~nobody-of-this-name/x")


def test_a_folder_for_the_configuration_that_cannot_be_looked_up(tmp_path: Path) -> None:
    """What is above it may be read, but not written: then that is said."""
    (tmp_path / "file").touch()
    assert refused(usable_directory, f"{tmp_path}/file/{TOO_LONG}") == f"{tmp_path}/file is not a folder"


def test_a_drive_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows nothing above such a folder exists either."""
    for question in ("exists", "isdir"):
        monkeypatch.setattr(f"os.path.{question}", lambda _: False)
    assert refused(lambda answer: refuse_unwritable(Path(answer)), "/q/monitor") == "/ is not a folder"
