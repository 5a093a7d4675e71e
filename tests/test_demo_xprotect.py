"""The simulated XProtect site: each resource in its published form."""

import asyncio
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from xprotect_simulator import REST, ask_token, client, running, signed_in

from monitor.demo.xprotect_data import NO_GUID, Item
from monitor.demo.xprotect_machines import MACHINES, Door, Machine, Serves
from monitor.demo.xprotect_servers import claim, release
from monitor.demo.xprotect_site import Simulator, xprotect_entry

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
PORTS = (("recorder01", 7563), ("recorder01", 9001), ("mobile01", 8082), ("camera02", 8443))


@dataclass(frozen=True)
class Visit:
    """Hold what one visitor of a healthy site gathered."""

    answers: dict[str, Any]
    served: dict[tuple[str, int], x509.Certificate]
    authority: x509.Certificate


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """Ask one site for every list, and look at its certificates."""

    async def run() -> Visit:
        async with running(tmp_path_factory.mktemp("site")) as site, signed_in(site) as asking:
            answers = {path: (await asking.get(REST + path)).json() for path in PATHS}
            served = {port: await _served(site, *port) for port in PORTS}
            return Visit(answers, served, site.ca.certificate)

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


def test_recording_servers(visit: Visit) -> None:
    """Recording servers carry the published fields."""
    answer = visit.answers["recordingServers"]
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


def test_unencrypted_recorder(visit: Visit) -> None:
    """Only the recorder without encryption has an http URI."""
    answer = visit.answers["recordingServers"]
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
def test_lists(visit: Visit, resource: str, expected: list[str]) -> None:
    """Each list has its items; disabled ones only where asked for."""
    assert names(visit.answers[resource]) == expected


def test_single_object(tmp_path: Path) -> None:
    """One object comes as data."""

    async def run() -> str:
        async with running(tmp_path) as site, signed_in(site) as asking:
            identity = site.resources["sites"][0]["id"]
            name: str = (await asking.get(f"{REST}sites/{identity}")).json()["data"]["name"]
            return name

    assert asyncio.run(run()) == "Harbour"


def test_children_are_embedded(visit: Visit) -> None:
    """With includeChildren the devices of a recorder come with it."""
    recorder = one(visit.answers["recordingServers?includeChildren=hardware"], "Recorder 02")
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


def _settings(folder: Path, camera: str, path: str, **behaviour: Any) -> Any:
    async def run() -> Any:
        async with running(folder, **behaviour) as site, signed_in(site) as asking:
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


