"""What the container image is made of: its health check, and the configuration that opens the page."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.config import load
from monitor.web import WebServer, make_app
from support.factories.web.fakes import FakeDaemon
from support.folders import ROOT
from support.pki.certificates import leaf
from support.pki.contexts import tls_context
from support.servers.programs import free_port

CONTAINER = ROOT / "deploy" / "container"
IMAGE = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")


def healthy(port: int, path: str = "/livez") -> bool:
    """Return what the image's health check makes of a port."""
    command = [sys.executable, str(CONTAINER / "health.py"), str(port), path]
    return subprocess.run(command, timeout=30, check=False).returncode == 0


@pytest.mark.parametrize("encrypted", [False, True])
def test_health_check_is_answered(*, encrypted: bool) -> None:
    """The health check succeeds where the page answers, with or without TLS, and asks the given path."""
    daemon = FakeDaemon()
    tls = tls_context(leaf("vms.example")) if encrypted else None

    async def use() -> list[bool]:
        server = WebServer(make_app(daemon, daemon), "127.0.0.1", 0, tls=tls)
        await server.start()
        port = int(server.url.rpartition(":")[2])
        try:
            return [await asyncio.to_thread(healthy, port, path) for path in ("/livez", "/nowhere")]
        finally:
            await server.stop()

    assert asyncio.run(use()) == [True, False]


def test_health_check_fails_where_nothing_listens() -> None:
    """Without a service the health check fails."""
    assert not healthy(free_port())


def test_image_opens_the_page_of_a_short_configuration(tmp_path: Path) -> None:
    """The image's second configuration includes the mounted one and opens the page."""
    mounted = tmp_path / "cert-monitor.yaml"
    mounted.write_text("targets: [{kind: endpoint, address: portal.vms.example}]\n", "utf-8")
    text = (CONTAINER / "open.yaml").read_text("utf-8")
    assert "/etc/cert-monitor/cert-monitor.yaml" in text
    (tmp_path / "open.yaml").write_text(text.replace("/etc/cert-monitor/", ""), "utf-8")
    found = load(tmp_path / "open.yaml")
    assert (found.web.access, found.web.address.port, len(found.targets)) == ("open", 9850, 1)


def test_image_keeps_its_state_in_the_volume() -> None:
    """A configuration without ``store`` has its database in the folder that is a volume."""
    assert "STATE_DIRECTORY=/var/lib/cert-monitor " in IMAGE
    assert "\nVOLUME /var/lib/cert-monitor\n" in IMAGE


def test_image_installs_nothing_without_its_hash() -> None:
    """What is downloaded is checked by hashes; our own wheel is built with what was downloaded so."""
    installs = [line for line in IMAGE.splitlines() if "pip install" in line or "pip wheel" in line]
    checked = ("--require-hashes", "--no-build-isolation", "--no-index --no-deps")
    assert [line for line in installs if not any(one in line for one in checked)] == []
    assert len(installs) == 4


def test_builder_is_sent_what_is_copied() -> None:
    """Every file that the image is made from is let through to the builder."""
    ignored = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    sent = {line[1:] for line in ignored if line.startswith("!")}
    copied = [
        line.split()[1:-1] for line in IMAGE.splitlines() if line.startswith("COPY ") and "--from" not in line
    ]
    names = {name for line in copied for name in line}
    assert {name for name in names if not any((f"{name}/").startswith(f"{one}/") for one in sent)} == set()
