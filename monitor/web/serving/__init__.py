"""Connections before any route: limits, TLS, and requests that are refused."""
