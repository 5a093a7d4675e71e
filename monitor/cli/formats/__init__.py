"""The forms in which ``check`` prints its results, a module for each, loaded when it is asked for.

A module has a function from a ``Report`` to a text.
"""

from collections.abc import Callable

from monitor.cli.formats.sentences import Report

NAMES = ("table", "json", "csv", "nagios", "junit")


def formatter(name: str) -> Callable[[Report], str]:
    """Return the function that makes the text of a form."""
    # ruff: noqa: PLC0415 - each loads what only it needs
    if name == "json":
        from monitor.cli.formats.json_array import as_json

        return as_json
    if name == "csv":
        from monitor.cli.formats.comma_separated import as_csv

        return as_csv
    if name == "nagios":
        from monitor.cli.formats.nagios import as_nagios

        return as_nagios
    if name == "junit":
        from monitor.cli.formats.junit import as_junit

        return as_junit
    from monitor.cli.formats.table import as_table

    return as_table
