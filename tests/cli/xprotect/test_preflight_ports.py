"""``xprotect preflight`` on the ports of a site: suitable and missing certificates, and required CAs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.demo.xprotect_site import Simulator
from support.factories.xprotect.asking import running
from support.servers.daemon.command import Done, run


@pytest.fixture(scope="module")
def site() -> Iterator[Simulator]:
    """Run one site for all tests here."""
    with running() as site:
        yield site


def preflight(site: Simulator, *servers: str) -> Done:
    """Judge computers of the site by the certificates on their ports, such as ``recorder02=ROLE``."""
    pairs = [one.partition("=") for one in servers]
    typed = [f"{site.endpoints[machine].address}={roles}" for machine, _, roles in pairs]
    return run("xprotect", "preflight", *typed, "--trust", site.trust)


def lines(done: Done, first: str) -> list[str]:
    """Return the lines of the table that begin with a word."""
    return [line.strip() for line in done.out.splitlines() if line.strip().startswith(first)]


def test_ports(site: Simulator) -> None:
    """Without a file the certificates on the ports are judged, port by port and group by group."""
    done = preflight(site, "recorder02=recording_server,data_collector")
    assert done.code == 0
    assert lines(done, "ok ") == [
        "ok       Recording Server, streaming media certificate",
        "ok       Recording Server, server certificate",
        "ok       Data Collector, server certificate",
    ]


def test_port_without_tls(site: Simulator) -> None:
    """A port without TLS has no certificate yet, which is said with what to do."""
    done = preflight(site, "recorder03=recording_server")
    assert (done.code, lines(done, "missing ")) == (
        2,
        ["missing  Recording Server, streaming media certificate"],
    )
    assert f"--file {site.endpoints['recorder03'].address}=PATH" in done.out


def test_unsuitable(site: Simulator) -> None:
    """A certificate that is there but not suitable is unsuitable, not missing."""
    done = preflight(site, "recorder01=recording_server")
    assert (done.code, lines(done, "missing "), lines(done, "unsuitable: ")) == (
        2,
        [],
        [
            "unsuitable: Recording Server, streaming media certificate",
            "unsuitable: Recording Server, server certificate",
        ],
    )


def test_unresponsive_port(site: Simulator) -> None:
    """What nobody answers on could not be probed."""
    done = preflight(site, "failover01=failover_recorder")
    assert (done.code, len(lines(done, "unknown "))) == (3, 2)


def test_missing_outranks_unknown(site: Simulator) -> None:
    """Something missing is reported by the exit code although something else could not be probed."""
    assert preflight(site, "failover01=failover_recorder", "recorder03=recording_server").code == 2


def test_self_signed(site: Simulator) -> None:
    """A self-signed certificate of the product is not suitable."""
    done = preflight(site, "mobile01=mobile_server")
    assert (done.code, len(lines(done, "trust: "))) == (2, 1)


def test_configured_servers(site: Simulator, tmp_path: Path) -> None:
    """With a configuration every server of the site is judged, and no camera."""
    file = tmp_path / "c.yaml"
    file.write_text(
        f"""
targets:
  - {{kind: xprotect_site, address: "{site.url}", username: certmon, password_file: {site.password_file},
      trust: [{site.trust}]}}
"""
    )
    done = run("xprotect", "preflight", "--config", file, "--format", "json")
    found = {row["component"] for row in json.loads(done.out)["servers"]}
    assert (done.code, found) == (
        2,
        {
            "management_server",
            "recording_server",
            "failover_recorder",
            "event_server",
            "mobile_server",
            "data_collector",
        },
    )


def test_devices_are_not_asked_for(site: Simulator, tmp_path: Path) -> None:
    """A site is not asked for its devices, which takes minutes where there are thousands."""
    file = tmp_path / "c.yaml"
    file.write_text(
        f"""
targets:
  - {{kind: xprotect_site, address: "{site.url}", username: certmon, password_file: {site.password_file},
      trust: [{site.trust}], include: [failover, cameras]}}
"""
    )
    site.calls.clear()
    run("xprotect", "preflight", "--config", file)
    assert [call for call in site.calls if "hardware" in call.lower()] == []


def test_failed_discovery(site: Simulator, tmp_path: Path) -> None:
    """A site that could not be asked is said, and never exits with 0."""
    wrong = tmp_path / "wrong"
    wrong.write_text("nonsense")
    file = tmp_path / "c.yaml"
    file.write_text(
        f"""
targets:
  - {{kind: xprotect_site, address: "{site.url}", username: certmon, password_file: {wrong},
      trust: [{site.trust}], include: [failover]}}
"""
    )
    done = run("xprotect", "preflight", "--config", file)
    assert (done.code, done.err.startswith("unauthorized: ")) == (3, True)


def test_server_without_certificate(site: Simulator) -> None:
    """A server without a certificate leaves a question mark that is explained."""
    done = preflight(site, "recorder03=recording_server")
    [smart_client] = lines(done, "Smart Client")
    assert smart_client.split()[2:] == ["-", "?"]
    assert lines(done, "? =")


def test_unverified_callers_are_marked(site: Simulator) -> None:
    """A caller that no source names is marked, and the mark is explained."""
    done = preflight(site, "event01=event_server")
    assert [lines(done, caller)[0].split()[-2:] for caller in ("Smart Client", "API Gateway")] == [
        ["A", "*"],
        ["A", "*"],
    ]
    assert lines(done, "* = not confirmed")
