"""Run the simulated XProtect site for a test, with a client that trusts its CA."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from monitor.demo.xprotect_site import PASSWORD, USERNAME, Behavior, Simulator
from support.pki import trusting

REST = "/api/rest/v1/"


class Clock:
    """Do nothing until something is set."""

    def __init__(self) -> None:
        """Start at one hour."""
        self.now = 3600.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


@asynccontextmanager
async def running(
    folder: Path, *, cameras: int = 0, clock: Callable[[], float] | None = None, **behavior: Any
) -> AsyncIterator[Simulator]:
    """Run a site; the rest of the keywords are those of ``Behavior``."""
    made = Simulator(folder, cameras=cameras, behavior=Behavior(**behavior), clock=clock or Clock())
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


def client(site: Simulator, token: str = "") -> httpx.AsyncClient:
    """Return a client that verifies the site's certificates."""
    context = trusting(site.ca.der)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(base_url=site.url, verify=context, headers=headers, trust_env=False)


async def ask_token(
    site: Simulator, *, password: str = PASSWORD, way: str = "/IDP", **more: str
) -> httpx.Response:
    """Send one basic login."""
    form = {
        "grant_type": "password",
        "username": USERNAME,
        "password": password,
        "client_id": "GrantValidatorClient",
    }
    async with client(site) as asking:
        return await asking.post(f"{way}/connect/token", data=form | more)


@asynccontextmanager
async def signed_in(site: Simulator) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client with a token."""
    token: str = (await ask_token(site)).json()["access_token"]
    async with client(site, token) as asking:
        yield asking
