"""The kinds of things we can look at: the list that a reader sees, and the object that looks at each.

A new kind is one file and its two entries here.
"""

from typing import Annotated

from pydantic import Field

from monitor.model import Source
from monitor.sources.anchors import AnchorShelf
from monitor.sources.endpoint import EndpointSettings, EndpointSource
from monitor.sources.files import FilesSettings, FilesSource
from monitor.sources.resolve import Resolver, Resolving
from monitor.sources.windows_report import WindowsReportFile, WindowsReportSource
from monitor.sources.windows_store import WindowsStoreSettings, WindowsStoreSource

TargetKind = Annotated[EndpointSettings | FilesSettings | WindowsStoreSettings, Field(discriminator="kind")]

FoundKind = EndpointSettings | WindowsReportFile
FOUND_KINDS: dict[str, type[FoundKind]] = {"endpoint": EndpointSettings, "windows_report": WindowsReportFile}
"""What discoveries may find, and the settings that its keys are."""


def sources(resolver: Resolving) -> dict[str, Source]:
    """Return the object that looks at each kind of target; endpoints look names up with ``resolver``."""
    return {
        "endpoint": EndpointSource(resolver),
        "files": FilesSource(),
        "windows_report": WindowsReportSource(),
        "windows_store": WindowsStoreSource(),
    }


__all__ = [
    "FOUND_KINDS",
    "AnchorShelf",
    "EndpointSettings",
    "EndpointSource",
    "FilesSettings",
    "FilesSource",
    "FoundKind",
    "Resolver",
    "Resolving",
    "TargetKind",
    "WindowsReportFile",
    "WindowsReportSource",
    "WindowsStoreSettings",
    "WindowsStoreSource",
    "sources",
]
