"""The packages for Linux (x86_64, CPython 3.11 to 3.13): an offline bundle and a Debian package."""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from packages.linux import bundle, deb
from packages.linux.inputs import PYTHONS, Inputs, collect

_FORMS: dict[str, Callable[[Inputs, Path, Path], Path]] = {"bundle": bundle.build, "deb": deb.build}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the kind beside the folder for the files."""
    parser.add_argument("--only", choices=sorted(_FORMS), help="one of the two packages (default: both)")
    parser.add_argument(
        "--python", action="append", choices=PYTHONS, metavar="VERSION",
        help="a version of CPython that the packages are for; may be given several times (default: all)",
    )  # fmt: skip


def chosen(given: Sequence[str] | None) -> tuple[str, ...]:
    """Return the versions of CPython that packages are for, the oldest first; all when none is given."""
    return tuple(one for one in PYTHONS if not given or one in given)


def build(arguments: argparse.Namespace) -> list[Path]:
    """Return the files that were written."""
    forms = [arguments.only] if arguments.only else list(_FORMS)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        inputs = collect(work, chosen(arguments.python))
        return [_FORMS[form](inputs, work / form, arguments.out) for form in forms]
