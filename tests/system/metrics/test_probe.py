"""Probes of the real daemon: a TLS server, the list, a reload, and a Prometheus that keeps the targets."""

import asyncio
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from support.folders import ROOT
from support.pki import TODAY, Issued, authority, leaf
from support.servers.daemon.process import Running, daemon, until
from support.servers.programs import program
from support.servers.prometheus_server import prometheus
from support.servers.tls.peers import TlsPeer, listening, saying, server_context, speaking_tls

PROBE = ROOT / "deploy" / "prometheus" / "probe.yml"


@dataclass
class Estate:
    """A running daemon, a TLS server, and the connections that the server got."""

    running: Running
    port: int
    second: str
    served: Issued
    peers: list[TlsPeer]
    config: Path

    async def probe(self, **parameters: str) -> httpx.Response:
        """Return the answer to one probe."""
        return await self.running.client.get(f"{self.running.url}/probe", params=parameters)

    @property
    def target(self) -> str:
        """Return where the TLS server is."""
        return f"127.0.0.1:{self.port}"


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def section(allow: str, *, second: bool = False) -> str:
    """Return the section about probes, with a module that trusts the test's CA."""
    return (
        f"probe:\n  allow: [{allow}]\n  metrics_listen: {str(second).lower()}\n"
        "  modules:\n    ours: {trust: [ca.pem], server_name: rec.example}\n"
    )


@asynccontextmanager
async def estate(folder: Path, probe: str) -> AsyncIterator[Estate]:
    """Run the daemon, without targets of its own, beside one TLS server."""
    ca, peers, second = authority("Test CA", at=TODAY), list[TlsPeer](), f"127.0.0.1:{free_port()}"
    served = leaf("rec.example", ca, at=TODAY)
    (folder / "ca.pem").write_bytes(ca.pem)
    config = folder / "cert-monitor.yaml"
    web = f'web: {{listen: "127.0.0.1:0", metrics_listen: "{second}"}}\nstore: {{url: "sqlite:///s.db"}}\n'
    config.write_text(web + probe, "utf-8")
    async with (
        listening(speaking_tls(server_context(served), peers)) as port,
        daemon(config) as running,
    ):
        yield Estate(running, port, f"http://{second}", served, peers, config)


