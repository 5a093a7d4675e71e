"""How long one refresh of a site may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budgets:
    """Longest times in seconds: all lists; the devices of the first pass, and of later ones.

    The first pass is short so that servers are known soon; the devices come with the passes after it.
    """

    lists: float = 180.0
    first_devices: float = 20.0
    devices: float = 600.0
    devices_per_second: float = 20.0
