"""The time limits of one refresh of a site."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budgets:
    """Time limits in seconds: for all lists, for the devices in the first pass and in later passes.

    The first pass is short so that servers are known soon; later passes read the devices.
    """

    lists: float = 180.0
    first_devices: float = 20.0
    devices: float = 600.0
    devices_per_second: float = 20.0
