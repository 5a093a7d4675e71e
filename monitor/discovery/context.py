"""What a discovery needs from outside; light: reading a setting must load no HTTP client."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from monitor.model import Anchors, Clock
from monitor.network.resolve import NameLookup
from monitor.xprotect import Presets

AnchorsOf = Callable[[tuple[str, ...]], Awaitable[Anchors]]


@dataclass(frozen=True, slots=True)
class DiscoveryContext:
    """Services for discoveries.

    ``anchors`` returns what a resolved ``trust`` list stands for; ``longest`` is the time of one request in
    seconds.
    """

    resolver: NameLookup
    anchors: AnchorsOf
    clock: Clock
    presets: Presets
    longest: float = 30.0
