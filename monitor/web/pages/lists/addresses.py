"""The addresses of a list: the same filters with another page, order or format."""

from collections.abc import Sequence
from urllib.parse import urlencode

Parameters = Sequence[tuple[str, str]]


class Addresses:
    """Makes addresses of one list from the parameters of a request."""

    def __init__(self, path: str, parameters: Parameters, known: Sequence[str]) -> None:
        """Take the parameters of a request; those that the list does not know are left out."""
        self._path = path
        self._kept = [(name, value) for name, value in parameters if name in known and value.strip()]

    def where(self, **changes: str | int) -> str:
        """Return the address with some parameters replaced; all but another page begin on the first."""
        dropped = {*changes, "format"} | (set() if "page" in changes else {"page"})
        kept = [(name, value) for name, value in self._kept if name not in dropped]
        added = [(name, str(value)) for name, value in changes.items() if value not in {"", 1}]
        return f"{self._path}?{urlencode(kept + added)}" if kept or added else self._path

    @property
    def filtered(self) -> bool:
        """Return whether anything is filtered."""
        return any(name not in {"sort", "page", "per_page", "format"} for name, _ in self._kept)
