"""The reports of two Windows machines of the demo's site; nothing here runs on Windows.

Recorder 02 has a new certificate in its store that its ports do not use yet. A client does not have the
site's CA.
"""

import base64
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.demo.pki import Issued, leaf, rsa_key
from monitor.demo.xprotect_machines import A_WHILE, CA_ENDS_IN, DAY
from monitor.demo.xprotect_servers import SimulatedEndpoint
from monitor.demo.xprotect_site import Simulator

FOLDER = "reports"
RENEWED = "recorder02"
CLIENT = "smartclient01"

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


def write_reports(folder: Path, site: Simulator) -> None:
    """Write one report for each machine into a subfolder; the site must be running."""
    reports = folder / FOLDER
    reports.mkdir(exist_ok=True)
    endpoint, served = site.endpoints[RENEWED], site.served(RENEWED, 7563)
    documents = {
        endpoint.machine.host: _recorder(endpoint, served, site.ca),
        f"{CLIENT}.vms.example": _document(CLIENT, roots=[]),
    }
    for host, document in documents.items():
        (reports / f"{host}.json").write_text(json.dumps(document, indent=2), encoding="utf-8")


def _recorder(endpoint: SimulatedEndpoint, served: Issued, ca: Issued) -> dict[str, Any]:
    ends_in = CA_ENDS_IN - DAY
    new = leaf(
        endpoint.machine.host,
        ends_in,
        lifetime=ends_in + DAY - A_WHILE,
        issuer=ca,
        also=(endpoint.machine.name, endpoint.address),
        key=rsa_key(),
    )
    bindings = [
        {"address": "0.0.0.0", "port": port, "thumbprint": _thumbprint(served.der), "store": "My"}  # noqa: S104 - as http.sys shows it
        for port in (9001, 7609)
    ]
    return _document(
        endpoint.machine.name,
        addresses=[endpoint.address],
        certificates=[_stored(served, _NETWORK_SERVICE), _stored(new, _NETWORK_SERVICE)],
        roots=[{"thumbprint": _thumbprint(ca.der), "sha256": hashlib.sha256(ca.der).hexdigest()}],
        bindings=bindings,
        services=[_RECORDING_SERVER],
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
