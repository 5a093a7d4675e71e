"""TLS for fetching certificates: contexts and handshakes in memory, without any I/O.

Nothing here judges a certificate: verification is off and any chain that arrives is returned as DER.
"""

from monitor.tls.base import HandshakeFailure
from monitor.tls.context import TlsSetting, shared_context
from monitor.tls.datagrams import DatagramHandshake
from monitor.tls.handshake import Handshake
from monitor.tls.identity import UnfitKeyError, identified_context
from monitor.tls.key_types import KeyType

__all__ = [
    "DatagramHandshake",
    "Handshake",
    "HandshakeFailure",
    "KeyType",
    "TlsSetting",
    "UnfitKeyError",
    "identified_context",
    "shared_context",
]
