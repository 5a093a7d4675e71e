"""Ask the running daemon on this machine: its address, one request, and what the answer says.

The standard library sends it: ``monitor.http`` is for servers that are not ours, and loading it takes half a
second.
"""

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from http import HTTPStatus
from http.client import HTTPException, InvalidURL
from pathlib import Path
from typing import Any

from monitor.addresses import join_host_port, read_ip
from monitor.cli.commands.options import DEFAULT_URL
from monitor.cli.output import say
from monitor.errors import SystemBrokenError, UsageError
from monitor.state_folder import TOKEN, default_folder


def daemon_url(arguments: argparse.Namespace) -> str:
    """Return the address of the daemon: ``--url``, that of the configuration, or the default.

    Raises ``UsageError`` where the configuration leaves the port to the system, and ``ConfigError``.
    """
    return arguments.url.rstrip("/") or _configured(arguments) or DEFAULT_URL


def _configured(arguments: argparse.Namespace) -> str:
    if not arguments.config:
        return ""
    from monitor.config import load  # noqa: PLC0415 - loads every kind of target

    host, port = load(arguments.config).web.address
    if not port:
        raise UsageError(f"{arguments.config} lets the system choose the port; give --url instead")
    return f"http://{join_host_port(_reachable(host), port)}"


def _reachable(host: str) -> str:
    """Return the host to connect to: loopback for the unspecified address, which Windows refuses."""
    address = read_ip(host)
    if address is None or not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"


def _token(path: Path) -> tuple[str, str]:
    """Return the token of the running daemon, or an empty one and why it cannot be read."""
    try:
        return path.read_text("ascii").strip(), "it is that of another service or of an earlier start"
    except OSError as error:
        return "", str(error.strerror)
    except UnicodeDecodeError:
        return "", "it is no token"


def _token_path(arguments: argparse.Namespace) -> Path:
    if not arguments.config:
        return default_folder(os.environ) / TOKEN
    from monitor.config import load  # noqa: PLC0415 - loads every kind of target
    from monitor.config.state import path_of  # noqa: PLC0415 - the same

    return path_of(load(arguments.config).store.url).with_name(TOKEN)


def ask(  # noqa: PLR0913 - each part of a request by name
    url: str,
    path: str,
    *,
    patience: float,
    method: str = "GET",
    body: dict[str, Any] | None = None,
    token: str = "",
) -> tuple[int, dict[str, Any]]:
    """Return status and JSON object of an answer, an empty one where it is no object.

    ``patience`` is in seconds. Raises ``SystemBrokenError`` without an answer and ``UsageError`` for an
    address that is none.
    """
    # No proxy: the daemon is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"--url {url!r} is not an address such as {DEFAULT_URL}")
    try:
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            f"{url}{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else b"" if method == "POST" else None,
            headers={"authorization": f"Bearer {token}"} if token else {},
        )
        with opener.open(request, timeout=patience) as response:
            return response.status, _body(response.read())
    except urllib.error.HTTPError as error:
        return error.code, _body(error.read())
    except urllib.error.URLError as error:
        raise _no_answer(url, error.reason) from None
    except (ValueError, InvalidURL) as error:
        raise UsageError(f"--url {url!r}: {error}") from None
    except (OSError, HTTPException) as error:
        raise _no_answer(url, error) from None


def change(  # noqa: PLR0913 - each part of a request by name
    arguments: argparse.Namespace,
    path: str,
    *,
    patience: float,
    done: str,
    method: str = "POST",
    body: dict[str, Any] | None = None,
) -> int:
    """Ask for a change; say ``done`` and return 0, or print what is wrong and return 2 or 1.

    ``done`` may name values of the answer. 2 is for what the daemon refused, 1 for any other answer.
    """
    url = daemon_url(arguments)
    token_path = arguments.token_file or _token_path(arguments)
    token, why = _token(token_path)
    status, answer = ask(url, path, patience=patience, method=method, body=body, token=token)
    if status == HTTPStatus.UNAUTHORIZED:
        print(
            f"a change needs the token of the service, which is not in {token_path}: {why}; run this as the "
            "account of the service or as an administrator, with --config or --token-file",
            file=sys.stderr,
        )
        return 1
    if status in (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT):
        say(done.format_map(answer))
        return 0
    problems = answer.get("problems") or [f"{url}{path}: HTTP status {status}"]
    print("\n".join(map(str, problems)), file=sys.stderr)
    return 2 if status in (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_FOUND) else 1


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
