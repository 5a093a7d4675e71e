"""Probe a TLS endpoint, on every way that leads there and in every dialect; judges nothing."""

from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource

__all__ = ["EndpointSettings", "EndpointSource"]