async def _served(site: Simulator, machine: str, port: int) -> x509.Certificate:
    """Return the certificate behind one port of the plan."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    place = site.places[machine]
    _, writer = await asyncio.open_connection(place.address, place.ports[port], ssl=context)
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return x509.load_der_x509_certificate(der)


def test_recorder_renewed_on_one_port(visit: Visit) -> None:
    """Recorder 01 serves a new certificate for media and an old one to the management server."""
    media, server = visit.served["recorder01", 7563], visit.served["recorder01", 9001]
    assert media.not_valid_after_utc - server.not_valid_after_utc > timedelta(days=300)


def test_newest_leaf_outlives_its_authority(visit: Visit) -> None:
    """The renewed certificate ends after the CA that signed it, which is in its last months."""
    leaf = visit.served["recorder01", 7563].not_valid_after_utc
    assert datetime.now(UTC) + timedelta(days=91) > visit.authority.not_valid_after_utc < leaf


def test_certificates_carry_the_address(tmp_path: Path) -> None:
    """A client that verifies the name by address is satisfied by the event server."""

    async def run() -> bool:
        async with running(tmp_path) as site:
            context = ssl.create_default_context(cadata=site.ca.der)
            place = site.places["event01"]
            _, writer = await asyncio.open_connection(place.address, place.ports[22331], ssl=context)
            writer.close()
            return True

    assert asyncio.run(run())


def test_mobile_server_signs_itself(visit: Visit) -> None:
    """The mobile server still has the certificate that signed itself."""
    mobile = visit.served["mobile01", 8082]
    assert mobile.issuer == mobile.subject


def test_camera_has_expired(visit: Visit) -> None:
    """Camera 02 serves an expired certificate."""
    assert visit.served["camera02", 8443].not_valid_after_utc < datetime.now(UTC)


def test_failover_recorder_is_silent(tmp_path: Path) -> None:
    """Nothing listens on the failover recorder."""

    async def run() -> None:
        async with running(tmp_path) as site:
            await _served(site, "failover01", 7563)

    with pytest.raises(ConnectionRefusedError):
        asyncio.run(run())


def test_unencrypted_recorder_answers_plainly(tmp_path: Path) -> None:
    """The media port of recorder 03 answers a TLS greeting in plain HTTP."""

    async def run() -> bytes:
        async with running(tmp_path) as site:
            place = site.places["recorder03"]
            reader, writer = await asyncio.open_connection(place.address, place.ports[7563])
            writer.write(b"\x16\x03\x01")
            begin = await reader.readexactly(8)
            writer.close()
            return begin

    assert asyncio.run(run()) == b"HTTP/1.1"


def test_calls_are_noted(tmp_path: Path) -> None:
    """Every call is in the list as it was spelled."""

    async def run() -> list[str]:
        async with running(tmp_path) as site, signed_in(site) as asking:
            await asking.get(f"{REST}recordingServers")
            return site.calls

    assert asyncio.run(run()) == ["POST /IDP/connect/token", f"GET {REST}recordingServers"]


def test_two_sites_at_once(tmp_path: Path) -> None:
    """Two sites run beside each other on addresses of their own."""

    async def run() -> tuple[int, int]:
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()
        async with running(tmp_path / "a") as first, running(tmp_path / "b") as second:
            return (await ask_token(first)).status_code, (await ask_token(second)).status_code

    assert asyncio.run(run()) == (200, 200)


def test_ports_are_free_after_stop(tmp_path: Path) -> None:
    """What a site held can be had again at once."""

    async def run() -> list[str]:
        found = []
        for _ in range(2):
            async with running(tmp_path) as site, client(site) as asking:
                await asking.get("/api/.well-known/uris")
                found.append(site.url)
        return found

    first, second = asyncio.run(run())
    assert first == second


def test_one_address_for_all() -> None:
    """Where only 127.0.0.1 exists, taken ports move if they are announced, and are left out otherwise."""
    machines = (
        Machine("a", (Door(18901, Serves.PLAIN), Door(18902, announced=False))),
        Machine("b", (Door(18901, Serves.PLAIN), Door(18902, announced=False))),
    )
    places = claim(machines, addresses=())
    try:
        found = [(place.address, sorted(place.ports)) for place in places]
    finally:
        release(places)
    assert found == [("127.0.0.1", [18901, 18902]), ("127.0.0.1", [18901])]


def test_taken_everywhere() -> None:
    """A port that another program holds on every address moves; the computer keeps an address of its own."""
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (place,) = claim((Machine("a", (Door(port, Serves.PLAIN),)),), addresses=("127.0.0.1",))
        moved = place.ports[port]
        release((place,))
    assert (place.address, moved != port) == ("127.0.0.1", True)


def test_site_on_one_address(tmp_path: Path) -> None:
    """A site whose computers share 127.0.0.1 still announces ports that answer."""

    async def run() -> tuple[str, int]:
        site = Simulator(tmp_path, addresses=())
        await site.start()
        try:
            async with signed_in(site) as asking:
                recorders = (await asking.get(f"{REST}recordingServers")).json()
            uri = urlsplit(one(recorders, "Recorder 02")["webServerUri"])
            context = ssl.create_default_context(cadata=site.ca.der)
            _, writer = await asyncio.open_connection(uri.hostname, uri.port, ssl=context)
            writer.close()
            return str(uri.hostname), len(site.places)
        finally:
            await site.stop()

    assert asyncio.run(run()) == ("127.0.0.1", 11)


def test_entry(tmp_path: Path) -> None:
    """The entry for a configuration names the site's address and its two files."""

    async def run() -> tuple[str, str]:
        async with running(tmp_path) as site:
            return xprotect_entry(site), site.url

    entry, url = asyncio.run(run())
    assert f"address: {url}\n" in entry
    assert {path.name for path in tmp_path.iterdir()} >= {"site-ca.cer", "vms-password"}


def test_machines_have_one_gateway() -> None:
    """One port of one computer is the gateway."""
    doors = [door for machine in MACHINES for door in machine.doors if door.serves is Serves.GATEWAY]
    assert len(doors) == 1
