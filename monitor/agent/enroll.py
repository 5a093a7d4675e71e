"""Enroll this agent: take the CA of the center by its hash, and exchange a one-time code for a token."""

import hashlib
import ssl
from dataclasses import replace
from pathlib import Path

from monitor.agent.client_certificate import load_client_certificate
from monitor.agent.settings import AgentFile
from monitor.errors import SystemBrokenError, UsageError
from monitor.http.request import KIB, FetchError, FetchRequest
from monitor.http.session import HttpSession
from monitor.model.message import raw_english
from monitor.network.client_tls import client_context, unverified_context
from monitor.network.resolve import Resolver
from monitor.wire import Enrollment, WireError
from monitor.wire.protocol import CA, ENROLL, read_token, write_code

_WITHIN = 30.0


async def enroll(file: AgentFile, line: str) -> tuple[bytes, str]:
    """Return the CA of the center as PEM, and the token of this agent.

    Raises ``UsageError`` for a line that is not whole, ``SystemBrokenError`` where the center is another one,
    does not answer or does not take the code.
    """
    wanted = invitation(line)
    ca = await _response(FetchRequest(wanted.center + CA, accept=(200,)), file, unverified_context())
    if hashlib.sha256(ca).hexdigest() != wanted.ca:
        raise SystemBrokenError(
            f"{wanted.center} shows another CA than the line says; nothing was sent to it. Find out what "
            "is between this machine and the center, and ask for a new line"
        )
    tls = client_context(extra=ca)
    request = FetchRequest(
        wanted.center + ENROLL,
        method="POST",
        body=write_code(wanted.code, f"{file.settings.zone}/{file.settings.name}"),
        headers={"Content-Type": "application/json"},
        accept=(200,),
    )
    try:
        token = read_token(await _response(request, file, tls))
    except WireError as error:
        raise SystemBrokenError(f"{wanted.center}: {error}") from None
    return ssl.DER_cert_to_PEM_cert(ca).encode(), token


def invitation(line: str) -> Enrollment:
    """Parse a pasted line; raise ``UsageError`` for one that is not complete."""
    try:
        return Enrollment.parse(line)
    except WireError as error:
        raise UsageError(f"agent enroll: {error}") from None


async def _response(request: FetchRequest, file: AgentFile, tls: ssl.SSLContext) -> bytes:
    load_client_certificate(tls, file.settings.client_cert)
    names = Resolver(1)
    try:
        async with HttpSession(names, tls) as session:
            response = await session.send(replace(request, max_bytes=64 * KIB, timeout=_WITHIN))
    except FetchError as error:
        said = raw_english(error.message)
        if error.status == 403:
            said = (
                "the code is wrong, of another agent, was used, or is older than an hour; ask for a new line"
            )
        raise SystemBrokenError(said) from None
    finally:
        names.close()
    return response.body


def missing_trust(file: AgentFile) -> Path | None:
    """Return the file of ``trust`` that is not there yet, into which the CA goes; ``None`` for none."""
    paths = [Path(one) for one in file.settings.trust if one != "system"]
    return next((path for path in paths if not path.exists()), None)
