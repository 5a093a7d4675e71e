"""Servers on loopback: those of the distribution, small ones of our own, and the daemon itself."""
