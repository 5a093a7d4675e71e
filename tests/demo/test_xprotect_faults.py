"""The simulated XProtect site: each way to misbehave."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.demo.xprotect_site import Behavior, Casing, Fault, Simulator
from support.servers.sources.xprotect_simulator import REST, ask_token, client, running, signed_in

RECORDERS = f"{REST}recordingServers"


@dataclass(frozen=True)
class World:
    """A site that runs while ``runner`` runs something."""

    runner: asyncio.Runner
    site: Simulator

    def answer(self, path: str = RECORDERS, **behavior: Any) -> httpx.Response:
        """Return what a signed-in client gets when the site behaves so."""
        self.site.behavior = Behavior(**behavior)
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
