"""The web server of the demo's CA: its answers, and that it stops."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography import x509

from monitor.demo.issuer import IssuerWeb
from monitor.demo.pki import Issued, authority, leaf
from monitor.issuers.renewal_id import renewal_id
from monitor.issuers.suggestion import renewal_info_in, suggestion_in

DAY = timedelta(days=1)
CA = authority("Demo CA", 100 * DAY)
LEAF = leaf("web.vms.example", 30 * DAY, issuer=CA)
OTHER = leaf("other.vms.example", 30 * DAY, issuer=CA)


def serving(act: Callable[[IssuerWeb, httpx.AsyncClient], Awaitable[None]]) -> None:
    """Run a scenario against a CA that revoked one certificate and wants it renewed."""

    async def run() -> None:
        web = IssuerWeb(CA)
        await web.start()
        web.revoke([LEAF])
        web.want_renewed(LEAF)
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                await act(web, client)
        finally:
            await web.stop()

    asyncio.run(run())


def test_the_list() -> None:
    """It is signed by the CA, holds now, and has the one that was revoked and no other."""

    async def act(web: IssuerWeb, client: httpx.AsyncClient) -> None:
        found = x509.load_der_x509_crl((await client.get(web.crl)).content)
        assert found.is_signature_valid(CA.certificate.public_key())  # type: ignore[arg-type]  # an EC key
        assert found.last_update_utc <= datetime.now(UTC) < (found.next_update_utc or found.last_update_utc)
        assert [one.serial_number for one in found] == [LEAF.certificate.serial_number]

    serving(act)


@pytest.mark.parametrize(("issued", "status"), [(LEAF, 200), (OTHER, 404)])
def test_renewal_information(issued: Issued, status: int) -> None:
    """The directory leads to the window of one certificate, which has passed; nobody knows of others."""

    async def act(web: IssuerWeb, client: httpx.AsyncClient) -> None:
        where = renewal_info_in((await client.get(web.directory)).content)
        answer = await client.get(f"{where}/{renewal_id(issued.der)}")
        assert answer.status_code == status
        if status == 200:
            assert suggestion_in(answer.content).end < datetime.now(UTC)

    serving(act)


def test_nothing_else_is_answered() -> None:
    """Only what it offers, and only for reading."""

    async def act(web: IssuerWeb, client: httpx.AsyncClient) -> None:
        asked = [await client.get(f"{web.crl}x"), await client.post(web.directory)]
        assert [one.status_code for one in asked] == [404, 404]

    serving(act)


def test_it_ends() -> None:
    """After its end the port is free."""

    async def act(web: IssuerWeb, client: httpx.AsyncClient) -> None:
        await web.stop()
        with pytest.raises(httpx.ConnectError):
            await client.get(web.crl)

    serving(act)
