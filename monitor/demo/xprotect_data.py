"""The answers of the simulated XProtect site's API, as the items of each resource; no I/O.

Field names are those of Milestone's MIP VMS RESTful Config API. Not verified there: the form of a registered
service's URIs (``uriArray``).
"""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from monitor.demo.xprotect_servers import SimulatedEndpoint

Item = dict[str, Any]
Resources = dict[str, list[Item]]

VERSION = "24.2.15063.1"
NO_GUID = "00000000-0000-0000-0000-000000000000"
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
RESOURCES = (
    "sites",
    "childSites",
    "recordingServers",
    "recordingServerFailovers",
    "failoverGroups",
    "failoverRecorders",
    "registeredServices",
    "hardware",
    "hardwareDriverSettings",
)
CAMERA_PORT = 8443
MODELS = {
    "Camera 01": "AXIS P3265-LV",
    "Camera 02": "AXIS P3265-LV",
    "Camera 03": "AXIS M3016",
    "Camera 04": "AXIS Q6135-LE",
}
_CHANGED = "2026-10-01T08:15:00.0000000Z"


def guid(name: str) -> str:
    """Return the same id for the same name in every run."""
    return str(uuid.uuid5(_NAMESPACE, name))


def resources(endpoints: Mapping[str, SimulatedEndpoint], cameras: int = 0) -> Resources:
    """Return the items of each resource; a child resource's key is ``parent/ID/child``.

    ``cameras`` is the number of additional devices without a server.
    """
    found: Resources = {
        "sites": [_site("Harbour", endpoints["management"].address)],
        "childSites": [],
        "recordingServers": [
            _recorder("Recorder 01", endpoints["recorder01"]),
            _recorder("Recorder 02", endpoints["recorder02"]),
            _recorder("Recorder 03", endpoints["recorder03"], plain=True),
        ],
        "failoverGroups": [
            {"id": guid("group"), "name": "Failover A", "displayName": "Failover A", "lastModified": _CHANGED}
        ],
        "failoverRecorders": [_failover("Failover 01", endpoints["failover01"])],
        "registeredServices": _services(endpoints),
        "hardware": [*_cameras(endpoints), *generated(cameras)],
    }
    return found | _failover_children(found) | _devices(found) | _settings(found["hardware"], endpoints)


def _devices(found: Resources) -> Resources:
    """Assign the devices to recorders in turn."""
    recorders = found["recordingServers"]
    children: Resources = {f"recordingServers/{recorder['id']}/hardware": [] for recorder in recorders}
    for number, device in enumerate(found["hardware"]):
        identity = recorders[number % len(recorders)]["id"]
        device["relations"] |= {"parent": {"type": "recordingServers", "id": identity}}
        children[f"recordingServers/{identity}/hardware"].append(device)
    return children


def _settings(devices: list[Item], endpoints: Mapping[str, SimulatedEndpoint]) -> Resources:
    return {
        f"hardware/{device['id']}/hardwareDriverSettings": [
            driver_settings(device, endpoints.get(device["name"].lower().replace(" ", "")))
        ]
        for device in devices
    }


def _failover_children(found: Resources) -> Resources:
    group = found["failoverGroups"][0]["id"]
    return {f"failoverGroups/{group}/failoverRecorders": found["failoverRecorders"]} | {
        f"recordingServers/{recorder['id']}/recordingServerFailovers": [_stand_in(recorder, group)]
        for recorder in found["recordingServers"]
    }


def _site(name: str, computer: str) -> Item:
    return _item("sites", name) | {
        "computerName": computer,
        "domainName": "",
        "version": VERSION,
        "masterSiteAddress": "",
    }


def _item(resource: str, name: str) -> Item:
    identity = guid(f"{resource} {name}")
    return {
        "id": identity,
        "name": name,
        "displayName": name,
        "description": "",
        "lastModified": _CHANGED,
        "relations": {"self": {"type": resource, "id": identity}},
    }


