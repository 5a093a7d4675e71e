"""Mails of a decision: what they say, laid out in plain text and HTML."""

from monitor.delivery.email.render import ascii_domain, compose, render

__all__ = ["ascii_domain", "compose", "render"]