def samples(text: str, name: str) -> list[tuple[dict[str, str], float]]:
    """Return labels and value of each series of a name."""
    return [
        (sample.labels, sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    ]


def test_probe_of_a_server(tmp_path: Path) -> None:
    """A probe shows the certificate as judged by its module, and leaves no trace in the daemon."""

    async def run() -> None:
        async with estate(tmp_path, section("'127.0.0.1:*'")) as around:
            trusted = await around.probe(target=around.target, module="ours")
            bare = await around.probe(target=f"https://{around.target}/")
            shown = samples(trusted.text, "cert_monitor_certificate_days_to_expiry")
            assert [labels["fingerprint"] for labels, _ in shown] == [around.served.sha256]
            assert samples(trusted.text, "cert_monitor_target_up")[0][1] == 1
            assert samples(trusted.text, "cert_monitor_findings") == []
            checks = {labels["check"] for labels, _ in samples(bare.text, "cert_monitor_findings")}
            assert "trust" in checks
            assert len(around.peers) == 2
            assert await around.running.metric("cert_monitor_target_up") is None

    asyncio.run(run())


def test_probe_of_what_answers_no_tls(tmp_path: Path) -> None:
    """A closed port and a port without TLS are targets that are not up, and the comment says why."""

    async def run() -> None:
        async with (
            estate(tmp_path, section("'127.0.0.1:*'")) as around,
            listening(saying(b"SSH-2.0-OpenSSH_9.2\r\n")) as plain,
        ):
            closed = await around.probe(target=f"127.0.0.1:{free_port()}")
            other = await around.probe(target=f"127.0.0.1:{plain}")
            first = [re.match(r"# failure: (\w+): ", one.text) for one in (closed, other)]
            assert [one and one[1] for one in first] == ["refused", "not_tls"]
            ups = [samples(one.text, "cert_monitor_target_up")[0][1] for one in (closed, other)]
            assert (closed.status_code, ups) == (200, [0, 0])

    asyncio.run(run())


def test_refusals(tmp_path: Path) -> None:
    """What is not listed is not connected to; what makes no sense is said; the second address is off."""

    async def run() -> None:
        async with estate(tmp_path, section("'127.0.0.2:*', '*.example:1'")) as around:
            asked = [
                await around.probe(target=around.target),
                await around.probe(target=f"localhost:{around.port}"),
                await around.probe(target=f"[::ffff:127.0.0.1]:{around.port}"),
                await around.probe(target="", module="ours"),
                await around.probe(target="127.0.0.2:443", module="nope"),
                await around.probe(target="127.0.0.2:443\r\nX-Evil: 1"),
                await around.probe(target="ü" * 290),
                await around.probe(target="a" * 5000),
                await around.running.client.get(f"{around.second}/probe?target=127.0.0.2:443"),
            ]
            assert [one.status_code for one in asked] == [403, 403, 403, 400, 400, 400, 400, 400, 404]
            assert all(one.text.count("\n") == 1 and len(one.text) < 500 for one in asked)
            assert all("x-evil" not in one.headers for one in asked)
            assert around.peers == []

    asyncio.run(run())


def test_off(tmp_path: Path) -> None:
    """Without a list there are no probes, and the answer says how to have them."""

    async def run() -> tuple[int, str]:
        async with estate(tmp_path, "") as around:
            answer = await around.probe(target=around.target)
            return answer.status_code, answer.text

    status, text = asyncio.run(run())
    assert (status, "probe.allow" in text) == (404, True)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGHUP")
def test_reload(tmp_path: Path) -> None:
    """A reload changes the list and opens the second address, without a restart."""

    async def run() -> None:
        async with estate(tmp_path, "") as around:
            before = around.config.read_text("utf-8")
            around.config.write_text(before + section("'127.0.0.0/8:*'", second=True), "utf-8")
            around.running.process.send_signal(signal.SIGHUP)
            url = f"{around.second}/probe"

            async def answered() -> bool:
                answer = await around.running.client.get(url, params={"target": around.target})
                return answer.status_code == 200

            await until(answered)

    asyncio.run(run())


def test_scrape_timeout(tmp_path: Path) -> None:
    """A server that says nothing is reported before Prometheus' own patience ends."""

    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async def run() -> str:
        async with (
            estate(tmp_path, section("'*:*'")) as around,
            listening(silent) as port,
        ):
            answer = await around.running.client.get(
                f"{around.running.url}/probe",
                params={"target": f"127.0.0.1:{port}"},
                headers={"X-Prometheus-Scrape-Timeout-Seconds": "1"},
                timeout=5,
            )
            return answer.text

    text = asyncio.run(run())
    assert text.startswith("# failure: timeout: ")
    assert samples(text, "cert_monitor_target_probe_duration_seconds")[0][1] < 1


@pytest.mark.system
def test_example_is_accepted() -> None:
    """Prometheus accepts the example of a scrape configuration."""
    done = subprocess.run(
        [program("promtool", "prometheus"), "check", "config", PROBE.name],
        cwd=PROBE.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.system
def test_promtool_checks_a_probe(tmp_path: Path) -> None:
    """Promtool accepts the text of a probe; its one objection is to days, which are wanted."""

    async def run() -> str:
        async with estate(tmp_path, section("'*:*'")) as around:
            return (await around.probe(target=around.target)).text

    done = subprocess.run(
        [program("promtool", "prometheus"), "check", "metrics"],
        input=asyncio.run(run()),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = (done.stdout + done.stderr).splitlines()
    assert said == [
        f'cert_monitor_{of}_days_to_expiry use base unit "seconds" instead of "days"'
        for of in ("certificate", "target")
    ]


def example(listen: str, target: str) -> str:
    """Return the example configuration for a daemon and a target of the test, scraping every second."""
    text = PROBE.read_text("utf-8")
    for written, ours in (
        ("rule_files:\n  - rules.yml\n  - links.yml\n", ""),
        ("scrape_interval: 2m", "scrape_interval: 1s"),
        ("scrape_timeout: 20s", "scrape_timeout: 1s"),
        ('["recorder01.vms.example:7563", "smtp://mx.vms.example:25"]', json.dumps([f"https://{target}"])),
        ('["management.vms.example:443"]', json.dumps([target])),
        ("__param_module: management", "__param_module: ours"),
        ("127.0.0.1:9850", listen),
    ):
        assert written in text
        text = text.replace(written, ours)
    return text


@pytest.mark.system
def test_prometheus_keeps_the_targets(tmp_path: Path) -> None:
    """A Prometheus set up as in the example sees each of its targets under its own name, by its module."""

    async def run() -> None:
        async with estate(tmp_path, section("'127.0.0.1:*'")) as around:
            written = example(around.running.url.removeprefix("http://"), around.target)
            async with prometheus(tmp_path, "", written=written) as asked:
                up = await asked.until("count(cert_monitor_target_up == 1) == 2")
                assert up[0]["value"][1] == "2"
                days = await asked.ask("cert_monitor_certificate_days_to_expiry")
                assert {(one["metric"]["instance"], one["metric"]["site"]) for one in days} == {
                    (around.target, "harbor"),
                    (f"https://{around.target}", "harbor"),
                }
                untrusted = await asked.ask('cert_monitor_findings{check="trust"}')
                assert [one["metric"]["instance"] for one in untrusted] == [f"https://{around.target}"]
                alerts = await asked.ask("cert_monitor_alert")
                assert [(one["metric"]["instance"], one["metric"]["site"]) for one in alerts] == [
                    (f"https://{around.target}", "harbor")
                ]

    asyncio.run(run())