def _recorder(
    name: str, endpoint: SimulatedEndpoint, *, plain: bool = False, resource: str = "recordingServers"
) -> Item:
    uri = f"{'http' if plain else 'https'}://{endpoint.where(7563)}/"
    return _item(resource, name) | {
        "enabled": True,
        "hostName": endpoint.address,
        "portNumber": endpoint.ports[7563],
        "webServerUri": uri,
        "activeWebServerUri": uri,
        "publicAccessEnabled": False,
        "publicWebserverHostName": "",
        "publicWebserverPort": 0,
        "multicastServerAddress": "0.0.0.0",  # noqa: S104 - what the product answers for "none"
        "version": VERSION,
    }


def _failover(name: str, endpoint: SimulatedEndpoint) -> Item:
    return _recorder(name, endpoint, resource="failoverRecorders") | {
        "activeWebServerUri": "",
        "udpPort": 8844,
        "position": 0,
    }


def _stand_in(recorder: Item, group: str) -> Item:
    return _item("recordingServerFailovers", recorder["name"]) | {
        "hotStandby": f"FailoverRecorder[{NO_GUID}]",
        "primaryFailoverGroup": f"FailoverGroup[{group.upper()}]",
        "secondaryFailoverGroup": f"FailoverGroup[{NO_GUID}]",
        "failoverPort": 11000,
    }


def _services(endpoints: Mapping[str, SimulatedEndpoint]) -> list[Item]:
    def service(name: str, *uris: str) -> Item:
        return _item("registeredServices", name) | {
            "enabled": True,
            "trusted": True,
            "instance": guid(f"instance {name}"),
            "serviceType": guid(f"type {name}"),
            "uriArray": list(uris),
        }

    management = endpoints["management"]
    return [
        service("API", f"https://{management.where(8443)}/api/"),
        service("Event Server", f"https://{endpoints['event01'].where(22331)}/"),
        service("Mobile Server", f"https://{endpoints['mobile01'].where(8082)}/"),
        service("Log server", f"http://{management.where(22337)}/LogServer/"),
        service("Data Collector", f"https://{endpoints['recorder02'].where(7609)}/"),
    ]


def _cameras(endpoints: Mapping[str, SimulatedEndpoint]) -> Iterator[Item]:
    for name, model in MODELS.items():
        endpoint = endpoints[name.lower().replace(" ", "")]
        # Addresses have the scheme http even if HTTPS is used, as in answers of a live gateway.
        yield camera(name, f"http://{endpoint.address}/", model, enabled=name != "Camera 04")


def camera(name: str, address: str, model: str, *, enabled: bool = True) -> Item:
    """Return one device."""
    return _item("hardware", name) | {
        "enabled": enabled,
        "address": address,
        "model": model,
        "userName": "root",
    }


def generated(count: int) -> Iterator[Item]:
    """Yield a number of devices with loopback addresses that do not answer."""
    for number in range(count):
        address = f"127.{100 + number // 62500}.{number // 250 % 250}.{number % 250 + 1}"
        yield camera(f"Generated {number:05}", f"http://{address}/", "Generated")


def driver_settings(device: Item, endpoint: SimulatedEndpoint | None) -> Item:
    """Return the driver settings of one device: HTTPS on the port of its location, on 443 without one."""
    encrypted = endpoint is None or CAMERA_PORT in endpoint.ports
    return {
        "HTTPSEnabled": "Yes" if encrypted else "No",
        "HTTPSPort": endpoint.ports.get(CAMERA_PORT, 443) if endpoint else 443,
        "HTTPSValidateCertificate": "No",
        "MacAddress": device["id"].replace("-", "")[:12].upper(),
        "FirmwareVersion": "11.8.64",
    }


def lower_spelling(settings: Item) -> Item:
    """Return the same settings as in published answers: wrapped, with lower-case first letters."""
    named = {_camel(key): value for key, value in settings.items()}
    return {"displayName": "Settings", "hardwareDriverSettings": named}


def _camel(key: str) -> str:
    if key.startswith("HTTPS"):
        return f"httpS{key.removeprefix('HTTPS')}"
    return key[0].lower() + key[1:]
