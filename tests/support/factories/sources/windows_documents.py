"""Documents as the collector on a Windows machine writes them, for tests."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from support.pki import TODAY, authority, leaf

TAKEN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CA = authority(at=TODAY)


def der(*names: str) -> bytes:
    """Return a fresh certificate for these names."""
    return leaf(names[0], CA, at=TODAY, names=names).der


def stored(raw: bytes, **more: Any) -> dict[str, Any]:
    """Return one certificate as a document holds it."""
    return {
        "store": "LocalMachine/My",
        "raw": base64.b64encode(raw).decode(),
        "thumbprint": "0" * 40,
        "friendly_name": "Recorder",
        "archived": False,
        "key": {"link": "present", "readers": None},
    } | more


def document(*certificates: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a whole document."""
    return {
        "version": "1.0",
        "collector": "1.0.0",
        "taken_at": TAKEN.isoformat(),
        "host": {"netbios": "REC01", "fqdn": "Rec01.vms.example", "addresses": ["10.0.0.5", "fe80::1%3"]},
        "stores": ["LocalMachine/My"],
        "certificates": list(certificates),
        "roots": None,
        "intermediates": None,
        "bindings": None,
        "services": None,
        "errors": [],
    } | more


def written(*certificates: dict[str, Any], **more: Any) -> bytes:
    """Return the bytes of a whole document."""
    return json.dumps(document(*certificates, **more)).encode()
