"""The running daemon logs in with access tokens, through every refusal, and shows no secret anywhere."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from support import pki
from support.servers.daemon.process import Running, daemon, until
from support.servers.daemon.site import DAY, Site, site
from support.servers.mail.servers import mail_server
from support.servers.mail.token_mail import (
    CLIENT_SECRET,
    MAILBOX,
    LongLines,
    TokenInbox,
    TokenServer,
    said,
    token_server,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the same on Windows, but slower")

PAGES = ("/", "/metrics", "/healthz", "/api/v1/targets", "/api/v1/alerts")


def configured(where: Site, port: int, tokens: TokenServer, path: str) -> Path:
    """Write a configuration whose relay wants tokens of this server."""
    config = where.configure()
    (where.folder / "client-secret").write_text(f"{CLIENT_SECRET}\n", "utf-8")
    lines = config.read_text("utf-8").splitlines()
    mail = (
        f"email: {{host: localhost, port: {port}, security: starttls, ca: relay.pem, username: {MAILBOX}, "
        f"from: 'Zertifikate <{MAILBOX}>', to: ['Büro <admins@vms.example>'], oauth2: {{token_url: "
        f"'{tokens.web.url(path)}', client_id: client-1, client_secret_file: client-secret}}}}"
    )
    text = "\n".join(mail if line.startswith("email:") else line for line in lines)
    config.write_text(text, "utf-8")
    return config


async def shown(running: Running, folder: Path) -> str:
    """Return everything that the daemon shows, logs and stores."""
    pages = [(await running.get(page)).text for page in PAGES]
    files = [path.read_bytes().decode("latin-1") for path in (folder / "disk").iterdir() if path.is_file()]
    return "\n".join((running.log, *pages, *files))


def test_mail_goes_out_in_the_end_and_nothing_is_given_away(tmp_path: Path) -> None:
    """A token server that refuses, a relay that refuses and repeats what it was sent: then all goes well."""
    refusal = {"error": "invalid_client", "error_description": f"AADSTS7000215: not {CLIENT_SECRET}"}
    ca = pki.authority(at=pki.TODAY)
    (tmp_path / "relay.pem").write_bytes(ca.pem)
    context = pki.tls_context(pki.leaf("localhost", ca, at=pki.TODAY, names=("localhost",)))
    inbox = TokenInbox(refusal="535 5.7.3 Authentication unsuccessful {sent} {token}")

    async def scenario() -> tuple[str, TokenServer]:
        async with (
            site(tmp_path, ends_in=2 * DAY) as where,
            token_server(odd=said("401 Unauthorized", refusal)) as tokens,
            mail_server(inbox, tls_context=context, speaks=LongLines) as port,
        ):
            async with daemon(configured(where, port, tokens, "/odd")) as running:
                await until(lambda: "AADSTS7000215" in running.log)
                everything = await shown(running, tmp_path)
                await running.end(signal.SIGTERM)
            async with daemon(configured(where, port, tokens, "/token")) as running:
                await until(lambda: "New-ServicePrincipal" in running.log)
                everything += await shown(running, tmp_path)
                inbox.valid.update(tokens.given)
                tokens.now_valid = inbox.valid
                await until(lambda: len(inbox.taken) > 0)
                await running.passes(1)
                everything += await shown(running, tmp_path)
            return everything, tokens

    everything, tokens = asyncio.run(scenario())
    secrets = [CLIENT_SECRET, *(part for token in tokens.given for part in (token, token[40:80]))]
    assert [secret for secret in secrets if secret in everything] == []
    assert str(inbox.messages[0]["From"]) == f"Zertifikate <{MAILBOX}>"
    assert inbox.messages[0]["X-Cert-Monitor-Alert"] is not None
