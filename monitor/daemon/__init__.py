"""The long-running service: it wires the rooms together, reloads, and stops with everything recorded."""

from monitor.daemon.serve import serve

__all__ = ["serve"]
