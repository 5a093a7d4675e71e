"""Probe TLS endpoints, through every route and dialect; judges nothing."""

from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource

__all__ = ["EndpointSettings", "EndpointSource"]
