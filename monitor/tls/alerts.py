"""Turn the library's error texts into our reasons and sentences; knows nothing of bytes or sockets."""

import re

from OpenSSL import SSL

from monitor.model import Reason

# What servers answer to a client that has no certificate (RFC 8446 section 6.2, RFC 5246 section 7.2.2,
# and what Schannel, Java and older OpenSSL send instead).
WANT_CERTIFICATE = frozenset(
    {
        "access_denied",
        "bad_certificate",
        "certificate_required",
        "certificate_unknown",
        "handshake_failure",
        "no_certificate",
        "unknown_ca",
    }
)

_RECEIVED = re.compile(r"(?:ssl/tls|sslv3|tlsv1|tlsv13) (?:alert )?(.+)")
_UNREADABLE = re.compile(
    r"asn1|asn\.1|x509|certificate|public key|length mismatch|decode error", re.IGNORECASE
)
_HINTS = {
    "handshake_failure": "it shares no cipher with us or expects another server name",
    "protocol_version": "it speaks none of TLS 1.0 to 1.3",
}


def reasons(error: SSL.Error) -> tuple[str, ...]:
    """Return every reason text of a library error, the first cause first."""
    entries = error.args[0] if error.args and isinstance(error.args[0], list) else ()
    return tuple(f"{library}: {reason}" for library, _, reason in entries) or (str(error),)


def received(texts: tuple[str, ...]) -> str:
    """Return the name of the alert that the server sent (``handshake_failure``), empty when it sent none."""
    for text in texts:
        match = _RECEIVED.fullmatch(text.partition(": ")[2])
        if match:
            return match[1].replace(" ", "_")
    return ""


def explain(texts: tuple[str, ...], alert: str, server_name: str) -> tuple[Reason, str]:
    """Return the reason and the sentence for a handshake that failed."""
    if alert:
        hint = _HINTS.get(alert, "")
        if alert == "unrecognized_name":
            hint = f"it does not serve the name {server_name}" if server_name else "it expects a server name"
        return Reason.TLS_ALERT, f"the server refused the handshake with the alert {alert}" + (
            f": {hint}" if hint else ""
        )
    if any(_UNREADABLE.search(text) for text in texts):
        return Reason.BAD_CERTIFICATE, f"the server sent a certificate that cannot be read ({texts[0]})"
    return Reason.TLS_PROTOCOL, f"the server broke the rules of TLS ({texts[0]})"
