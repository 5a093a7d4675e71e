"""Find possible certificates in the values of JSON and YAML: kubeconfig, Secrets, compose files.

It must not follow the paths in such a file: its author could then choose which files are opened.
"""

import binascii
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from monitor.model import Message
from monitor.model import text as text_of
from monitor.parse.stores.open_attempt import MAX_YAML_MARKS, OpenAttempt
from monitor.parse.texts import NOT_UTF8, document_too_long

_Key = str | int | None
_END = object()

LARGEST = 4 * 1024 * 1024
LARGEST_YAML = 1024 * 1024
"""Reading YAML takes a thousand times as long as reading JSON, and a hundred times the memory of the text."""

# The Base64 prefixes of what can contain certificates: PEM markers, long DER sequences, JKS and JCEKS, and
# "apiVersion" (a kubeconfig in a Secret).
_BASE64 = r"(?:LS0tLS1CRUdJTi|MI[A-P][A-Za-z0-9+/]|/u3\+7Q|zs7Ozg|YXBpVmVyc2lvbj)"
# In a kubeconfig these keys hold a certificate, whatever their values begin with.
_DATA_KEYS = ("certificate-authority-data", "client-certificate-data")
# YAML's null, which is read as a text here, and what "kubectl config view" writes instead of a value.
_ABSENT = frozenset({"", "~", "null", "DATA+OMITTED"})
_SIGN = re.compile("|".join(("-----BEGIN ", _BASE64, *_DATA_KEYS)).encode())
# "-----BEGIN CERTIFICA": what should have become a certificate, however damaged the rest is.
_CERTIFICATE = re.compile(r"\s*LS0tLS1CRUdJTiBDRVJUSUZJQ0F")
_BEGINS = re.compile(r"\s*" + _BASE64)
_MARK = "-----BEGIN "
TOO_LONG = document_too_long(
    mebibytes=LARGEST >> 20, yaml_mebibytes=LARGEST_YAML >> 20, values=MAX_YAML_MARKS
)
_SHORTEST = 64
_DEEPEST = 50
_LONGEST_KEY = 128
_POINTERS = ("certificate-authority", "client-certificate")


def may_contain_certificates(text: bytes) -> bool:
    """Return whether a text shows signs of certificates, so that its structure is worth parsing."""
    return _SIGN.search(text) is not None


class Values:
    """The values of a document that may be certificates, with their keys.

    ``problem`` describes why the text could not be parsed as JSON or YAML; ``pointers`` are paths of
    certificate files that a kubeconfig names; ``damaged`` are the keys of values that should be certificates
    and are no base64, ``expected`` those of values that must hold one.
    """

    def __init__(self, text: bytes, opening: OpenAttempt) -> None:
        """Parse the text, as far as the budget of ``opening`` allows."""
        self.problem: Message | None = None
        self.found: list[tuple[str, bytes]] = []
        self.pointers: list[str] = []
        self.damaged: list[str] = []
        self.expected: set[str] = set()
        for above, key, value in _texts(self._roots(text, opening)):
            if key in _POINTERS:
                self.pointers.append(value)
            self._value(above, key, value)

    def _value(self, above: Sequence[_Key], key: _Key, value: str) -> None:
        expected = key in _DATA_KEYS and value.strip() not in _ABSENT
        inner = _inner(value, expected=expected)
        if inner:
            name = _dotted(above, key)
            self.found.append((name, inner))
            if expected:
                self.expected.add(name)
        elif expected or _CERTIFICATE.match(value):
            self.damaged.append(_dotted(above, key))

    def _roots(self, text: bytes, opening: OpenAttempt) -> tuple[Any, ...]:
        try:
            plain = text.decode("utf-8-sig") if len(text) <= LARGEST else ""
            with suppress(ValueError, RecursionError):
                return (json.loads(plain),)
            if plain and len(text) <= LARGEST_YAML and opening.spend_yaml(plain):
                from monitor.documents import loose  # noqa: PLC0415 - loads a YAML library

                return loose(plain)
        except ValueError as error:
            self.problem = NOT_UTF8 if isinstance(error, UnicodeDecodeError) else text_of(str(error))
        else:
            self.problem = TOO_LONG
        return ()


def _texts(roots: tuple[Any, ...]) -> Iterator[tuple[Sequence[_Key], _Key, str]]:
    """Iterate over the texts below some values: the keys above, the last key, the text; each object once.

    Nothing is copied: a document may have millions of values below thousands of others.
    """
    seen: set[int] = set()
    above: list[_Key] = []
    levels: list[Iterator[tuple[_Key, Any]]] = [_inside(list(roots)) if len(roots) > 1 else _only(roots)]
    while levels:
        key, value = next(levels[-1], (None, _END))
        if value is _END:
            levels.pop()
            del above[len(levels) - 1 :]
        elif isinstance(value, str):
            yield above, key, value
        elif isinstance(value, dict | list) and len(levels) <= _DEEPEST and value and id(value) not in seen:
            seen.add(id(value))
            above.append(key)
            levels.append(_inside(value))


def _inside(value: dict[str, Any] | list[Any]) -> Iterator[tuple[_Key, Any]]:
    return iter(value.items()) if isinstance(value, dict) else iter(enumerate(value))


def _only(roots: tuple[Any, ...]) -> Iterator[tuple[_Key, Any]]:
    return ((None, root) for root in roots)


def _dotted(above: Sequence[_Key], key: _Key) -> str:
    from monitor.documents import dotted  # noqa: PLC0415 - loads a YAML library

    keys = (one[:_LONGEST_KEY] if isinstance(one, str) else one for one in (*above, key))
    return dotted(tuple(one for one in keys if one is not None))


def _inner(text: str, *, expected: bool) -> bytes:
    """Return the decoded bytes of a text, empty when they cannot be certificates; any if one is expected."""
    if _MARK in text:
        # Some tools write line ends as two characters, so that everything is on one line.
        return text.replace("\\n", "\n").encode("utf-8", "replace")
    if not expected and (len(text) < _SHORTEST or not _BEGINS.match(text)):
        return b""
    try:
        return binascii.a2b_base64("".join(text.split()).encode("ascii"), strict_mode=True)
    except (binascii.Error, ValueError):
        return b""
