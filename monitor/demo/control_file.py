"""Ask the running demo of this user for something; imports nothing that only the demo itself needs."""

import json
import os
import socket
import tempfile
from pathlib import Path
from typing import Any

FILE = "control.json"
FOLDERS = "cert-monitor-demo-"
_LONGEST_WAIT = 60.0


def ask_demo(asked: dict[str, Any]) -> dict[str, Any] | None:
    """Return the answer of the demo that was started last, ``None`` if none runs."""
    for file in sorted(_files(), key=lambda one: one.stat().st_mtime, reverse=True):
        written = json.loads(file.read_text(encoding="utf-8"))
        try:
            return _ask(written["port"], asked | {"token": written["token"]})
        except ConnectionError:
            continue
    return None


def _files() -> list[Path]:
    """Return the files of running demos, only this user's own."""
    found = Path(tempfile.gettempdir()).glob(f"{FOLDERS}*/{FILE}")
    return [file for file in found if not hasattr(os, "getuid") or file.stat().st_uid == os.getuid()]


def _ask(port: int, asked: dict[str, Any]) -> dict[str, Any]:
    with socket.create_connection(("127.0.0.1", port), _LONGEST_WAIT) as connection:
        connection.sendall(json.dumps(asked).encode() + b"\n")
        with connection.makefile("rb") as answer:
            found: dict[str, Any] = json.loads(answer.readline() or b'{"code": 3, "text": "no answer"}')
    return found
