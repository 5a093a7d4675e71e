"""``xprotect verify`` in the middle of a renewal: what is expected, what a store knows, and half the work."""

import asyncio
import hashlib
import json
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from monitor.demo.pki import Issued
from monitor.demo.windows_reports import write_reports
from monitor.demo.xprotect_renewal import Renewal
from support.servers.daemon.command import Done, run
from support.servers.sources.xprotect_simulator import running

CONFIGURED = """
defaults: {{trust: [{trust}]}}
targets:
  - {{kind: xprotect_site, address: "{url}", username: certmon, password_file: {password}, trust: [{trust}]}}
  - {{kind: windows_report, folder: {folder}/reports, late_after: 30d}}
"""
RECORDER = "recorder02"


@asynccontextmanager
async def renewing() -> AsyncIterator[Renewal]:
    """Run a site whose recorder has a new certificate in its store that no port serves yet."""
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder)) as site:
            renewal = Renewal(site, pause=0)
            write_reports(Path(folder), renewal)
            yield renewal


async def verify(renewal: Renewal, *more: str) -> Done:
    """Verify the recorder by its role."""
    site = renewal.site
    roles = ("--role", "recording_server", "--trust", str(site.trust))
    return await asyncio.to_thread(run, "xprotect", "verify", site.endpoints[RECORDER].address, *roles, *more)


async def verify_configured(renewal: Renewal, *more: str) -> Done:
    """Verify the recorder with a configuration that has its site and its store."""
    site = renewal.site
    file = site.folder / "c.yaml"
    file.write_text(
        CONFIGURED.format(url=site.url, password=site.password_file, trust=site.trust, folder=site.folder),
        encoding="utf-8",
    )
    address = site.endpoints[RECORDER].address
    return await asyncio.to_thread(run, "xprotect", "verify", address, "--config", str(file), *more)


def verdicts(done: Done) -> dict[str, str]:
    """Return the verdict of each certificate group."""
    found = re.findall(r"^(GREEN|VALID|RED|UNVERIFIED)\s+(.+) certificate$", done.out, re.MULTILINE)
    return {group: verdict for verdict, group in found}


def thumbprint(issued: Issued, algorithm: str = "sha1") -> str:
    """Return the thumbprint of a certificate in lower case."""
    return hashlib.new(algorithm, issued.der, usedforsecurity=False).hexdigest()


def test_expected_thumbprint() -> None:
    """Red before, half red with the group that is left, green after, and red again when switched back."""

    async def steps() -> None:
        async with renewing() as renewal:
            new = thumbprint(renewal.newest(RECORDER))
            before = await verify(renewal, "--expect", new)
            assert (before.code, set(verdicts(before).values())) == (2, {"RED"})
            assert f"does not serve the expected certificate {new.upper()}" in before.out

            await renewal.switch(RECORDER, "streaming_media")
            half = await verify(renewal, "--expect", new)
            assert (half.code, verdicts(half)) == (2, {"streaming media": "GREEN", "server": "RED"})
            assert (
                "Only a part was switched: the new certificate is in use as streaming media certificate, "
                "not as server certificate." in half.out
            )

            await renewal.switch(RECORDER, "server")
            after = await verify(renewal, "--expect", new)
            assert (after.code, set(verdicts(after).values())) == (0, {"GREEN"})

            await renewal.switch_back(RECORDER)
            back = await verify(renewal, "--expect", new)
            assert (back.code, set(verdicts(back).values())) == (2, {"RED"})

    asyncio.run(steps())


def test_spellings_and_files() -> None:
    """A thumbprint is taken as Windows, OpenSSL and PowerShell write it, and so is a file."""

    async def steps() -> None:
        async with renewing() as renewal:
            await renewal.switch(RECORDER)
            issued = renewal.newest(RECORDER)
            sha1, sha256 = thumbprint(issued), thumbprint(issued, "sha256")
            pairs = [sha256[at : at + 2].upper() for at in range(0, 64, 2)]
            pem = renewal.site.folder / "new.pem"
            pem.write_bytes(issued.chain_pem)
            spellings = (
                sha1.upper(),
                "\u200e" + " ".join(sha1[at : at + 2] for at in range(0, 40, 2)),
                ":".join(pairs),
                str(pem),
                str(renewal.site.folder / f"{RECORDER}-new.cer"),
            )
            for written in spellings:
                assert (await verify(renewal, "--expect", written)).code == 0, written

    asyncio.run(steps())


