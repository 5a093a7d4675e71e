"""Probe certificate files, also in folders and by pattern; judges nothing and keeps no private key."""

from monitor.sources.files.settings import FilesSettings
from monitor.sources.files.source import FilesSource

__all__ = ["FilesSettings", "FilesSource"]
