"""Values as cells of a CSV file that no spreadsheet takes for a formula."""

from collections.abc import Mapping
from typing import Any

# OWASP, "CSV Injection": spreadsheets evaluate a cell that begins with one of these. Excel in Japanese and
# Chinese takes the full-width forms too.
_FORMULA = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")


def cell(value: Any) -> str:
    """Return a value as text; lists are joined by semicolons, and text that looks like a formula is quoted.

    Numbers, times and truth values are ours and stay as they are.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        return _harmless("; ".join(f"{name}: {cell(one)}" for name, one in value.items() if one is not None))
    if isinstance(value, list | tuple):
        return _harmless("; ".join(map(cell, value)))
    return _harmless(str(value))


def _harmless(text: str) -> str:
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
