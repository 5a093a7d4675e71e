"""How this machine reaches others: names to addresses, TCP connections, client TLS contexts, allow lists.

It must not know what is said over a connection, nor judge what was seen.
"""
