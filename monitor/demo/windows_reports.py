"""The reports of Windows machines of the demo's site; nothing here runs on Windows.

Recorder 02 has a new certificate in its store that its ports do not use yet, and any other server gets a
report when a certificate is imported there. A client does not have the site's CA.
"""

import base64
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.demo.pki import Issued
from monitor.demo.xprotect_renewal import Renewal
from monitor.demo.xprotect_servers import SimulatedEndpoint

FOLDER = "reports"
RENEWED = "recorder02"
CLIENT = "smartclient01"
_HTTP_SYS = (8443, 9000, 9001, 7609, 8082)
"""The ports that http.sys serves; the others are sockets of their services."""

ENTRY = """\
  - kind: windows_report
    folder: reports
    late_after: 30d
    labels: {site: harbour}
"""

_SYSTEM = {"sid": "S-1-5-18", "name": "NT AUTHORITY\\SYSTEM", "allowed": True}
_ADMINISTRATORS = {"sid": "S-1-5-32-544", "name": "BUILTIN\\Administrators", "allowed": True}
_NETWORK_SERVICE = {"sid": "S-1-5-20", "name": "NT AUTHORITY\\NETWORK SERVICE", "allowed": True}
_RECORDING_SERVER = {
    "name": "Milestone XProtect Recording Server",
    "display_name": "Milestone XProtect Recording Server",
    "account": "NT AUTHORITY\\NetworkService",
    "sids": ["S-1-5-20"],
    "running": True,
}


def write_reports(folder: Path, renewal: Renewal) -> None:
    """Write one report for each machine, and again when its store changes; the site must be running."""
    reports = folder / FOLDER
    reports.mkdir(exist_ok=True)
    _write(reports, f"{CLIENT}.vms.example", _document(CLIENT, roots=[]))

    def write(server: str) -> None:
        endpoint = renewal.site.endpoints[server]
        _write(reports, endpoint.machine.host, _server(endpoint, renewal))

    renewal.imported = write
    renewal.issue(RENEWED)


def _write(reports: Path, host: str, document: dict[str, Any]) -> None:
    # Replaced at once, so that no reader meets half a report.
    draft = reports / f"{host}.new"
    draft.write_text(json.dumps(document, indent=2), encoding="utf-8")
    draft.replace(reports / f"{host}.json")


def _server(endpoint: SimulatedEndpoint, renewal: Renewal) -> dict[str, Any]:
    site, name = renewal.site, endpoint.machine.name
    ports = [port for ports in renewal.ports(name).values() for port in ports]
    served = {port: site.served(name, port) for port in ports}
    stored = {
        _thumbprint(one.der): one
        for one in (*served.values(), *renewal.before(name), *renewal.store.get(name, ()))
    }
    bindings = [
        {
            "address": "0.0.0.0",  # noqa: S104 - as http.sys shows it
            "port": endpoint.ports[port],
            "thumbprint": _thumbprint(one.der),
            "store": "My",
        }
        for port, one in served.items()
        if port in _HTTP_SYS
    ]
    return _document(
        name,
        addresses=[endpoint.address],
        certificates=[_stored(one, _NETWORK_SERVICE) for one in stored.values()],
        roots=[{"thumbprint": _thumbprint(site.ca.der), "sha256": hashlib.sha256(site.ca.der).hexdigest()}],
        bindings=bindings,
        services=[_RECORDING_SERVER] if name.startswith("recorder") else [],
    )


def _document(name: str, **more: Any) -> dict[str, Any]:
    names = {"netbios": name.upper(), "fqdn": f"{name}.vms.example", "addresses": more.pop("addresses", [])}
    empty: dict[str, Any] = {
        "certificates": [],
        "bindings": [],
        "services": [],
        "intermediates": [],
        "errors": [],
    }
    return {
        "version": "1.0",
        "collector": "demo",
        "taken_at": datetime.now(UTC).isoformat(),
        "host": names,
        "stores": ["LocalMachine/My"],
        **empty,
        **more,
    }


def _stored(issued: Issued, *readers: dict[str, Any]) -> dict[str, Any]:
    return {
        "store": "LocalMachine/My",
        "raw": base64.b64encode(issued.der).decode("ascii"),
        "thumbprint": _thumbprint(issued.der),
        "friendly_name": "XProtect",
        "archived": False,
        "key": {"link": "present", "readers": [_SYSTEM, _ADMINISTRATORS, *readers]},
    }


def _thumbprint(der: bytes) -> str:
    return hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()
