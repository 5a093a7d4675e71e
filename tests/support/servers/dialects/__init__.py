"""Servers of the distribution that speak a protocol before or around TLS, and which speaks what."""
