"""The wheels of a package: locked ones from the package index, checked by hash, and the project's own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from packages import PackageError
from packages.times import EPOCH

ROOT = Path(__file__).resolve().parents[2]
SOURCE_ONLY = ("nkeys",)
"""Pure Python that is published without a wheel: the locked source archive is built into one."""

SOURCES = ("LICENSE", "README.md", "pyproject.toml", "monitor")


def download(lock: Path, folder: Path, *, python: str, platforms: Sequence[str]) -> list[Path]:
    """Return the wheels that a lock lists, for one version of CPython, by name.

    ``platforms`` are the tags of one kind of machine, the preferred first.
    """
    _pip(
        "download", "--no-deps", "--require-hashes", "--implementation=cp",
        "--only-binary=:all:", f"--no-binary={','.join(SOURCE_ONLY)}", "--no-build-isolation",
        f"--python-version={python}", *(f"--platform={one}" for one in platforms),
        "--dest", str(folder), "--requirement", str(lock),
    )  # fmt: skip
    for archive in folder.glob("*.tar.gz"):
        _pip(
            "wheel",
            "--no-deps",
            "--no-build-isolation",
            "--no-index",
            "--wheel-dir",
            str(folder),
            str(archive),
        )
    return sorted(folder.glob("*.whl"))


def project_wheel(folder: Path) -> Path:
    """Return the wheel of this checkout, the same at every build; setuptools must be installed."""
    with tempfile.TemporaryDirectory() as copy:
        for name in SOURCES:
            _copy(ROOT / name, Path(copy) / name)
        _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), copy)
    (built,) = folder.glob("cert_expiry_monitor-*.whl")
    return built


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(
            source, target, ignore=shutil.ignore_patterns("__pycache__"), copy_function=_copy_content
        )
    else:
        _copy_content(source, target)


def _copy_content(source: str | Path, target: str | Path) -> None:
    """Copy a file with permissions that are the same whatever the umask of the checkout was."""
    shutil.copyfile(source, target)
    Path(target).chmod(0o644)


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH)}
    umask = 0o022 if os.name == "posix" else -1  # for what the build itself writes into the wheel
    if subprocess.run(command, check=False, env=environment, umask=umask).returncode:
        raise PackageError(f"pip {arguments[0]} failed; its message is above")
