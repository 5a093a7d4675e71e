"""The section ``heartbeat``: who is told that the monitor itself is alive and sees its targets."""

from monitor.delivery.post_settings import OpenAddress


class HeartbeatSettings(OpenAddress):
    """An address that is called after each full pass, as Healthchecks and others of its kind take it."""
