"""The web server of the demo's CA on loopback: its CRL and its ACME renewal information.

It implements just enough HTTP and ACME (RFC 9773) for that, and issues nothing.
"""

import asyncio
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from monitor.demo.pki import Issued, revocation_list
from monitor.issuers.renewal_id import renewal_id

DAY = timedelta(days=1)
LIST_HOLDS = 7 * DAY
_LIST, _DIRECTORY, _RENEWAL = "/revoked.crl", "/directory", "/renewal-info"
_PATIENCE = 5.0


class IssuerWeb:
    """The web server of one CA; its answers may be set before it starts and while it runs."""

    def __init__(self, ca: Issued) -> None:
        """Prepare to serve for a CA that has revoked nothing yet."""
        self._ca = ca
        self._answers: dict[str, tuple[str, bytes]] = {}
        self._server: asyncio.Server | None = None
        self._url = ""

    @property
    def crl(self) -> str:
        """Return the URL of the CRL."""
        return self._url + _LIST

    @property
    def directory(self) -> str:
        """Return the URL of the ACME directory."""
        return self._url + _DIRECTORY

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self._url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        self._serve_json(_DIRECTORY, {"renewalInfo": self._url + _RENEWAL})

    async def stop(self) -> None:
        """Close the port."""
        if self._server:
            self._server.close()

    def revoke(self, revoked: Iterable[Issued]) -> None:
        """Publish a new CRL with these certificates."""
        data = revocation_list(self._ca, *revoked, ends_in=LIST_HOLDS, lifetime=LIST_HOLDS)
        self._answers[_LIST] = "application/pkix-crl", data

    def want_renewed(self, one: Issued) -> None:
        """Suggest a renewal window in the past for a certificate."""
        now = datetime.now(UTC)
        window = {"start": (now - 4 * DAY).isoformat(), "end": (now - 2 * DAY).isoformat()}
        self._serve_json(f"{_RENEWAL}/{renewal_id(one.der)}", {"suggestedWindow": window})

    def _serve_json(self, path: str, content: object) -> None:
        self._answers[path] = "application/json", json.dumps(content).encode()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE)
            writer.write(self._response(asked.partition(b"\r\n")[0].decode("latin-1")))
            await writer.drain()
        except (OSError, TimeoutError, EOFError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    def _response(self, request: str) -> bytes:
        method, _, rest = request.partition(" ")
        found = self._answers.get(rest.partition(" ")[0]) if method == "GET" else None
        kind, body = found or ("text/plain", b"not here\n")
        head = (
            f"HTTP/1.1 {'200 OK' if found else '404 Not Found'}",
            f"Content-Type: {kind}",
            f"Content-Length: {len(body)}",
            "Connection: close",
        )
        return "\r\n".join((*head, "", "")).encode() + body
