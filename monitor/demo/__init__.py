"""The demonstration: a small estate on loopback, a mail sink, and the real daemon on them."""

from monitor.demo.show import show

__all__ = ["show"]
