"""The command ``scripts/release``: check, build the parts, write SBOM, notes and checksums, list files."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from packages import PackageError
from releasing import ReleaseError, checkout, checksums, version
from releasing.bill import write_sbom
from releasing.parts import Build, parts

NOTES = "release-notes.md"


def main(words: list[str]) -> int:
    """Return the exit code: 0 when all files were written, 1 when something forbids it."""
    arguments = read_arguments(words)
    try:
        for path in release(arguments):
            print(f"{path.stat().st_size:>12,}  {path}")
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def read_arguments(words: list[str]) -> argparse.Namespace:
    """Return the options of the command; end it where they cannot be used."""
    parser = argparse.ArgumentParser(prog="scripts/release", description=__doc__)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="an empty folder, or a new one"
    )
    parser.add_argument(
        "--only", nargs="+", choices=parts(), default=list(parts()), metavar="PART",
        help=f"build only these of: {', '.join(parts())}",
    )  # fmt: skip
    parser.add_argument(
        "--preview", action="store_true",
        help="build what must not be published: files not committed, without date and tag, for tests",
    )  # fmt: skip
    parser.add_argument("--python", type=Path, metavar="FILE", help="CPython for the packages for Windows")
    arguments = parser.parse_args(words)
    if "windows" in arguments.only and arguments.python is None:
        parser.error("the packages for Windows need --python FILE, or leave them out by --only")
    return arguments


def release(arguments: argparse.Namespace) -> list[Path]:
    """Return the files of a release; raise with all that forbids it or is missing."""
    found = checkout.read()
    _refuse(version.problems(found, preview=arguments.preview))
    if arguments.out.exists() and any(arguments.out.iterdir()):
        raise ReleaseError(f"{arguments.out} is not empty: old files would be released again")
    arguments.out.mkdir(parents=True, exist_ok=True)
    files = build(parts(), arguments)
    _refuse(
        [] if arguments.preview else [f"{one.name} is for tests" for one in files if "for-tests" in one.name]
    )
    files.append(write_sbom(arguments, files))
    (arguments.out / NOTES).write_text(version.notes(found.changelog), "utf-8")
    return [*files, checksums.write(files, arguments.out), arguments.out / NOTES]


def build(known: Mapping[str, Build], arguments: argparse.Namespace) -> list[Path]:
    """Build every chosen part, and only then raise with all that is missing."""
    files: list[Path] = []
    missing: list[str] = []
    for name, build_part in known.items():
        if name in arguments.only:
            print(f"building: {name}", flush=True)
            try:
                files += build_part(arguments)
            except (PackageError, ReleaseError) as error:
                missing.append(f"{name}: {error}")
    _refuse(missing)
    return files


def _refuse(problems: list[str]) -> None:
    if problems:
        raise ReleaseError("\n".join(problems))
