"""The headers that a web configuration file may set on every answer."""

from collections.abc import Iterator
from typing import Any

from monitor.documents import Keys
from monitor.web_config.names import HEADERS

_VALUES = {"X-Frame-Options": ("deny", "sameorigin"), "X-Content-Type-Options": ("nosniff",)}
_POLICY = "is not supported: cert-monitor sends a stricter policy of its own with each page; remove it"


def read_headers(section: Any) -> Iterator[tuple[Keys, str]]:
    """Yield what is wrong with the key ``headers``."""
    if section is None:
        return
    if not isinstance(section, dict):
        yield (), "must be keys and values"
        return
    for name, value in section.items():
        allowed = _VALUES.get(name)
        if name == "Content-Security-Policy":
            yield (name,), _POLICY
        elif name not in HEADERS:
            yield (name,), f"this header cannot be set; there are {', '.join(HEADERS)}"
        elif not isinstance(value, str) or not value.isascii() or not value.isprintable():
            yield (name,), "must be a text of printable ASCII characters"
        elif value and allowed and value.lower() not in allowed:
            yield (name,), f"must be {' or '.join(allowed)} (got {value!r})"
