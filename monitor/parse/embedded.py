"""Find what may be certificates in the values of JSON and YAML: kubeconfig, Secrets, compose files.

It must not follow the paths that such a file names: who may write it would then choose what is opened.
"""

import binascii
import re
from collections.abc import Iterator
from typing import Any

from monitor.document import Keys, dotted, loose

LARGEST_YAML = 1024 * 1024
"""Reading YAML takes seconds for a megabyte of small values; JSON of any size takes a moment."""

# The base64 of what can hold certificates begins so: PEM marks, long DER sequences, JKS and JCEKS, and
# "apiVersion" (a kubeconfig in a Secret).
_BASE64 = r"(?:LS0tLS1CRUdJTi|MI[A-P][A-Za-z0-9+/]|/u3\+7Q|zs7Ozg|YXBpVmVyc2lvbj)"
_SIGN = re.compile(rb"-----BEGIN |" + _BASE64.encode())
_BEGINS = re.compile(r"\s*" + _BASE64)
_MARK = "-----BEGIN "
_SHORTEST = 64
_POINTERS = ("certificate-authority", "client-certificate")


def may_hold(text: bytes) -> bool:
    """Return whether text has a trace of certificates, so that its structure is worth reading."""
    return _SIGN.search(text) is not None


class Values:
    """Hold the values of a document that may be certificates, with their keys.

    ``problem`` says why the text could not be read as JSON or YAML; ``pointers`` are paths of certificate
    files that a kubeconfig names.
    """

    def __init__(self, text: bytes) -> None:
        """Read the text."""
        self.problem = ""
        self.found: list[tuple[str, bytes]] = []
        self.pointers: list[str] = []
        roots = self._roots(text)
        for keys, value in _texts(roots):
            if keys and keys[-1] in _POINTERS:
                self.pointers.append(value)
            inner = _inner(value)
            if inner:
                self.found.append((dotted(keys), inner))

    def _roots(self, text: bytes) -> tuple[Any, ...]:
        try:
            plain = text.decode("utf-8-sig")
            if len(text) > LARGEST_YAML and plain.lstrip()[:1] not in ("{", "["):
                self.problem = f"YAML of more than {LARGEST_YAML >> 20} MiB is not searched"
                return ()
            return loose(plain)
        except ValueError as error:
            self.problem = "it is no UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
            return ()


def _texts(roots: tuple[Any, ...]) -> Iterator[tuple[Keys, str]]:
    """Iterate over the texts below some values, in their order, each object once."""
    seen: set[int] = set()
    waiting: list[tuple[Keys, Any]] = [((), root) for root in roots]
    if len(roots) > 1:
        waiting = [(_at(index), root) for index, root in enumerate(roots)][::-1]
    while waiting:
        keys, value = waiting.pop()
        if isinstance(value, str):
            yield keys, value
        elif isinstance(value, dict | list) and id(value) not in seen:
            seen.add(id(value))
            inside = value.items() if isinstance(value, dict) else enumerate(value)
            waiting += [((*keys, key), child) for key, child in inside][::-1]


def _at(index: int) -> Keys:
    return (index,)


def _inner(text: str) -> bytes:
    """Return the bytes that a text holds, empty when they cannot be certificates."""
    if _MARK in text:
        # Some write the ends of lines as two characters, so that it all stands in one line.
        return text.replace("\\n", "\n").encode("utf-8", "replace")
    if len(text) < _SHORTEST or not _BEGINS.match(text):
        return b""
    try:
        return binascii.a2b_base64("".join(text.split()).encode("ascii"), strict_mode=True)
    except (binascii.Error, ValueError):
        return b""
