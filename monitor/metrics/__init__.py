"""The metrics for Prometheus: per-target families rendered by our own code, and the daemon's own metrics.

Nothing here reads a clock, a socket or a target: a snapshot and a time go in, text comes out.
"""

from monitor.metrics.exposed import exposed_sightings
from monitor.metrics.exposition import CONTENT_TYPE, Exposition
from monitor.metrics.own import OwnMetrics
from monitor.metrics.probed import render_probe

__all__ = ["CONTENT_TYPE", "Exposition", "OwnMetrics", "exposed_sightings", "render_probe"]
