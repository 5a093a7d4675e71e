"""``cert-monitor reload``: ask the running daemon to read its configuration again."""

import argparse
import json
import sys
import urllib.error
import urllib.request

from monitor.cli.arguments import DEFAULT_URL
from monitor.config import load
from monitor.errors import SystemBrokenError

PATIENCE = 60
"""Seconds to wait for the answer: a reload reads every anchor again."""


def reload(arguments: argparse.Namespace) -> int:
    """Return 0 when the daemon took its new configuration, 2 when that has mistakes, 1 when it is silent."""
    url = arguments.url.rstrip("/") or _configured(arguments) or DEFAULT_URL
    status, answer = _post(f"{url}/-/reload")
    problems = [str(problem) for problem in answer.get("problems", [])]
    if status == 200:
        print("reloaded")
        return 0
    print("\n".join(problems or [f"{url} refused: HTTP status {status}"]), file=sys.stderr)
    return 2 if status == 422 else 1


def _configured(arguments: argparse.Namespace) -> str:
    return f"http://{load(arguments.config).web.listen}" if arguments.config else ""


def _post(url: str) -> tuple[int, dict[str, list[str]]]:
    # No proxy: the daemon answers reloads from this machine only.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, method="POST", data=b"")  # noqa: S310 - the scheme is checked below
    if request.type not in {"http", "https"}:
        raise SystemBrokenError(f"{url} is no http address")
    try:
        with opener.open(request, timeout=PATIENCE) as response:
            return response.status, _body(response.read())
    except urllib.error.HTTPError as error:
        return error.code, _body(error.read())
    except OSError as error:
        raise SystemBrokenError(f"no cert-monitor answers at {url}: {error}") from None


def _body(content: bytes) -> dict[str, list[str]]:
    try:
        answer = json.loads(content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
