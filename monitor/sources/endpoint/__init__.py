"""Probe TLS endpoints, through every route and dialect; judges nothing."""
