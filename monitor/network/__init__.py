"""Networking of this machine: name resolution, TCP connections, client TLS contexts, allow lists.

It must not know the protocols on a connection, nor judge results.
"""
