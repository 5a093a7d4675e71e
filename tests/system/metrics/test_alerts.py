"""The metric of alerts on the real daemon: it needs no receiver, and a restart changes no series."""

import asyncio
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from support.servers.daemon.process import Running, daemon, until
from support.servers.daemon.site import DAY, site
from support.servers.prometheus_server import free_port


async def series(running: Running) -> list[dict[str, str]]:
    """Return the labels of each alert, sorted by titles."""
    text = (await running.get("/metrics")).text
    found = [
        sample.labels
        for family in text_string_to_metric_families(text)
        if family.name == "cert_monitor_alert"
        for sample in family.samples
    ]
    return sorted(found, key=lambda labels: labels["title"])


async def titled(running: Running, *titles: str) -> list[dict[str, str]]:
    """Wait until exactly the alerts with these titles are exposed."""

    async def same() -> bool:
        return [labels["title"] for labels in await series(running)] == sorted(titles)

    await until(same)
    return await series(running)


def without_mails(config: Path) -> Path:
    """Take the section of mails out of a configuration."""
    lines = config.read_text("utf-8").splitlines()
    config.write_text("\n".join(line for line in lines if not line.startswith("email:")), "utf-8")
    return config


def test_a_restart_changes_no_alert(tmp_path: Path) -> None:
    """An expired certificate and a host without an answer are the same series before and after."""
    gone = f"127.0.0.1:{free_port()}"
    labels = "title: Log server, labels: {site: harbor}"
    line = f'{{kind: endpoint, address: "{gone}", unreachable_after: 2, {labels}}}'

    async def scenario() -> None:
        async with site(tmp_path, ends_in=-DAY) as where:
            config = without_mails(where.configure(line))
            async with daemon(config) as running:
                before = await titled(running, "Log server", "Recorder 01")
            async with daemon(config) as running:
                await running.passes(1)
                after = [await series(running)]
                await running.passes(3)
                after.append(await series(running))
            assert after == [before, before]
            assert where.post.mails == []
            assert [(one["check"], one["level"], one["site"]) for one in before] == [
                ("unreachable", "warning", "harbor"),
                ("expiry", "expired", ""),
            ]

    asyncio.run(scenario())
