"""Fields of a site's answers that this version does not know: they are ignored, and listed once."""

from collections.abc import Iterable, Iterator, Mapping

from monitor.parse.display import display
from monitor.xprotect.answers import Answers

_MOST = 12
_ITEM = "id name displayName description enabled lastModified createdDate relations shortName"
_RECORDER = (
    "hostName portNumber webServerUri activeWebServerUri publicAccessEnabled publicWebserverHostName "
    "publicWebserverPort multicastServerAddress version synchronizationTime timeZoneName udpPort position"
)
_KNOWN: dict[str, str] = {
    "sites": "computerName domainName version masterSiteAddress serviceAccount lastStatusHandshake "
    "physicalMemory platform processors siteType slc",
    "recordingServers": _RECORDER,
    "failoverGroups": "",
    "failoverRecorders": _RECORDER,
    "recordingServerFailovers": "hotStandby primaryFailoverGroup secondaryFailoverGroup failoverPort",
    "registeredServices": "trusted instance serviceType uriArray uri uris url urls service",
    "hardware": "address model userName passwordLastModified hardwareDriverPath",
    "hardwareDriverSettings": "HTTPSEnabled HTTPSPort HTTPSValidateCertificate HTTPSValidateHostname "
    "MacAddress FirmwareVersion hardwareDriverSettings serialNumber productID detectedModelName",
    "childSites": "address siteAddress serverAddress url uri hostName computerName version siteType",
}
"""By resource, the fields that the API's documentation or published answers have."""


def unknown_fields(answers: Answers) -> tuple[str, ...]:
    """Return a note that lists the unknown fields of each resource, nothing where all are known."""
    said = [f"{resource}: {_some(names)}" for resource, names in unknown_by_resource(answers).items()]
    return (f"fields that this version does not know, and ignores: {'; '.join(said)}",) if said else ()


def unknown_by_resource(answers: Answers) -> dict[str, tuple[str, ...]]:
    """Return the names of unknown fields of each resource that has some."""
    found = {resource: _unknown(resource, items) for resource, items in _resources(answers)}
    return {resource: names for resource, names in found.items() if names}


def _resources(answers: Answers) -> Iterator[tuple[str, Iterable[object]]]:
    yield "sites", answers.sites
    yield "recordingServers", answers.recording_servers
    yield "failoverGroups", answers.failover_groups
    yield "failoverRecorders", (*answers.failover_recorders, *_each(answers.group_recorders))
    yield "recordingServerFailovers", _each(answers.recorder_failovers)
    yield "registeredServices", answers.registered_services
    yield "hardware", answers.hardware
    yield "hardwareDriverSettings", _each(answers.hardware_settings)
    yield "childSites", answers.child_sites


def _each(tables: Mapping[str, Iterable[object]]) -> Iterator[object]:
    return (item for items in tables.values() for item in items)


def _unknown(resource: str, items: Iterable[object]) -> tuple[str, ...]:
    known = {name.lower() for name in f"{_ITEM} {_KNOWN[resource]}".split()}
    names = {str(name) for item in items if isinstance(item, Mapping) for name in item}
    return tuple(sorted(name for name in names if name.lower() not in known))


def _some(names: tuple[str, ...]) -> str:
    rest = len(names) - _MOST
    shown = ", ".join(display(name, 40) for name in names[:_MOST])
    return f"{shown} and {rest} more" if rest > 0 else shown
