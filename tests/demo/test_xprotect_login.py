"""The simulated XProtect site: basic and Windows logins, and tokens that expire."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import httpx
import pytest
import spnego

from monitor.demo.xprotect_site import PASSWORD, USERNAME, Simulator
from support.servers.sources.xprotect_simulator import REST, Clock, ask_token, client, running, signed_in

RECORDERS = f"{REST}recordingServers"


def login(folder: Path, *passwords: str, way: str = "/IDP", **behavior: Any) -> tuple[list[int], int]:
    """Return the status of each login, and how often a password was counted."""

    async def run() -> tuple[list[int], int]:
        async with running(folder, **behavior) as site:
            answers = [await ask_token(site, password=password, way=way) for password in passwords]
            return [said.status_code for said in answers], site.password_attempts

    return asyncio.run(run())


@pytest.mark.parametrize("way", ["/IDP", "/API/IDP", "/api/idp"])
def test_login(tmp_path: Path, way: str) -> None:
    """A basic login works straight and through the gateway, in any case."""
    assert login(tmp_path, PASSWORD, way=way) == ([200], 1)


@pytest.mark.parametrize("refusal", [400, 401])
def test_wrong_password(tmp_path: Path, refusal: int) -> None:
    """A wrong password is refused and counted."""
    assert login(tmp_path, "wrong", refusal=refusal) == ([refusal], 1)


def test_lockout(tmp_path: Path) -> None:
    """After too many wrong passwords the right one is refused too."""
    assert login(tmp_path, "wrong", "wrong", PASSWORD, lockout_after=2) == ([400, 400, 400], 3)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_id": "somebody"}, "invalid_client"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
    ],
)
def test_odd_forms(tmp_path: Path, form: dict[str, str], error: str) -> None:
    """Another client or another grant is refused, and the password that was sent is counted."""

    async def run() -> tuple[int, str, int]:
        async with running(tmp_path) as site:
            said = await ask_token(site, **form)
            return said.status_code, said.json()["error"], site.password_attempts

    assert asyncio.run(run()) == (400, error, 1)


def test_no_token(tmp_path: Path) -> None:
    """Without a token a resource is refused."""

    async def run() -> int:
        async with running(tmp_path) as site, client(site) as asking:
            return (await asking.get(RECORDERS)).status_code

    assert asyncio.run(run()) == 401


def test_token_expires(tmp_path: Path) -> None:
    """A token is refused when its time is over."""

    async def run() -> list[int]:
        clock = Clock()
        async with running(tmp_path, clock=clock, expires_in=60) as site, signed_in(site) as asking:
            before = await asking.get(RECORDERS)
            clock.now += 60
            return [before.status_code, (await asking.get(RECORDERS)).status_code]

    assert asyncio.run(run()) == [200, 401]


def test_token_expires_after_calls(tmp_path: Path) -> None:
    """A token may end in the middle of a listing."""

    async def run() -> list[int]:
        async with running(tmp_path, calls_per_token=2) as site, signed_in(site) as asking:
            return [(await asking.get(RECORDERS)).status_code for _ in range(3)]

    assert asyncio.run(run()) == [200, 200, 401]


def test_revoked(tmp_path: Path) -> None:
    """A restart of the identity provider ends every token."""

    async def run() -> int:
        async with running(tmp_path) as site, signed_in(site) as asking:
            site.login.revoke()
            return (await asking.get(RECORDERS)).status_code

    assert asyncio.run(run()) == 401


def test_token_redirect(tmp_path: Path) -> None:
    """The token endpoint may send its callers to another host, after they have sent their password."""

    async def run() -> tuple[int, str, int]:
        async with running(tmp_path, token_redirect="https://127.0.0.99/IDP/connect/token") as site:
            said = await ask_token(site)
            return said.status_code, said.headers["location"], site.password_attempts

    assert asyncio.run(run()) == (307, "https://127.0.0.99/IDP/connect/token", 1)


def test_password_counts_whatever_comes(tmp_path: Path) -> None:
    """A password that meets an error of the token endpoint was sent all the same."""
    assert login(tmp_path, PASSWORD, answers={"token": 401}) == ([401], 1)


async def _negotiated(
    site: Simulator, password: str, protocol: str, way: str = "/IDP", *, hop: bool = False
) -> httpx.Response:
    """Log in with NTLM; with ``hop`` the last leg comes over a new connection."""
    options = (
        spnego.NegotiateOptions.use_ntlm if protocol == "ntlm" else spnego.NegotiateOptions.use_negotiate
    )
    context = spnego.client(
        f"VMS\\{USERNAME}", password, "127.0.0.2", "HTTP", protocol=protocol, options=options
    )
    message = context.step()
    asking, other = client(site), client(site)
    async with asking, other:
        while True:
            assert message is not None
            header = {"Authorization": f"{protocol.title()} {base64.b64encode(message).decode()}"}
            form = {"grant_type": "windows_credentials", "client_id": "GrantValidatorClient"}
            said = await asking.post(f"{way}/connect/token", data=form, headers=header)
            challenges = [text for text in said.headers.get_list("www-authenticate") if " " in text]
            if said.status_code != 401 or not challenges:
                return said
            message = context.step(base64.b64decode(challenges[0].partition(" ")[2]))
            if hop:
                asking = other


@pytest.mark.parametrize("protocol", ["ntlm", "negotiate"])
def test_windows_login(tmp_path: Path, protocol: str) -> None:
    """A Windows login by NTLM, bare or within Negotiate, gives a token that works, and counts once."""

    async def run() -> tuple[int, int]:
        async with running(tmp_path) as site:
            token = (await _negotiated(site, PASSWORD, protocol)).json()["access_token"]
            async with client(site, token) as asking:
                return (await asking.get(RECORDERS)).status_code, site.password_attempts

    assert asyncio.run(run()) == (200, 1)


@pytest.mark.parametrize("protocol", ["ntlm", "negotiate"])
def test_wrong_windows_password(tmp_path: Path, protocol: str) -> None:
    """A wrong password is refused after its proof, and counts once."""

    async def run() -> tuple[int, int]:
        async with running(tmp_path) as site:
            return (await _negotiated(site, "wrong", protocol)).status_code, site.password_attempts

    assert asyncio.run(run()) == (401, 1)


def test_windows_login_hops(tmp_path: Path) -> None:
    """A login whose legs come over two connections fails, as it does with IIS."""

    async def run() -> int:
        async with running(tmp_path) as site:
            return (await _negotiated(site, PASSWORD, "ntlm", hop=True)).status_code

    assert asyncio.run(run()) == 401


def test_gateway_passes_no_ntlm_on(tmp_path: Path) -> None:
    """Through the gateway there is no Windows login, and no challenge either."""

    async def run() -> tuple[int, str, int]:
        async with running(tmp_path) as site:
            said = await _negotiated(site, PASSWORD, "ntlm", "/API/IDP")
            return said.status_code, said.headers.get("www-authenticate", ""), site.password_attempts

    assert asyncio.run(run()) == (401, "", 0)


def test_windows_login_is_offered(tmp_path: Path) -> None:
    """Without a message the identity provider names what it understands."""

    async def run() -> list[str]:
        async with running(tmp_path) as site, client(site) as asking:
            said = await asking.post("/IDP/connect/token", data={"grant_type": "windows_credentials"})
            return said.headers.get_list("www-authenticate")

    assert asyncio.run(run()) == ["Negotiate", "NTLM"]
