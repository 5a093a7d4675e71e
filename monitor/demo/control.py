"""How ``cert-monitor demo switch`` reaches the running demo: a loopback port, a token in its folder."""

import asyncio
import contextlib
import json
import secrets
from pathlib import Path
from typing import Any

from monitor.demo.control_file import FILE
from monitor.demo.xprotect_renewal import Renewal, RenewalError, thumbprint

_LONGEST_WAIT = 5.0
USAGE = 3


class Control:
    """The port of one running demo; a request and its answer are one line of JSON each."""

    def __init__(self, renewal: Renewal) -> None:
        """Take the renewals that requests work on."""
        self._renewal = renewal
        self._token = secrets.token_hex(16)
        self._server: asyncio.Server | None = None

    async def start(self, folder: Path) -> None:
        """Listen, and write the port and the token to the folder."""
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        (folder / FILE).write_text(json.dumps({"port": port, "token": self._token}), encoding="utf-8")

    async def stop(self) -> None:
        """Close the port."""
        if self._server:
            self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, TimeoutError, ValueError):
            line = await asyncio.wait_for(reader.readline(), _LONGEST_WAIT)
            code, text = await self._run(json.loads(line))
            writer.write(json.dumps({"code": code, "text": text}).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def _run(self, asked: dict[str, Any]) -> tuple[int, str]:
        if not secrets.compare_digest(str(asked.get("token")), self._token):
            return USAGE, "that is not the token of this demo"
        try:
            return await self._work(asked)
        except RenewalError as error:
            return USAGE, str(error)

    async def _work(self, asked: dict[str, Any]) -> tuple[int, str]:
        server = str(asked["server"]).partition(".")[0].lower()
        if asked["do"] == "issue":
            issued = self._renewal.issue(server)
            file = self._renewal.site.folder / f"{server}-new.cer"
            return (
                0,
                f"{server}: imported, no port serves it yet\nSHA-1 thumbprint {thumbprint(issued)}\n{file}",
            )
        work = self._renewal.switch_back if asked["do"] == "back" else self._renewal.switch
        result = await work(server, str(asked["group"]), registers=bool(asked["registers"]))
        return result.exit_code, f"{result.text}\n{self._verify(server)}"

    def _verify(self, server: str) -> str:
        """Return the command that verifies a server of this demo."""
        site = self._renewal.site
        address, config = site.endpoints[server].address, site.folder / "cert-monitor.yaml"
        return f"verify it: cert-monitor xprotect verify {address} --config {config}"
