"""The whole daemon with a store that was renewed and a port that still serves the old certificate."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path

from support.factories.sources.windows_documents import document, stored
from support.pki import Issued
from support.servers.daemon.process import started, until
from support.servers.daemon.site import DAY, NAME, Site, site

FINDINGS = "cert_monitor_findings"
NETWORK_SERVICE = {"sid": "S-1-5-20", "name": "NT AUTHORITY\\NETWORK SERVICE", "allowed": True}


def thumbprint(issued: Issued) -> str:
    """Return the SHA-1 in the form that Windows shows."""
    return sha1(issued.der).hexdigest().upper()


def report(folder: Path, *several: Issued) -> None:
    """Write the report of the machine with these certificates in its store, as the collector does."""
    key = {"link": "present", "readers": [NETWORK_SERVICE]}
    names = {"netbios": "REC", "fqdn": NAME, "addresses": []}
    held = [stored(one.der, key=key) for one in several]
    text = json.dumps(document(*held, host=names, taken_at=datetime.now(UTC).isoformat()))
    unfinished = folder / f"{NAME}.tmp"
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(folder / f"{NAME}.json")


def configured(where: Site) -> Path:
    """Write a configuration with the port and the folder of reports."""
    config = where.configure("{kind: windows_report, folder: reports}")
    text = config.read_text("utf-8").replace("title: Recorder 01", f"title: Recorder 01, aliases: [{NAME}]")
    config.write_text(text, encoding="utf-8")
    return config


def test_a_store_that_was_renewed_and_a_port_that_was_not(tmp_path: Path) -> None:
    """It shows, is mailed once also over a restart, and ends as renewed when the port serves the new one."""
    reports = tmp_path / "reports"
    reports.mkdir()

    async def scenario() -> list[str]:
        async with site(tmp_path) as where:
            old = where.issue(100 * DAY)
            new = where.issue(390 * DAY)
            where.serve(old)
            report(reports, old)
            config, post = configured(where), where.post
            async with started("run", "--config", str(config)) as running:
                await until(lambda: post.words == ["Certificates"])
                report(reports, old, new)
                await running.shows(FINDINGS, 1, check="not_deployed", target=where.target)
                await until(lambda: len(post.words) == 2)
                await running.passes(3)
            async with started("run", "--config", str(config)) as running:
                await running.shows(FINDINGS, 1, check="not_deployed", target=where.target)
                await running.passes(3)
                assert post.words == ["Certificates", "WARNING"]
                where.serve(new)
                await until(lambda: len(post.words) == 3)
                assert await running.metric(FINDINGS, check="not_deployed") is None
                await running.passes(3)
            body = post.mails[1].get_body(("plain",))
            assert body is not None
            text = str(body.get_content())
            assert f"127.0.0.1:{where.port} still serves {thumbprint(old)}" in text
            assert f"is in LocalMachine/My of {NAME}: {thumbprint(new)}" in text
        return post.words

    assert asyncio.run(scenario()) == ["Certificates", "WARNING", "Renewed"]


def test_check_shows_it(tmp_path: Path) -> None:
    """One probe of all that is configured says the same as the page."""
    reports = tmp_path / "reports"
    reports.mkdir()

    async def scenario() -> bytes:
        async with site(tmp_path) as where:
            old, new = (where.issue(days * DAY) for days in (100, 390))
            where.serve(old)
            report(reports, old, new)
            command = [sys.executable, "-m", "monitor", "check", "--config", str(configured(where))]
            command += ["--format", "json"]
            checked = await asyncio.to_thread(
                subprocess.run, command, stdout=subprocess.PIPE, timeout=60, check=False
            )
            assert checked.returncode == 1
        return checked.stdout

    elements = json.loads(asyncio.run(scenario()))
    by_host = {one["target"].rpartition(":")[0]: [f["check"] for f in one["findings"]] for one in elements}
    assert by_host["127.0.0.1"] == ["not_deployed"]
