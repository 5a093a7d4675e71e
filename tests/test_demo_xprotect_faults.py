"""The simulated XProtect site: logins, tokens, and each way to misbehave."""

import asyncio
import base64
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import spnego
from xprotect_simulator import REST, Clock, ask_token, client, running, signed_in

from monitor.demo.xprotect_site import PASSWORD, USERNAME, Behaviour, Casing, Fault, Simulator

RECORDERS = f"{REST}recordingServers"


@dataclass(frozen=True)
class World:
    """Hold a site that runs while ``runner`` runs something."""

    runner: asyncio.Runner
    site: Simulator

    def answer(self, path: str = RECORDERS, **behaviour: Any) -> httpx.Response:
        """Return what a signed-in client gets when the site behaves so."""
        self.site.behaviour = Behaviour(**behaviour)
        return self.runner.run(self._ask(path))

    async def _ask(self, path: str) -> httpx.Response:
        async with signed_in(self.site) as asking:
            return await asking.get(path)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Run one site for all that need only one answer."""
    with asyncio.Runner() as runner:
        site = Simulator(tmp_path_factory.mktemp("site"))
        runner.run(site.start())
        yield World(runner, site)
        runner.run(site.stop())


def login(folder: Path, *passwords: str, way: str = "/IDP", **behaviour: Any) -> tuple[list[int], int]:
    """Return the status of each login, and how often a password was counted."""

    async def run() -> tuple[list[int], int]:
        async with running(folder, **behaviour) as site:
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


def test_token_ends(tmp_path: Path) -> None:
    """A token is refused when its time is over."""

    async def run() -> list[int]:
        clock = Clock()
        async with running(tmp_path, clock=clock, expires_in=60) as site, signed_in(site) as asking:
            before = await asking.get(RECORDERS)
            clock.now += 60
            return [before.status_code, (await asking.get(RECORDERS)).status_code]

    assert asyncio.run(run()) == [200, 401]


def test_token_ends_after_calls(tmp_path: Path) -> None:
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


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_status(world: World, status: int) -> None:
    """A resource answers with the status that is asked for."""
    assert world.answer(answers={"recordingServers": status}).status_code == status


@pytest.mark.parametrize("resource", ["uris", "token"])
def test_status_before_the_login(tmp_path: Path, resource: str) -> None:
    """The well-known URIs and the token endpoint misbehave too."""

    async def run() -> int:
        async with running(tmp_path, answers={resource: 500}) as site, client(site) as asking:
            if resource == "token":
                return (await ask_token(site)).status_code
            return (await asking.get("/api/.well-known/uris")).status_code

    assert asyncio.run(run()) == 500


def test_password_counts_whatever_comes(tmp_path: Path) -> None:
    """A password that meets an error of the token endpoint was sent all the same."""
    assert login(tmp_path, PASSWORD, answers={"token": 401}) == ([401], 1)


def test_other_resources_stay_healthy(world: World) -> None:
    """A fault of one resource leaves the others alone."""
    assert world.answer(f"{REST}sites", answers={"recordingServers": 500}).status_code == 200


def test_half_an_answer(world: World) -> None:
    """Half an answer breaks off."""
    with pytest.raises(httpx.RemoteProtocolError):
        world.answer(answers={"recordingServers": Fault.HALF})


def test_html(world: World) -> None:
    """A web page may stand where JSON is expected."""
    assert (
        world.answer(answers={"recordingServers": Fault.HTML}).headers["content-type"].startswith("text/html")
    )


def test_not_json(world: World) -> None:
    """What calls itself JSON may be cut off."""
    with pytest.raises(ValueError, match="Expecting value"):
        world.answer(answers={"recordingServers": Fault.NOT_JSON}).json()


def test_empty(world: World) -> None:
    """A list may be empty, as it is without rights."""
    assert world.answer(answers={"recordingServers": Fault.EMPTY}).json() == {"array": []}


def test_slow(world: World) -> None:
    """A slow answer takes its time and is complete."""
    begun = time.monotonic()
    said = world.answer(answers={"recordingServers": Fault.SLOW}, slow=0.5)
    assert (said.status_code, time.monotonic() - begun >= 0.5) == (200, True)


def test_older_version(world: World) -> None:
    """Before 2024 R2 there is no resource for registered services."""
    assert world.answer(f"{REST}registeredServices", registered_services=False).status_code == 404


@pytest.mark.parametrize(
    ("casing", "lower", "upper"), [(Casing.ANY, 200, 200), (Casing.LOWER, 200, 404), (Casing.UPPER, 404, 200)]
)
def test_casing(tmp_path: Path, casing: Casing, lower: int, upper: int) -> None:
    """A version may know only one spelling of the path."""

    async def run() -> tuple[int, int]:
        async with running(tmp_path, casing=casing) as site, signed_in(site) as asking:
            first = await asking.get("/api/rest/v1/sites")
            second = await asking.get("/API/rest/v1/sites")
            return first.status_code, second.status_code

    assert asyncio.run(run()) == (lower, upper)


@pytest.mark.parametrize("path", ["nothing", "sites/nothing", "sites/nothing/hardware"])
def test_unknown_path(world: World, path: str) -> None:
    """What does not exist is 404."""
    assert world.answer(REST + path).status_code == 404


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
