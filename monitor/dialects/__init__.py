"""The protocol dialogues that lead to TLS, as pure state machines; opens no connection and knows no TLS."""

from monitor.dialects.dialogue import MAX_BYTES, Dialect, Dialogue, DialogueFailure, GracefulClose, excerpt
from monitor.dialects.proxy import TUNNELS, ProxiedDialogue
from monitor.dialects.table import DIALECTS, PROTOCOLS

__all__ = [
    "DIALECTS",
    "MAX_BYTES",
    "PROTOCOLS",
    "TUNNELS",
    "Dialect",
    "Dialogue",
    "DialogueFailure",
    "GracefulClose",
    "ProxiedDialogue",
    "excerpt",
]
