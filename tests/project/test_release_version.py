"""A release is refused while version, changelog, chart, tag and files of the checkout disagree."""

import subprocess
from dataclasses import replace

import pytest

from releasing import checkout, version
from releasing.version import Checkout
from support.folders import ROOT
from support.servers.daemon.command import COMMAND

CHANGELOG = """\
# Changelog

How.

## [1.2.3] - 2026-12-01

### Added

- One.

## [1.2.2] - 2026-11-01

- Old.
"""
RIGHT = Checkout("1.2.3", CHANGELOG, 'version: 1.2.3\nappVersion: "1.2.3"\n', ("v1.2.3", "checked"), ())


def with_heading(line: str) -> Checkout:
    """Return a checkout whose changelog begins with another heading."""
    return replace(RIGHT, changelog=CHANGELOG.replace("## [1.2.3] - 2026-12-01", line))


WRONG = [
    (with_heading("## [Unreleased]"), "CHANGELOG.md begins with Unreleased, not with 1.2.3 and its date"),
    (with_heading("## [1.2.4] - 2026-12-01"), "CHANGELOG.md begins with 1.2.4, not with 1.2.3 and its date"),
    (with_heading("## [1.2.3] - soon"), "CHANGELOG.md gives 1.2.3 no date"),
    (with_heading("## [1.2.3]"), "CHANGELOG.md gives 1.2.3 no date"),
    (
        replace(RIGHT, changelog="# Changelog\n"),
        "CHANGELOG.md begins with no version, not with 1.2.3 and its date",
    ),
    (replace(RIGHT, changed=("monitor/new.py",)), "not committed: monitor/new.py"),
]
WRONG_IN_A_PREVIEW_TOO = [
    (replace(RIGHT, tags=("v1.2.2",)), "the tag v1.2.2 is not v1.2.3"),
    (replace(RIGHT, chart="version: 1.2.2\nappVersion: 1.2.3\n"), "the chart's version is 1.2.2, not 1.2.3"),
    (replace(RIGHT, chart="version: 1.2.3\n"), "the chart's appVersion is None, not 1.2.3"),
]


def test_what_agrees_is_released() -> None:
    """Nothing is missing, and a tag that names no version does not matter."""
    assert version.problems(RIGHT, preview=False) == []


@pytest.mark.parametrize(("found", "problem"), [*WRONG, *WRONG_IN_A_PREVIEW_TOO])
def test_what_disagrees_is_refused(found: Checkout, problem: str) -> None:
    """The problem says what differs."""
    assert version.problems(found, preview=False) == [problem]


@pytest.mark.parametrize("found", [found for found, _ in WRONG])
def test_preview_needs_no_date_and_no_commit(found: Checkout) -> None:
    """Packages are tried before they are released."""
    assert version.problems(found, preview=True) == []


@pytest.mark.parametrize(("found", "problem"), WRONG_IN_A_PREVIEW_TOO)
def test_preview_has_one_version(found: Checkout, problem: str) -> None:
    """Files of two versions would be mixed up also before a release."""
    assert version.problems(found, preview=True) == [problem]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("1.2", "is not of the form"),
        ("1.2.3rc1", "is not of the form"),
        ("01.2.3", "is not of the form"),
        ("1.256.0", "above"),
        ("1.2.65536", "above"),
    ],
)
def test_version_is_one_of_windows_installer(name: str, words: str) -> None:
    """Three numbers within its bounds: it would take others for the same version, or for an older one."""
    (problem,) = version.problems(
        replace(RIGHT, version=name, tags=(), chart=RIGHT.chart.replace("1.2.3", name)), preview=True
    )
    assert name in problem
    assert words in problem


def test_notes_are_the_newest_section() -> None:
    """They have no heading, since the release has a title, and nothing of older versions."""
    assert version.notes(CHANGELOG) == "### Added\n\n- One.\n"


def test_this_checkout_has_one_version() -> None:
    """The files agree at every commit, so that a release needs a date and a tag only."""
    chart = (ROOT / "deploy" / "helm" / "cert-monitor" / "Chart.yaml").read_text()
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    found = Checkout(checkout.version(), changelog, chart, (), ())
    assert version.problems(found, preview=True) == []
    assert version.notes(found.changelog).startswith("### ")


def test_command_says_the_version() -> None:
    """``cert-monitor --version`` names the version of the files."""
    done = subprocess.run([*COMMAND, "--version"], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == f"cert-monitor {checkout.version()}\n"
