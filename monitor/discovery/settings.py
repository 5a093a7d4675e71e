"""What every configured entry that yields targets has in common; knows no kind and asks nothing."""

from typing import ClassVar

from monitor.discovery.base import DiscoveryMemory
from monitor.model import DiscoveredTarget
from monitor.settings import TargetSettings
from monitor.windows.access import WindowsAccess
from monitor.xprotect import Presets


class DiscoverySettings(TargetSettings):
    """Configuration of one entry that yields targets instead of being one.

    ``asks`` is false for a kind whose targets follow from the configuration alone.
    """

    asks: ClassVar[bool] = True

    @property
    def id(self) -> str:
        """Return what names this entry in the configuration, the store and the log."""
        raise NotImplementedError

    def found(self, presets: Presets) -> tuple[DiscoveredTarget, ...]:
        """Return the targets that follow from the entry itself, none for a kind that asks."""
        del presets
        return ()

    def machine_access(self) -> WindowsAccess | None:
        """Return how the stores of found machines are read (key ``windows``), ``None`` for not at all."""
        return None

    def warnings(self) -> tuple[str, ...]:
        """Return sentences about settings that are allowed and will not do what they seem to."""
        return ()

    def memory(self, recorded: str) -> DiscoveryMemory | None:
        """Return a memory that begins with what an earlier one dumped, ``None`` where none is needed."""
        del recorded
        return None
