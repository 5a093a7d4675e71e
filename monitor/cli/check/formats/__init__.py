"""The forms in which ``check`` prints its results, a module for each, loaded when it is asked for.

A module has a function from a ``CheckReport`` to a text.
"""

from collections.abc import Callable

from monitor.cli.check.formats.sentences import CheckReport


def formatter(name: str) -> Callable[[CheckReport], str]:
    """Return the function that makes the text of a form."""
    # ruff: noqa: PLC0415 - each loads what only it needs
    if name == "json":
        from monitor.cli.check.formats.json_array import as_json

        return as_json
    if name == "csv":
        from monitor.cli.check.formats.comma_separated import as_csv

        return as_csv
    if name == "nagios":
        from monitor.cli.check.formats.nagios import as_nagios

        return as_nagios
    if name == "junit":
        from monitor.cli.check.formats.junit import as_junit

        return as_junit
    from monitor.cli.check.formats.table import as_table

    return as_table
