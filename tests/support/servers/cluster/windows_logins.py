"""Windows machines as far as their login: it is noted while it lasts, and answered once they are open."""

import asyncio
import base64
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from monitor.model import Target
from monitor.secrets import SecretReference
from monitor.windows.access import AuthMethod, RemoteMachine
from support.factories.pipeline.world import target
from support.pki import authority, leaf, tls_context
from support.pki.certificates import TODAY

CA = authority("Windows CA", at=TODAY)
_LOGIN = re.compile(rb"authorization: basic (\S+)", re.IGNORECASE)
_TAKES = 0.05
"""Seconds of a login, in which others would be seen beside it."""
_FAILED = b"HTTP/1.1 500 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class Domain:
    """Machines of a domain behind one port; a password is one worker's, so that it tells who logs in.

    ``together`` has each set of workers that were logging in with one account at the same time.
    """

    port: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)
    logins: list[tuple[str, str]] = field(default_factory=list)
    together: set[tuple[str, frozenset[str]]] = field(default_factory=set)
    _now: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def by(self) -> list[str]:
        """Return whose logins there were so far, in their order."""
        return [password for _, password in self.logins]

    def again(self) -> None:
        """Close the machines and forget the logins."""
        self.open.clear()
        self.logins.clear()
        self.together.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Note the login of one connection until it ends, and fail it for another reason than a password."""
        with suppress(OSError, asyncio.IncompleteReadError):
            said = _LOGIN.search(await reader.readuntil(b"\r\n\r\n"))
            assert said is not None
            account, _, password = base64.b64decode(said[1]).decode().partition(":")
            self.logins.append((account, password))
            self._now[account, password] += 1
            now = (who for (one, who), number in self._now.items() if one == account and number)
            self.together.add((account, frozenset(now)))
            await self._answered(reader)
            self._now[account, password] -= 1
            writer.write(_FAILED)
        writer.close()

    async def _answered(self, reader: asyncio.StreamReader) -> None:
        """Wait until the machines are open, and a while longer, or the other side hangs up."""
        waits = {asyncio.create_task(reader.read()), asyncio.create_task(self.open.wait())}
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for one in waits:
            one.cancel()
        await asyncio.sleep(_TAKES)

    def machine(self, number: int, account: str) -> Target:
        """Return a machine of the domain that is read with an account, in the zone dmz."""
        remote = RemoteMachine(
            "127.0.0.1",
            self.port,
            tls=True,
            auth=AuthMethod.BASIC,
            username=account,
            password=SecretReference(file="/nowhere/windows-password"),
        )
        made = target(
            number,
            "dmz",
            interval=timedelta(minutes=10),
            timeout=timedelta(seconds=20),
            trust=("/nowhere/windows-ca.pem",),
        )
        return replace(made, kind="windows_remote", settings=remote, host="127.0.0.1")


async def listening(domain: Domain) -> asyncio.Server:
    """Start the machines."""
    server = await asyncio.start_server(
        domain.serve, "127.0.0.1", 0, ssl=tls_context(leaf("127.0.0.1", CA, at=TODAY), CA)
    )
    domain.port = server.sockets[0].getsockname()[1]
    return server


def secrets(folder: Path, worker: str) -> dict[str, Path]:
    """Write the files of one worker, whose name is its password."""
    password, trust = folder / f"{worker}.password", folder / "windows-ca.pem"
    password.write_text(worker)
    trust.write_bytes(CA.pem)
    return {"windows-password": password, "windows-ca.pem": trust}
