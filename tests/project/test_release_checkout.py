"""What git says of a checkout: its files, the time of its commit, its tags, and what is not committed."""

import os
import subprocess
from pathlib import Path

import pytest

from releasing import checkout
from support.servers.programs import program

pytestmark = pytest.mark.system

AT = 1_767_225_600
FILES = {
    "CHANGELOG.md": "# Changelog\n\n## [1.2.3] - 2026-01-01\n",
    "deploy/helm/cert-monitor/Chart.yaml": "version: 1.2.3\n",
    "monitor/__init__.py": '"""Doc."""\n\n__version__ = "1.2.3"\n',
    "odd ü name.txt": "x\n",
}


def git(folder: Path, *words: str) -> None:
    """Run git as somebody, at a fixed time, without anybody's configuration."""
    who = {f"GIT_{role}_{key}": "a@b" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    when = {f"GIT_{role}_DATE": f"{AT} +0000" for role in ("AUTHOR", "COMMITTER")}
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = [program("git", "git"), "-c", "init.defaultBranch=main", *words]
    subprocess.run(command, cwd=folder, env=os.environ | who | when | nobody, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with one commit, which has a tag."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    git(tmp_path, "init")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--message", "All")
    git(tmp_path, "tag", "v1.2.3")
    return tmp_path


def test_files_are_those_that_git_knows(repository: Path) -> None:
    """Neither what is beside them, nor what was removed; names are as they are."""
    (repository / "own.txt").write_text("mine")
    (repository / "CHANGELOG.md").unlink()
    assert {one.as_posix() for one in checkout.tracked(root=repository)} == set(FILES) - {"CHANGELOG.md"}
    assert checkout.tracked("monitor", root=repository) == [Path("monitor/__init__.py")]


def test_time_is_that_of_the_commit(repository: Path) -> None:
    """Two builds of it have it in common."""
    assert checkout.committed_at(repository) == AT


def test_clean_checkout_says_its_version_and_tag(repository: Path) -> None:
    """That is all which a release needs."""
    found = checkout.read(repository)
    assert (found.version, found.tags, found.changed) == ("1.2.3", ("v1.2.3",), ())
    assert (found.chart, found.changelog) == (
        FILES["deploy/helm/cert-monitor/Chart.yaml"],
        FILES["CHANGELOG.md"],
    )


def test_what_is_not_committed_is_listed(repository: Path) -> None:
    """Files that changed, and those that git does not know."""
    (repository / "own.txt").write_text("mine")
    (repository / "CHANGELOG.md").write_text("")
    assert sorted(checkout.read(repository).changed) == ["CHANGELOG.md", "own.txt"]
