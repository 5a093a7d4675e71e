"""What a server shows before any login, and when no login is possible there."""

import asyncio
from datetime import timedelta

import pytest

from monitor.cli.setup.answers import AnswerRefusedError
from monitor.cli.setup.served import ServedChain, read_served
from monitor.messages import english
from support.pki import TODAY, Issued, authority, leaf, tls_context
from support.servers.daemon.setup_world import DAY

CA = authority("Test CA", at=TODAY)
MIDDLE = authority("Issuing CA", CA, at=TODAY)
OTHER = authority("Other CA", at=TODAY)


def served(*chain: Issued) -> ServedChain:
    """Return what a server shows that serves this chain."""

    async def ask() -> ServedChain:
        context = tls_context(*chain)
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
        async with server:
            return await asyncio.to_thread(read_served, f"127.0.0.1:{server.sockets[0].getsockname()[1]}")

    return asyncio.run(ask())


def issue(issuer: Issued = CA, ends_in: timedelta = 100 * DAY, *names: str) -> Issued:
    """Return a certificate for this machine."""
    end = TODAY + ends_in
    return leaf("host.vms.example", issuer, names=names or ("127.0.0.1",), start=end - 398 * DAY, end=end)


def refused(shown: ServedChain) -> str:
    """Return why no login is possible."""
    with pytest.raises(AnswerRefusedError) as error:
        shown.fit_for_login()
    return english(TODAY).write(error.value.reason)


def offered(shown: ServedChain) -> str:
    """Return the name of the CA that is offered."""
    return shown.ca[0].title if shown.ca else ""


def test_the_root_is_offered() -> None:
    """Of the CAs that the server sends the root is offered, whatever the order."""
    assert offered(served(issue(MIDDLE), CA, MIDDLE)) == "Test CA"


def test_an_intermediate_is_offered_without_its_root() -> None:
    """A server that sends no root has the highest CA offered that it sends."""
    assert offered(served(issue(MIDDLE), MIDDLE)) == "Issuing CA"


def test_a_foreign_ca_is_not_offered() -> None:
    """A CA that did not issue the certificate is none to trust."""
    assert offered(served(issue(), OTHER)) == ""


def test_another_name() -> None:
    """A password cannot go to a server with another name: its own are said."""
    said = refused(served(issue(CA, 100 * DAY, "other.vms.example")))
    assert "other.vms.example" in said
    assert "as the address" in said


def test_expired() -> None:
    """A password cannot go to a server whose certificate has expired."""
    assert "renewed" in refused(served(issue(CA, -2 * DAY)))


def test_nobody_there() -> None:
    """Without an answer there is a reason instead of certificates."""
    shown = read_served("127.0.0.1:1")
    assert (shown.chain, shown.problem is not None) == ((), True)
