"""The demonstration: test servers on loopback, a mail sink, and the real daemon."""
