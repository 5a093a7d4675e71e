"""The configuration that all kinds of discovery have in common."""

from abc import abstractmethod
from typing import ClassVar

from pydantic import Field

from monitor.discovery.base import DiscoveryMemory
from monitor.model import DiscoveredTarget
from monitor.settings import DiscoveryZone, TargetSettings
from monitor.windows.access import WindowsAccess
from monitor.xprotect import Presets


class DiscoverySettings(TargetSettings):
    """Configuration of one discovery.

    ``asks`` is false for a kind whose targets follow from the configuration alone.
    """

    asks: ClassVar[bool] = True

    zone: DiscoveryZone = Field(
        "", description="zone whose agents probe what is found; this monitor if left out"
    )

    @property
    @abstractmethod
    def id(self) -> str:
        """Return what names this entry in the configuration, the store and the log."""

    def found(self, presets: Presets) -> tuple[DiscoveredTarget, ...]:
        """Return the targets that follow from the entry itself, none for a kind with ``asks``."""
        del presets
        return ()

    def machine_access(self) -> WindowsAccess | None:
        """Return the access to the stores of found machines, ``None`` if they are not read."""
        return None

    def warnings(self) -> tuple[str, ...]:
        """Return warnings about settings that are valid but have no or an unexpected effect."""
        return ()

    def memory(self, recorded: str) -> DiscoveryMemory | None:
        """Return a memory restored from an earlier dump, ``None`` for a kind that needs none."""
        del recorded
        return None
