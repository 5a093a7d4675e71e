"""The simulated XProtect site: each resource in its published form."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from monitor.demo.xprotect_data import NO_GUID, Item
from monitor.demo.xprotect_site import xprotect_entry
from support.servers.sources.xprotect_simulator import REST, client, running, signed_in

PATHS = (
    "recordingServers",
    "recordingServers?includeChildren=hardware",
    "sites",
    "childSites",
    "failoverGroups",
    "failoverRecorders",
    "registeredServices",
    "hardware",
    "hardware?disabled",
)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Ask one healthy site for every list."""

    async def run() -> dict[str, Any]:
        async with running(tmp_path_factory.mktemp("site")) as site, signed_in(site) as asking:
            return {path: (await asking.get(REST + path)).json() for path in PATHS}

    return asyncio.run(run())


def names(answer: Any) -> list[str]:
    """Return the names of a list."""
    return [item["name"] for item in answer["array"]]


def one(answer: Any, name: str) -> Item:
    """Return the item of this name."""
    found: Item = next(item for item in answer["array"] if item["name"] == name)
    return found


def test_well_known_needs_no_login(tmp_path: Path) -> None:
    """The well-known URIs name the identity provider and the gateways without a token."""

    async def run() -> tuple[Any, str]:
        async with running(tmp_path) as site, client(site) as asking:
            return (await asking.get("/API/.well-known/uris")).json(), site.url

    answer, url = asyncio.run(run())
    assert (answer["IdentityProvider"], answer["ApiGateways"]) == (f"{url}/IDP", [f"{url}/API/"])


def test_recording_servers(answers: dict[str, Any]) -> None:
    """Recording servers carry the published fields."""
    answer = answers["recordingServers"]
    published = {
        "id",
        "name",
        "displayName",
        "enabled",
        "hostName",
        "portNumber",
        "webServerUri",
        "activeWebServerUri",
        "publicAccessEnabled",
        "publicWebserverHostName",
        "publicWebserverPort",
        "version",
        "lastModified",
    }
    assert [published - item.keys() for item in answer["array"]] == [set(), set(), set()]


def test_unencrypted_recorder(answers: dict[str, Any]) -> None:
    """Only the recorder without encryption has an http URI."""
    answer = answers["recordingServers"]
    plain = [item["name"] for item in answer["array"] if item["webServerUri"].startswith("http://")]
    assert plain == ["Recorder 03"]


def test_failover_chain(tmp_path: Path) -> None:
    """A recorder's primary group leads to the failover recorder; no hot standby is an all-zero GUID."""

    async def run() -> tuple[Item, list[str]]:
        async with running(tmp_path) as site, signed_in(site) as asking:
            recorder = one((await asking.get(f"{REST}recordingServers")).json(), "Recorder 01")["id"]
            path = f"{REST}recordingServers/{recorder}/recordingServerFailovers"
            failover = (await asking.get(path)).json()["array"][0]
            group = failover["primaryFailoverGroup"].removeprefix("FailoverGroup[").removesuffix("]")
            members = await asking.get(f"{REST}failoverGroups/{group}/failoverRecorders")
            return failover, names(members.json())

    failover, members = asyncio.run(run())
    assert (failover["hotStandby"], members) == (f"FailoverRecorder[{NO_GUID}]", ["Failover 01"])


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("sites", ["Harbour"]),
        ("childSites", []),
        ("failoverGroups", ["Failover A"]),
        ("failoverRecorders", ["Failover 01"]),
        ("registeredServices", ["API", "Event Server", "Mobile Server", "Log server", "Data Collector"]),
        ("hardware", ["Camera 01", "Camera 02", "Camera 03"]),
        ("hardware?disabled", ["Camera 01", "Camera 02", "Camera 03", "Camera 04"]),
    ],
)
def test_lists(answers: dict[str, Any], resource: str, expected: list[str]) -> None:
    """Each list has its items; disabled ones only where asked for."""
    assert names(answers[resource]) == expected


