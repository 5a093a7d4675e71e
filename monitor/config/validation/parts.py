"""One file of a configuration beside the others: what checks of several files share."""

from monitor.config.settings import FileSettings
from monitor.documents import Document, Keys

Part = tuple[Document, FileSettings]
"""One file and its settings."""


def location(document: Document, keys: Keys) -> str:
    """Return where keys stand, as file and line."""
    return f"{document.file}:{document.line(keys)}"
