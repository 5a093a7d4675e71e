"""The compose file: what it mounts exists, its parts find each other, and its ports are on loopback."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitor.config import load
from monitor.delivery.email.entry import EmailReceiverSettings
from support.folders import ROOT
from support.servers.programs import program

FOLDER = ROOT / "deploy" / "compose"
PROVIDER = ROOT / "grafana" / "provisioning" / "dashboards" / "cert-monitor.yml"


def read(path: Path) -> dict[str, Any]:
    """Return what a YAML file says."""
    found: dict[str, Any] = YAML(typ="safe").load(path.read_text("utf-8"))
    return found


COMPOSE = read(FOLDER / "compose.yaml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def mounts(service: str) -> dict[str, str]:
    """Return what a service mounts: the path in its container by what is mounted."""
    return {one.split(":")[0]: one.split(":")[1] for one in SERVICES[service].get("volumes", ())}


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_mounted_exists(service: str) -> None:
    """Each mounted file is in the repository, and each volume is declared."""
    sources = mounts(service)
    assert [one for one in sources if one.startswith(".") and not (FOLDER / one).exists()] == []
    assert {one for one in sources if not one.startswith(".")} <= set(COMPOSE["volumes"])


def test_ports_are_for_this_machine() -> None:
    """No port is published beyond loopback."""
    ports = [port for service in SERVICES.values() for port in service["ports"]]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert len(ports) == len(SERVICES)


def test_images_have_a_version() -> None:
    """What is not built here is a version that somebody chose."""
    images = {name: service["image"] for name, service in SERVICES.items() if "build" not in service}
    assert {name for name, image in images.items() if not re.search(r":v?\d+\.\d+\.\d+$", image)} == set()


def test_image_is_built_from_the_dockerfile() -> None:
    """The image of cert-monitor is made from this repository."""
    build = SERVICES["cert-monitor"]["build"]
    assert (FOLDER / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).exists()


def test_configuration_fits() -> None:
    """The configuration loads, mails to Mailpit, and serves the page at the published port."""
    found = load(FOLDER / "cert-monitor.yaml")
    email = found.receivers["email"]
    assert isinstance(email, EmailReceiverSettings)
    assert (email.email.host in SERVICES, email.email.port) == (True, 1025)
    assert SERVICES["cert-monitor"]["ports"] == [f"127.0.0.1:9850:{found.web.address.port}"]


def test_prometheus_finds_the_others() -> None:
    """Prometheus scrapes by a name that the page answers to, and notifies Alertmanager."""
    config = read(FOLDER / "prometheus.yml")
    [job] = config["scrape_configs"]
    [manager] = config["alerting"]["alertmanagers"]
    assert job["job_name"] == "cert-monitor"
    assert job["static_configs"] == [{"targets": [f"{SERVICES['cert-monitor']['hostname']}:9850"]}]
    assert manager["static_configs"][0]["targets"][0].split(":")[0] in SERVICES
    assert {f"/etc/prometheus/{name}" for name in config["rule_files"]} <= set(mounts("prometheus").values())


def test_alertmanager_routes_as_everywhere() -> None:
    """Routes and inhibitions are those that an administrator copies; only addresses are added."""
    ours, shipped = (
        read(FOLDER / "alertmanager.yml"),
        read(ROOT / "deploy" / "prometheus" / "alertmanager.yml"),
    )
    assert all(ours[part] == shipped[part] for part in ("route", "inhibit_rules"))
    assert ours["global"]["smtp_smarthost"].split(":") == ["mailpit", "1025"]
    assert [one["name"] for one in ours["receivers"]] == [one["name"] for one in shipped["receivers"]]


def test_grafana_finds_prometheus_and_the_dashboards() -> None:
    """The datasource is the Prometheus beside it, and the dashboards are mounted for the provider."""
    [source] = read(FOLDER / "datasources.yaml")["datasources"]
    [provider] = read(PROVIDER)["providers"]
    assert source["url"] == "http://prometheus:9090"
    assert mounts("grafana")["../../grafana"] == provider["options"]["path"]


def test_cert_monitor_is_as_closed_as_elsewhere() -> None:
    """The container writes to its volume only and has no capabilities."""
    service = SERVICES["cert-monitor"]
    assert (service["read_only"], service["cap_drop"], service["tmpfs"]) == (True, ["ALL"], ["/tmp"])


@pytest.mark.system
def test_prometheus_accepts_its_files(tmp_path: Path) -> None:
    """Prometheus accepts its configuration and the rules, as they lie in the container."""
    for source, place in mounts("prometheus").items():
        if place.startswith("/etc/prometheus/"):
            shutil.copy(FOLDER / source, tmp_path / Path(place).name)
    command = [program("promtool", "prometheus"), "check", "config", str(tmp_path / "prometheus.yml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
