"""The release builds all parts or says of each what is missing."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from packages import KINDS, PackageError
from packages.windows import msi
from releasing import ReleaseError, bill, checksums
from releasing.command import NOTES, build, read_arguments
from releasing.parts import parts
from support.folders import ROOT

WORKFLOW = (ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8")


def built(arguments: argparse.Namespace) -> list[Path]:
    """Build one file."""
    return [Path(arguments.out) / "file"]


def without_a_program(_: argparse.Namespace) -> list[Path]:
    """Fail as a package does whose program is missing."""
    raise PackageError("wixl is missing: install Debian's package wixl")


def without_a_network(_: argparse.Namespace) -> list[Path]:
    """Fail as a package does that cannot be downloaded."""
    raise PackageError("pip download failed")


PARTS = {"good": built, "windows": without_a_program, "linux": without_a_network}


def chosen(*names: str) -> argparse.Namespace:
    """Return arguments that choose these parts."""
    return argparse.Namespace(out=Path("out"), only=list(names))


def test_every_kind_of_package_is_a_part() -> None:
    """None is forgotten by a release."""
    assert set(parts()) == {"python", "monitoring", *KINDS}


def test_all_that_is_missing_is_said() -> None:
    """Nothing is passed over, and not only the first is named."""
    with pytest.raises(ReleaseError) as caught:
        build(PARTS, chosen("good", "windows", "linux"))
    assert str(caught.value).splitlines() == [
        "windows: wixl is missing: install Debian's package wixl",
        "linux: pip download failed",
    ]


def test_only_chosen_parts_are_built() -> None:
    """What was not asked for may be missing."""
    assert build(PARTS, chosen("good")) == [Path("out/file")]


@pytest.mark.parametrize("options", ["", "--preview"])
def test_workflow_runs_the_command(options: str) -> None:
    """It builds every part, with options that there are."""
    [line] = re.findall(r"^ +scripts/release (.+)$", WORKFLOW, re.MULTILINE)
    words = shlex.split(line.replace('"${options[@]}"', options))
    arguments = read_arguments(words)
    assert arguments.only == list(parts())
    assert arguments.preview == bool(options)


def test_workflow_installs_the_programs() -> None:
    """Every program that the packages are built with, by Debian's name of its package."""
    [line] = re.findall(r"^ +apt-get install (.+)$", WORKFLOW, re.MULTILINE)
    assert {*msi.PROGRAMS.values(), "git", "python3-venv", "wine", "wine64"} <= set(line.split())


def test_workflow_names_the_files() -> None:
    """Checksums, SBOM and notes are where it looks for them."""
    assert f"release/{bill.NAME}" in WORKFLOW
    assert f"release/{checksums.NAME}" in WORKFLOW
    assert f"release/{NOTES}" in WORKFLOW


def test_packages_for_windows_need_their_interpreter(capsys: pytest.CaptureFixture[str]) -> None:
    """It is said before anything is built."""
    with pytest.raises(SystemExit):
        read_arguments(["--out", "out"])
    assert "--python FILE" in capsys.readouterr().err
    assert read_arguments(["--out", "out", "--only", "python"]).python is None