def test_single_object(tmp_path: Path) -> None:
    """One object comes as data."""

    async def run() -> str:
        async with running(tmp_path) as site, signed_in(site) as asking:
            identity = site.resources["sites"][0]["id"]
            name: str = (await asking.get(f"{REST}sites/{identity}")).json()["data"]["name"]
            return name

    assert asyncio.run(run()) == "Harbour"


def test_children_are_embedded(answers: dict[str, Any]) -> None:
    """With includeChildren the devices of a recorder come with it."""
    recorder = one(answers["recordingServers?includeChildren=hardware"], "Recorder 02")
    assert [device["name"] for device in recorder["hardware"]] == ["Camera 02"]


def test_pages(tmp_path: Path) -> None:
    """Pages of ten thousand devices hold each of them once, and the page after the last is empty."""

    async def run() -> list[str]:
        async with running(tmp_path, cameras=10_000) as site, signed_in(site) as asking:
            found: list[str] = []
            for page in range(100):
                answer = (await asking.get(f"{REST}hardware", params={"page": page, "size": 1000})).json()
                if not answer["array"]:
                    return found
                found.extend(names(answer))
            return found

    found = asyncio.run(run())
    assert (len(found), len(set(found))) == (10_003, 10_003)


def test_smaller_pages_than_asked(tmp_path: Path) -> None:
    """A site may give less than the size asked for."""

    async def run() -> int:
        async with running(tmp_path, cameras=50, largest_page=20) as site, signed_in(site) as asking:
            return len(names((await asking.get(f"{REST}hardware?page=0&size=50")).json()))

    assert asyncio.run(run()) == 20


def _settings(folder: Path, camera: str, path: str, **behavior: Any) -> Any:
    async def run() -> Any:
        async with running(folder, **behavior) as site, signed_in(site) as asking:
            devices = (await asking.get(f"{REST}hardware?disabled")).json()
            return (await asking.get(REST + path.format(one(devices, camera)["id"]))).json()

    return asyncio.run(run())


def test_settings_as_documented(tmp_path: Path) -> None:
    """The documented spelling begins with HTTPS in capitals."""
    path = "hardware/{}/hardwareDriverSettings"
    answer = _settings(tmp_path, "Camera 01", path, lower_settings=False)["array"][0]
    found = {key: answer[key] for key in ("HTTPSEnabled", "HTTPSPort", "HTTPSValidateCertificate")}
    assert found == {"HTTPSEnabled": "Yes", "HTTPSPort": 8443, "HTTPSValidateCertificate": "No"}


def test_settings_as_published(tmp_path: Path) -> None:
    """Published answers begin with httpS, in a wrapper; the device without HTTPS says No."""
    answer = _settings(tmp_path, "Camera 03", "hardware/{}/hardwareDriverSettings")["array"][0]
    assert answer["hardwareDriverSettings"]["httpSEnabled"] == "No"


def test_settings_by_device(tmp_path: Path) -> None:
    """The other address of the settings answers one object."""
    answer = _settings(tmp_path, "Camera 02", "hardwareDriverSettings/{}")
    assert answer["data"]["hardwareDriverSettings"]["httpSEnabled"] == "Yes"


def test_calls_are_noted(tmp_path: Path) -> None:
    """Every call is in the list as it was spelled."""

    async def run() -> list[str]:
        async with running(tmp_path) as site, signed_in(site) as asking:
            await asking.get(f"{REST}recordingServers")
            return site.calls

    assert asyncio.run(run()) == ["POST /IDP/connect/token", f"GET {REST}recordingServers"]


def test_entry(tmp_path: Path) -> None:
    """The entry for a configuration names the site's address and its two files."""

    async def run() -> tuple[str, str]:
        async with running(tmp_path) as site:
            return xprotect_entry(site), site.url

    entry, url = asyncio.run(run())
    assert f"address: {url}\n" in entry
    assert {path.name for path in tmp_path.iterdir()} >= {"site-ca.cer", "vms-password"}
