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
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, InvalidURL
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monitor.addresses import is_loopback_host, join_host_port, read_ip
from monitor.cli.commands.options import DEFAULT_URL
from monitor.cli.output import say
from monitor.errors import SystemBrokenError, UsageError
from monitor.state_folder import TOKEN, default_folder

if TYPE_CHECKING:
    from monitor.web_config import TlsServerConfig


@dataclass(frozen=True, slots=True)
class DaemonAddress:
    """Where the daemon is asked: its URL, and the file with the certificate that it shows, if that is known.

    ``client`` is a file with a client certificate and its key.
    """

    url: str
    served: Path | None = None
    client: Path | None = None


def daemon_address(arguments: argparse.Namespace) -> DaemonAddress:
    """Return the address of the daemon: ``--url``, that of the configuration, or the default.

    Raises ``UsageError`` where the configuration leaves the port to the system, and ``ConfigError``.
    """
    client, given = arguments.client_cert, arguments.url.rstrip("/")
    if not arguments.config:
        return DaemonAddress(given or DEFAULT_URL, client=client)
    from monitor.cli.daemon.sections import daemon_sections  # noqa: PLC0415 - reads YAML

    sections = daemon_sections(arguments.config)
    host, port = sections.listen
    tls = _tls(sections.web_config) if sections.web_config else None
    if not port and not given:
        raise UsageError(f"{arguments.config} lets the system choose the port; give --url instead")
    scheme = "https" if tls else "http"
    url = given or f"{scheme}://{join_host_port(_reachable(host), port)}"
    return DaemonAddress(url, tls.cert_file if tls else None, client)


def _tls(file: Path) -> "TlsServerConfig | None":
    from monitor.web_config import read_web_config  # noqa: PLC0415 - loads what checks passwords

    return read_web_config(file).tls


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
    from monitor.cli.daemon.sections import daemon_sections  # noqa: PLC0415 - reads YAML

    folder = daemon_sections(arguments.config).folder
    return (folder or default_folder(os.environ)) / TOKEN


def ask(  # noqa: PLR0913 - each part of a request by name
    address: DaemonAddress,
    path: str,
    *,
    timeout: float,
    method: str = "GET",
    body: dict[str, Any] | None = None,
    token: str = "",
) -> tuple[int, dict[str, Any]]:
    """Return status and JSON object of an answer, an empty one where it is no object.

    ``timeout`` is in seconds. Raises ``SystemBrokenError`` without an answer and ``UsageError`` for an
    address that is none.
    """
    url = address.url
    # No proxy: the daemon is on this machine.
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if url.startswith("https://"):
        from monitor.cli.daemon.tls import https_handler  # noqa: PLC0415 - reads the trusted CAs of the system

        handlers.append(https_handler(address.served, address.client))
    opener = urllib.request.build_opener(*handlers)
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"--url {url!r} is not an address such as {DEFAULT_URL}")
    try:
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            f"{url}{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else b"" if method == "POST" else None,
            headers={"authorization": f"Bearer {token}"} if token else {},
        )
        with _answered(opener, request, timeout) as response:
            return response.status, _body(response.read())
    except urllib.error.URLError as error:
        raise _no_answer(url, error.reason) from None
    except (ValueError, InvalidURL) as error:
        raise UsageError(f"--url {url!r}: {error}") from None
    except (OSError, HTTPException) as error:
        raise _no_answer(url, error) from None


def _answered(opener: urllib.request.OpenerDirector, request: urllib.request.Request, timeout: float) -> Any:
    """Return the response, whatever its status."""
    try:
        return opener.open(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        return error


def local_token(arguments: argparse.Namespace, address: DaemonAddress) -> str:
    """Return the token of this machine for reading, empty where it cannot be read or would go elsewhere."""
    try:
        host = urlsplit(address.url).hostname or ""
    except ValueError:
        return ""
    return _token(_token_path(arguments))[0] if is_loopback_host(host) else ""


def change(  # noqa: PLR0913 - each part of a request by name
    arguments: argparse.Namespace,
    path: str,
    *,
    timeout: float,
    done: str,
    method: str = "POST",
    body: dict[str, Any] | None = None,
) -> int:
    """Ask for a change; say ``done`` and return 0, or print what is wrong and return 2 or 1.

    ``done`` may name values of the answer. 2 is for what the daemon refused, 1 for any other answer.
    """
    address = daemon_address(arguments)
    token_path = arguments.token_file or _token_path(arguments)
    token, why = _token(token_path)
    status, answer = ask(address, path, timeout=timeout, method=method, body=body, token=token)
    if status == HTTPStatus.UNAUTHORIZED:
        print(
            f"a change needs the token of the service, which is not in {token_path}: {why}; run this as the "
            "account of the service or as an administrator, with --config or --token-file",
            file=sys.stderr,
        )
        return 1
    if status in (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT):
        try:
            say(done.format_map(answer))
        except KeyError as error:
            said = f"the answer has no {error.args[0]}; check that cert-monitor answers there"
            raise SystemBrokenError(f"{address.url}{path}: {said}") from None
        return 0
    problems = answer.get("problems") or [f"{address.url}{path}: HTTP status {status}"]
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
