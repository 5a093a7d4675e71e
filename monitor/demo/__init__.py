"""The demonstration: test servers on loopback, a mail sink, and the real daemon."""

from monitor.demo.show import show

__all__ = ["show"]
