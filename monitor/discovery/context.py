"""The services that a discovery needs; importing this must not load an HTTP client."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from monitor.model import Anchors, Clock
from monitor.network.resolve import NameLookup
from monitor.xprotect import Presets

AnchorsOf = Callable[[tuple[str, ...]], Awaitable[Anchors]]


@dataclass(frozen=True, slots=True)
class DiscoveryContext:
    """Services for discoveries.

    ``anchors`` returns the anchors for a resolved ``trust`` list; ``longest`` is the time limit of one
    request in seconds.
    """

    resolver: NameLookup
    anchors: AnchorsOf
    clock: Clock
    presets: Presets
    request_timeout: float = 30.0
