"""The answers of one site by resource, as parsed JSON; does not interpret them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Items = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """The items of each resource of the API, without the enclosing ``array`` or ``data``.

    ``group_recorders`` maps the id of a failover group to its recorders, ``recorder_failovers`` the id of a
    recording server to its failover settings, ``hardware_settings`` the id of a device to its driver's
    settings. ``api_gateways`` are the URLs of ``.well-known/uris``. What was not
    requested or not available is empty.
    """

    sites: Items = ()
    recording_servers: Items = ()
    failover_groups: Items = ()
    failover_recorders: Items = ()
    group_recorders: Mapping[str, Items] = field(default_factory=dict)
    recorder_failovers: Mapping[str, Items] = field(default_factory=dict)
    registered_services: Items = ()
    hardware: Items = ()
    hardware_settings: Mapping[str, Items] = field(default_factory=dict)
    child_sites: Items = ()
    api_gateways: tuple[str, ...] = ()
