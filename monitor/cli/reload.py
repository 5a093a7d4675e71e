"""``cert-monitor reload``: ask the running daemon to read its configuration again.

The standard library sends this one request to this machine: ``monitor.http`` is for servers that are not
ours, and loading it takes half a second.
"""

import argparse
import json
import sys
import urllib.error
import urllib.request
from http.client import HTTPException, InvalidURL
from typing import Any

from monitor.addresses import join_host_port, read_ip
from monitor.cli.arguments import DEFAULT_URL
from monitor.cli.output import say
from monitor.config import load
from monitor.errors import SystemBrokenError, UsageError

PATIENCE = 60
"""Seconds to wait for the answer: a reload reads every anchor again."""


def reload(arguments: argparse.Namespace) -> int:
    """Return 0 when the daemon has reloaded, 2 for an invalid configuration, 1 for no answer."""
    url = arguments.url.rstrip("/") or _configured(arguments) or DEFAULT_URL
    status, answer = _post(url)
    if status == 200:
        say("reloaded")
        return 0
    problems = answer.get("problems") or [f"{url} did not reload: HTTP status {status}"]
    print("\n".join(map(str, problems)), file=sys.stderr)
    return 2 if status == 422 else 1


def _configured(arguments: argparse.Namespace) -> str:
    if not arguments.config:
        return ""
    host, port = load(arguments.config).web.address
    if not port:
        raise UsageError(f"reload: {arguments.config} lets the system choose the port; give --url instead")
    return f"http://{join_host_port(_reachable(host), port)}"


def _reachable(host: str) -> str:
    """Return the host to connect to: loopback for the unspecified address, which Windows refuses."""
    address = read_ip(host)
    if address is None or not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"


def _post(url: str) -> tuple[int, dict[str, Any]]:
    # No proxy: the daemon accepts reloads from this machine only.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"reload: --url {url!r} is not an address such as {DEFAULT_URL}")
    try:
        request = urllib.request.Request(f"{url}/-/reload", method="POST", data=b"")  # noqa: S310 - the scheme is checked above
        with opener.open(request, timeout=PATIENCE) as response:
            return response.status, _body(response.read())
    except urllib.error.HTTPError as error:
        return error.code, _body(error.read())
    except urllib.error.URLError as error:
        raise _no_answer(url, error.reason) from None
    except (ValueError, InvalidURL) as error:
        raise UsageError(f"reload: --url {url!r}: {error}") from None
    except (OSError, HTTPException) as error:
        raise _no_answer(url, error) from None


def _no_answer(url: str, why: object) -> SystemBrokenError:
    said = why.strerror or why if isinstance(why, OSError) else why
    return SystemBrokenError(
        f"no answer from cert-monitor at {url}: {said}; check that it runs and that this is "
        f"its address (--url, --config)"
    )


def _body(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
