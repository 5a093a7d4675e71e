"""Request a stapled OCSP response and keep it; must not judge it.

RFC 6066 section 8; in TLS 1.3 it is an extension of the certificate (RFC 8446 section 4.4.2.1).
"""

from OpenSSL import SSL

MAX_BYTES = 65_536
"""A longer response is not kept: real ones are of 500 to 3,000 bytes."""


def ask_for_staple(connection: SSL.Connection) -> list[bytes]:
    """Request a response and return the list that will receive it; the list stays empty if none comes."""
    kept: list[bytes] = []
    # The context is shared, and so is the callback. A list and not the handshake, which would make a cycle.
    connection.set_app_data(kept)
    connection.request_ocsp()
    return kept


def keep_staple(connection: SSL.Connection, response: bytes, _: object) -> bool:
    """Store a response in its connection's list; called by the library during the handshake."""
    kept = connection.get_app_data()
    if response and len(response) <= MAX_BYTES and isinstance(kept, list):
        kept[:] = [response]
    return True  # its content is judged later: a handshake never fails for it
