"""The ways in which servers come to speak TLS, as pure dialogues; opens no connection and knows no TLS."""

from monitor.dialects.dialogue import MOST_BYTES, Dialect, Dialogue, DialogueFailure, GracefulClose, quote
from monitor.dialects.proxy import TUNNELS, ProxiedDialogue
from monitor.dialects.table import DIALECTS, PROTOCOLS

__all__ = [
    "DIALECTS",
    "MOST_BYTES",
    "PROTOCOLS",
    "TUNNELS",
    "Dialect",
    "Dialogue",
    "DialogueFailure",
    "GracefulClose",
    "ProxiedDialogue",
    "quote",
]
