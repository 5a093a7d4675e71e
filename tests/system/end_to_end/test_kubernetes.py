"""The daemon and ``check`` with a cluster, from configuration to page, each as a process of its own."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.servers.daemon.process import daemon
from support.servers.sources.kubernetes_server import Api, kubeconfig, kubernetes_api

CONFIG = """\
store: {{url: "sqlite:///{store}"}}
web: {{listen: "127.0.0.1:0", access: open}}
targets:
  - {{kind: kubernetes, name: lab, kubeconfig: "{kubeconfig}"}}
"""


@pytest.fixture
def api() -> Iterator[Api]:
    """Give a server with the recorded lists."""
    with kubernetes_api() as running:
        yield running


def configured(folder: Path, api: Api) -> Path:
    """Return a configuration that watches the server."""
    path = folder / "cert-monitor.yaml"
    store = (folder / "state.db").as_posix()
    path.write_text(CONFIG.format(store=store, kubeconfig=kubeconfig(folder, api).as_posix()))
    return path


def test_cluster_is_checked_by_hand(tmp_path: Path, api: Api) -> None:
    """``check --config`` shows every location of the cluster."""
    command = [sys.executable, "-m", "monitor", "check", "--config", str(configured(tmp_path, api))]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    for location in ("vms/secret/tls-1#tls.crt", "web/secret/tls-1#ca.crt", "vms/configmap/bundle#ca.pem"):
        assert location in done.stdout


def test_cluster_is_watched(tmp_path: Path, api: Api) -> None:
    """Metrics and page show the cluster's certificates, and that nothing failed."""

    async def use() -> tuple[str, str, str]:
        async with daemon(configured(tmp_path, api)) as running:
            await running.shows("cert_monitor_targets", 0, state="pending")
            metrics, page = await running.get("/metrics"), await running.get("/certificates")
            return metrics.text, page.text, running.log

    metrics, page, log = asyncio.run(use())
    assert 'target="kubernetes:lab"' in metrics
    assert "vms/secret/tls-1#tls.crt" in metrics
    assert "svc1.web.svc" in page
    assert "Traceback" not in log