def test_the_store_knows() -> None:
    """With a configuration, what lies in the store and is not served is red, without anything expected."""

    async def steps() -> None:
        async with renewing() as renewal:
            new = thumbprint(renewal.newest(RECORDER)).upper()
            before = await verify_configured(renewal)
            assert (before.code, set(verdicts(before).values())) == (2, {"RED"})
            assert f"still serves the old certificate: {new} replaces it" in before.out

            await renewal.switch(RECORDER, "server")
            half = await verify_configured(renewal)
            assert (half.code, verdicts(half)) == (2, {"server": "GREEN", "streaming media": "RED"})
            assert "Only a part was switched" in half.out

            await renewal.switch(RECORDER, "streaming_media")
            after = await verify_configured(renewal)
            assert (after.code, set(verdicts(after).values())) == (0, {"GREEN"})
            assert f"according to the store of {RECORDER}.vms.example as of " in after.out

    asyncio.run(steps())


def test_name_of_the_machine() -> None:
    """Where the site gives only an address, the name in the machine's report finds its ports."""

    async def steps() -> None:
        async with renewing() as renewal:
            await verify_configured(renewal)
            file = str(renewal.site.folder / "c.yaml")
            name = f"{RECORDER}.vms.example"
            done = await asyncio.to_thread(run, "xprotect", "verify", name, "--config", file)
        assert (done.code, set(verdicts(done).values())) == (2, {"RED"}), done.err

    asyncio.run(steps())


def test_nothing_is_known() -> None:
    """Without anything that says which certificate is new no port is green, old or new, and that is said."""

    async def steps() -> None:
        async with renewing() as renewal:
            before = await verify(renewal)
            await renewal.switch(RECORDER)
            after = await verify(renewal)
        for done in (before, after):
            assert (done.code, set(verdicts(done).values())) == (0, {"VALID"})
            assert "Not known from here:\n  whether a port serves the new certificate" in done.out
            assert "whether the server was registered" in done.out
            assert "whether the service can read the private key" in done.out

    asyncio.run(steps())


def test_half_of_it_shows_on_the_ports() -> None:
    """One port that serves a newer certificate than another is half the work, whatever else is known."""

    async def steps() -> None:
        async with renewing() as renewal:
            await renewal.switch(RECORDER, "streaming_media")
            done = await verify(renewal)
        assert (done.code, verdicts(done)) == (2, {"streaming media": "VALID", "server": "RED"})
        assert "serves an older certificate than " in done.out

    asyncio.run(steps())


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("100", "refused the registration"),
        ("50", "where nobody could explain it"),
        ("4294967295", "exit code -1: an unknown error"),
        ("7", "its meaning is not known"),
    ],
)
def test_registration(code: str, said: str) -> None:
    """A failed run of Server Configurator is red although every port serves the new certificate."""

    async def steps() -> None:
        async with renewing() as renewal:
            await renewal.switch(RECORDER, registers=False)
            done = await verify(
                renewal, "--expect", thumbprint(renewal.newest(RECORDER)), "--exit-code", code
            )
        assert (done.code, set(verdicts(done).values()), said in done.out) == (2, {"GREEN"}, True), done.out

    asyncio.run(steps())


def test_key_that_cannot_be_read() -> None:
    """A key that the service's account may not read, by the report of the machine, is red."""

    async def steps() -> None:
        async with renewing() as renewal:
            await renewal.switch(RECORDER)
            file = renewal.site.folder / "reports" / f"{RECORDER}.vms.example.json"
            document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            for one in document["certificates"]:
                one["key"]["readers"] = one["key"]["readers"][:2]
            file.write_text(json.dumps(document), encoding="utf-8")
            done = await verify_configured(renewal)
        assert done.code == 2
        assert re.search(r"^ {4}key_inaccessible: .*NetworkService", done.out, re.MULTILINE), done.out

    asyncio.run(steps())


def test_json() -> None:
    """The same as data: verdict, use and thumbprints of each port, what was switched, what is not known."""

    async def steps() -> dict[str, Any]:
        async with renewing() as renewal:
            new = await renewal.switch(RECORDER, "streaming_media", registers=False)
            done = await verify(renewal, "--expect", new.thumbprint, "--exit-code", "100", "--format", "json")
            assert done.code == 2
            found: dict[str, Any] = json.loads(done.out)
            return found

    found = asyncio.run(steps())
    ports = {one["certificate_group"]: (one["verdict"], one["in_use"]) for one in found["ports"]}
    assert ports == {"streaming_media": ("green", "expected"), "server": ("red", "not_expected")}
    assert found["switched"] == ["streaming media certificate"]
    assert found["not_switched"] == ["server certificate"]
    assert found["configurator"]["exit_code"] == 100
    assert len(found["not_known"]) == 1


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ("12345", "neither a thumbprint (40 or 64 hexadecimal digits) nor a file that can be read"),
        ("pyproject.toml", "there is no server certificate"),
    ],
)
def test_what_cannot_be_expected(expect: str, said: str) -> None:
    """What is neither a thumbprint nor a file with a certificate is a mistake, not red."""
    done = run("xprotect", "verify", "h", "--role", "recording_server", "--expect", expect)
    assert (done.code, said in done.err) == (3, True), done.err
