"""The security namespaces of the simulated site, and what the login may do in each of them.

Fields as in the vendor's published sample SecurityPermission; the ids are this simulator's own.
"""

from monitor.demo.xprotect_behavior import Behavior
from monitor.demo.xprotect_data import Item, Resources, guid

_READ = 1
_OTHER = 2
_RESOURCES = {
    "Management Server": "sites",
    "Recording Servers": "recordingServers",
    "Failover Servers": "failoverRecorders",
    "Hardware": "hardware",
    "Sites": "childSites",
}


def namespaces() -> list[Item]:
    """Return every security namespace."""
    return [_namespace(name) for name in _RESOURCES]


def _namespace(name: str) -> Item:
    return {
        "id": _id(name),
        "name": name.replace(" ", ""),
        "displayName": name,
        "userDefined": False,
        "securityActions": [
            {"name": "GENERIC_READ", "displayName": "Read", "visible": True, "securityMask": _READ},
            {"name": "GENERIC_WRITE", "displayName": "Edit", "visible": True, "securityMask": _OTHER},
        ],
    }


def effective(resources: Resources, behavior: Behavior) -> list[Item]:
    """Return the effective permissions of the login in every namespace; each has the namespace's id."""
    return [
        {
            "id": _id(name),
            "isAdministrator": behavior.administrator,
            "objectPermissions": [
                {"id": item["id"], "mask": _OTHER if name in behavior.unreadable else _READ}
                for item in resources[resource]
                if "id" in item
            ],
        }
        for name, resource in _RESOURCES.items()
    ]


def _id(name: str) -> str:
    return guid(f"securityNamespaces {name}")
