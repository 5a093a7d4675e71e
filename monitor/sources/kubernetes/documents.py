"""Find the certificates in JSON documents of the Kubernetes API; sends no requests, keeps no private key.

Documents are as in https://kubernetes.io/docs/reference/kubernetes-api/ and untrusted: every value may be of
any type.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

from monitor.model import Message

StoredValue = tuple[str, bytes]
"""A location, ``namespace/secret/name#key``, and the bytes that are stored there."""

# RFC 7468 and OpenSSL's older labels: keys, requests and other blocks in a config map are ignored.
_PEM = re.compile(rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----|-----BEGIN PKCS7-----")


class ListingTooLargeError(Exception):
    """A response, a list or the contents of a cluster exceed a limit; ``message`` says which."""

    def __init__(self, message: Message) -> None:
        """Store the message."""
        super().__init__(message.code)
        self.message = message


class NotAListError(ValueError):
    """The response is not a list of the API."""


def items(document: Any) -> tuple[list[Any], str]:
    """Return the items of a list and its continue token, empty at its end; raise ``NotAListError``."""
    if not isinstance(document, dict) or not isinstance(document.get("items"), list | None):
        raise NotAListError("the answer is no list")
    onward = _dict(document.get("metadata")).get("continue")
    return document.get("items") or [], onward if isinstance(onward, str) else ""


def in_secret(secret: Any, keys: Sequence[str]) -> Iterator[StoredValue]:
    """Yield the values at the wanted keys of a secret; invalid Base64 is passed on, to be reported."""
    yield from _wanted(secret, "secret", _dict(_dict(secret).get("data")), keys, encoded=True)


def in_config_map(config_map: Any, keys: Sequence[str]) -> Iterator[StoredValue]:
    """Yield the values of a config map that look like certificates: PEM in any, DER in binary ones."""
    found = _dict(config_map)
    texts = _wanted(config_map, "configmap", _dict(found.get("data")), keys, encoded=False)
    octets = _wanted(config_map, "configmap", _dict(found.get("binaryData")), keys, encoded=True)
    yield from ((location, data) for location, data in texts if _PEM.search(data))
    yield from ((location, data) for location, data in octets if _PEM.search(data) or data[:1] == b"\x30")


def in_webhooks(kind: str, configuration: Any) -> Iterator[StoredValue]:
    """Yield the CA bundles with which the API server verifies webhooks; none means the system's CAs."""
    _, name = _called(configuration)
    for webhook in _list(_dict(configuration).get("webhooks")):
        bundle = _dict(_dict(webhook).get("clientConfig")).get("caBundle")
        if isinstance(bundle, str) and bundle:
            hook = _dict(webhook).get("name")
            yield f"{kind}/{name}#{hook if isinstance(hook, str) else ''}", _decoded(bundle)


def _wanted(
    item: Any, kind: str, data: dict[str, Any], keys: Sequence[str], *, encoded: bool
) -> Iterator[StoredValue]:
    namespace, name = _called(item)
    for key, value in data.items():
        if isinstance(value, str) and any(fnmatchcase(key, wanted) for wanted in keys):
            octets = _decoded(value) if encoded else value.encode(errors="replace")
            yield f"{namespace}/{kind}/{name}#{key}", octets


def _called(item: Any) -> tuple[str, str]:
    metadata = _dict(_dict(item).get("metadata"))
    namespace, name = metadata.get("namespace"), metadata.get("name")
    return namespace if isinstance(namespace, str) else "", name if isinstance(name, str) else ""


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text.encode(errors="replace")


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
