"""What a site's discovery needs from outside; light: reading a setting must load no HTTP client."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from monitor.discovery.dns import Addresses
from monitor.model import Anchors, Clock
from monitor.xprotect import Presets

AnchorsOf = Callable[[tuple[str, ...]], Awaitable[Anchors]]


@dataclass(frozen=True, slots=True)
class Budgets:
    """Hold the longest times in seconds: all lists; the devices of the first pass, and of later ones.

    The first pass is short so that servers are known soon; the devices come with the passes after it.
    """

    lists: float = 180.0
    first_devices: float = 20.0
    devices: float = 600.0
    devices_per_second: float = 20.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Hold what a site's discovery needs from outside.

    ``anchors`` returns what a resolved ``trust`` list stands for; ``longest`` is the time of one question in
    seconds.
    """

    resolver: Addresses
    anchors: AnchorsOf
    clock: Clock
    presets: Presets
    budgets: Budgets = Budgets()
    longest: float = 30.0
