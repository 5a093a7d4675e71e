"""The command ``cert-monitor``: a program that finds the packages in one folder, before all others."""

_PROGRAM = """\
#!{python} -sP
# Starts cert-monitor; its packages are in the folder below, and nobody else's are used before them.
import sys

sys.path.insert(0, "{folder}")

from monitor.cli import main

sys.exit(main())
"""


def program(python: str, folder: str) -> str:
    """Return the program; CPython 3.11 and newer know the options."""
    return _PROGRAM.format(python=python, folder=folder)
