"""The files of a release: wheel and archives are equal in two builds, and the checksums are sha256sum's."""

import hashlib
import os
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from packages import wheels
from releasing import checksums
from releasing.archives import tar_gz
from releasing.distributions import sdist
from support.factories.sources.file_probes import UNIX
from support.folders import ROOT
from support.servers.programs import program

AT = 1_767_225_600
FILES = [Path("pyproject.toml"), Path("scripts/release"), Path("monitor/__init__.py")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of this checkout once."""
    return wheels.project_wheel(tmp_path_factory.mktemp("wheel"))


@UNIX
def test_wheel_is_equal_in_two_builds(wheel: Path, tmp_path: Path) -> None:
    """Neither the time nor the permissions that new files get here are in it."""
    before = os.umask(0o077)
    try:
        again = wheels.project_wheel(tmp_path)
    finally:
        os.umask(before)
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


def test_wheel_has_what_the_sources_have(wheel: Path) -> None:
    """Every file of the program is in it: templates, translations and scripts too."""
    there = {one.relative_to(ROOT).as_posix() for one in (ROOT / "monitor").rglob("*") if one.is_file()}
    needed = {one for one in there if "__pycache__" not in one and not one.endswith((".md", ".mako"))}
    assert needed - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_sdist_is_equal_in_two_builds(wheel: Path, tmp_path: Path) -> None:
    """Its bytes depend on the files and the given time alone."""
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    first, second = (sdist(FILES, wheel, folder, at=AT) for folder in folders)
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()


def test_sdist_has_the_files_and_the_metadata(wheel: Path, tmp_path: Path) -> None:
    """In one folder, with permissions that do not depend on this checkout, as of nobody."""
    with tarfile.open(sdist(FILES, wheel, tmp_path, at=AT)) as archive:
        entries = {one.name.partition("/")[2]: one for one in archive}
        stream = archive.extractfile(entries["PKG-INFO"])
        assert stream is not None
        metadata = stream.read().decode()
    assert set(entries) == {"PKG-INFO", *(one.as_posix() for one in FILES)}
    assert {(one.uid, one.gid, one.uname, one.mtime) for one in entries.values()} == {(0, 0, "", AT)}
    assert (entries["scripts/release"].mode, entries["PKG-INFO"].mode) == (0o755, 0o644)
    assert "\nName: cert-expiry-monitor\n" in metadata


def test_archive_has_its_files_in_order(tmp_path: Path) -> None:
    """The order in which they were found does not matter."""
    made = tar_gz(tmp_path / "a.tgz", {"b": b"2", "a": b"1"}, at=AT, executable=frozenset({"b"}))
    with tarfile.open(made) as archive:
        assert [(one.name, one.mode) for one in archive] == [("a", 0o644), ("b", 0o755)]


def test_checksums_are_those_of_sha256sum(tmp_path: Path) -> None:
    """By name, with the two spaces that mean text or binary alike on Unix."""
    for name in ("b.txt", "a.bin"):
        (tmp_path / name).write_text(name)
    written = checksums.write([tmp_path / "b.txt", tmp_path / "a.bin"], tmp_path)
    lines = [f"{hashlib.sha256(name.encode()).hexdigest()}  {name}" for name in ("a.bin", "b.txt")]
    assert written.read_text().splitlines() == lines


@pytest.mark.system
def test_sha256sum_verifies_the_checksums(tmp_path: Path) -> None:
    """The documentation verifies downloads with it."""
    (tmp_path / "a.bin").write_bytes(b"one")
    written = checksums.write([tmp_path / "a.bin"], tmp_path)
    command = [program("sha256sum", "coreutils"), "--check", "--strict", written.name]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=30, check=False).returncode == 0
