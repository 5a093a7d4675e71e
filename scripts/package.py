"""Build the packages of one kind and print the files; run by ``scripts/package`` in its own environment."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from packages import KINDS, PackageError


def main(words: list[str]) -> int:
    """Return the exit code: 0 when every file was written, 1 when something that is needed is missing."""
    parser = argparse.ArgumentParser(prog="scripts/package", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    for kind in KINDS:
        module = import_module(f"packages.{kind}")
        of_kind = kinds.add_parser(kind, help=module.__doc__)
        of_kind.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the files")
        module.add_arguments(of_kind)
    arguments = parser.parse_args(words)
    arguments.out.mkdir(parents=True, exist_ok=True)
    try:
        files: list[Path] = import_module(f"packages.{arguments.kind}").build(arguments)
    except PackageError as error:
        print(error, file=sys.stderr)
        return 1
    print(*files, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
