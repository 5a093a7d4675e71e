"""Discover the targets that a web server lists in Prometheus' http_sd format.

``discovery`` is imported where it is used: its HTTP client takes half a second to load.
"""

from monitor.discovery.http_sd.settings import HttpSdSettings

__all__ = ["HttpSdSettings"]
