"""A renewal in progress on the simulated site: stores, ports that switch, registration, going back."""

import asyncio
import hashlib
import json
import ssl
from pathlib import Path
from typing import Any

import pytest

from monitor.demo.windows_reports import FOLDER, write_reports
from monitor.demo.xprotect_renewal import Renewal, RenewalError, SwitchResult, thumbprint
from monitor.demo.xprotect_site import Simulator
from support.servers.sources.xprotect_simulator import running

RECORDER, MEDIA, SERVER = "recorder02", 7563, 9001


async def served(site: Simulator, machine: str, port: int) -> str:
    """Return the SHA-1 thumbprint of what a port really serves."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    endpoint = site.endpoints[machine]
    _, writer = await asyncio.open_connection(endpoint.address, endpoint.ports[port], ssl=context)
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return ssl_thumbprint(der)


def ssl_thumbprint(der: bytes) -> str:
    """Return the SHA-1 thumbprint of a certificate."""
    return hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()


def stored(folder: Path, machine: str) -> dict[str, Any]:
    """Return what the report of a machine has."""
    document: dict[str, Any] = json.loads(
        (folder / FOLDER / f"{machine}.vms.example.json").read_text(encoding="utf-8")
    )
    return document


def test_one_group(tmp_path: Path) -> None:
    """Only the ports of the group that was named serve the new certificate."""

    async def run() -> tuple[SwitchResult, str, str, str]:
        async with running(tmp_path) as site:
            renewal = Renewal(site, pause=0)
            new = thumbprint(renewal.issue(RECORDER))
            before = await served(site, RECORDER, SERVER)
            done = await renewal.switch(RECORDER, "streaming_media")
            media, server = await served(site, RECORDER, MEDIA), await served(site, RECORDER, SERVER)
            assert (media, server) == (new, before)
            return done, new, before, media

    done, new, before, _ = asyncio.run(run())
    assert (done.exit_code, done.groups) == (0, ("streaming_media",))
    assert [(one.before, one.after) for one in done.ports] == [(before, new)]
    assert "/certificategroup=549df21d-047c-456b-958e-99e65dd8b3ec" in done.text


def test_every_group(tmp_path: Path) -> None:
    """Without a group all ports are switched, one group after the other, and back again."""

    async def run() -> None:
        async with running(tmp_path) as site:
            renewal = Renewal(site, pause=0)
            old = [await served(site, RECORDER, port) for port in (MEDIA, SERVER, 7609)]
            done = await renewal.switch(RECORDER)
            new = [await served(site, RECORDER, port) for port in (MEDIA, SERVER, 7609)]
            assert set(new) == {thumbprint(renewal.newest(RECORDER))}
            assert done.groups == ("server", "streaming_media")
            await renewal.switch_back(RECORDER)
            assert [await served(site, RECORDER, port) for port in (MEDIA, SERVER, 7609)] == old

    asyncio.run(run())


def test_closed_while_it_restarts(tmp_path: Path) -> None:
    """A port is refused while its service restarts, and answers afterwards."""

    async def run() -> None:
        async with running(tmp_path) as site:
            switching = asyncio.create_task(Renewal(site, pause=0.3).switch(RECORDER, "streaming_media"))
            await asyncio.sleep(0.1)
            with pytest.raises(ConnectionRefusedError):
                await served(site, RECORDER, MEDIA)
            await switching
            await served(site, RECORDER, MEDIA)

    asyncio.run(run())


def test_gateway(tmp_path: Path) -> None:
    """The API serves the new certificate after its group was switched."""

    async def run() -> None:
        async with running(tmp_path) as site:
            renewal = Renewal(site, pause=0)
            await renewal.switch("management", "server")
            assert await served(site, "management", 8443) == thumbprint(renewal.newest("management"))

    asyncio.run(run())


def test_registration_refused(tmp_path: Path) -> None:
    """A failed registration is exit code 100, though the certificate is in use; a repeat succeeds."""

    async def run() -> list[int]:
        async with running(tmp_path) as site:
            renewal = Renewal(site, pause=0)
            first = await renewal.switch("event01", registers=False)
            assert await served(site, "event01", 22331) == first.thumbprint
            assert "not registered" in first.text
            return [first.exit_code, (await renewal.switch("event01")).exit_code]

    assert asyncio.run(run()) == [100, 0]


def test_store_before_and_after(tmp_path: Path) -> None:
    """The report of a machine has the new certificate before the switch, and its bindings after it."""

    async def run() -> None:
        async with running(tmp_path) as site:
            renewal = Renewal(site, pause=0)
            write_reports(tmp_path, renewal)
            new = thumbprint(renewal.issue("recorder03"))
            before = stored(tmp_path, "recorder03")
            assert new in {one["thumbprint"] for one in before["certificates"]}
            assert new not in {one["thumbprint"] for one in before["bindings"]}
            await renewal.switch("recorder03", "server")
            after = stored(tmp_path, "recorder03")
            assert {one["thumbprint"] for one in after["bindings"]} == {new}
            assert len(after["certificates"]) == 2

    asyncio.run(run())


@pytest.mark.parametrize(
    ("server", "group", "said"),
    [
        ("camera01", "", "is no server of the demo; they are management, recorder01"),
        ("recorder99", "", "is no server"),
        ("mobile01", "server", "has no group server; its groups are mobile"),
    ],
)
def test_what_cannot_be_switched(tmp_path: Path, server: str, group: str, said: str) -> None:
    """An unknown server or group is a sentence."""

    async def run() -> None:
        async with running(tmp_path) as site:
            with pytest.raises(RenewalError, match=said):
                await Renewal(site, pause=0).switch(server, group)

    asyncio.run(run())


def test_nothing_to_go_back_to(tmp_path: Path) -> None:
    """What was never switched cannot be switched back."""

    async def run() -> None:
        async with running(tmp_path) as site:
            with pytest.raises(RenewalError, match="has not been switched"):
                await Renewal(site, pause=0).switch_back(RECORDER)

    asyncio.run(run())
