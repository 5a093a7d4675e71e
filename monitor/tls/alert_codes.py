"""Map OpenSSL's error texts to failure reasons and messages; knows no bytes and no sockets.

The prefixes of the texts differ between its versions: one alert is ``tls alert handshake failure`` in OpenSSL
4, ``ssl/tls alert ...`` in 3.5 and ``sslv3 alert ...`` before.
"""

import re

from monitor.model import FailureReason, Message
from monitor.tls import texts

# The alerts of servers to a client without a certificate (RFC 8446 section 6.2, RFC 5246 section 7.2.2, and
# those that Schannel, Java and older OpenSSL send instead).
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

_RECEIVED = re.compile(r"(?:(?:ssl/tls|sslv3|tls|tlsv1|tlsv13) alert |tlsv1 )(.+)")
# The library's text for an unknown alert number (its own errors always have a text).
_NAMELESS = ""
# When the first error is inside one certificate, the last says in which part of TLS it occurred.
_UNREADABLE = frozenset(
    {"asn1 lib", "cert length mismatch", "unable to find public key parameters", "unknown certificate type"}
)
# The library's own error, named after the alert that it sends; no server sends that one (RFC 6066 section 8).
_BAD_STAPLE = "bad_certificate_status_response"
# Hardly any message but that with the certificates is that large. Its limit is SSL_CTX_set_max_cert_list(3),
# for which pyOpenSSL has no call; curl, Python and nginx have the same one.
_OVERSIZED = "excessive message size"
_REFUSALS = {
    "certificate_required": texts.CLIENT_CERTIFICATE_REQUIRED,
    "handshake_failure": texts.NO_SHARED_CIPHER,
    "protocol_version": texts.NO_SHARED_VERSION,
}


def received(errors: tuple[str, ...]) -> str:
    """Return the name of the alert that the server sent (``handshake_failure``), empty when it sent none."""
    for error in errors:
        match = _RECEIVED.fullmatch(error)
        if match:
            return match[1].replace(" ", "_")
    return "unknown" if _NAMELESS in errors else ""


def explain(errors: tuple[str, ...], server_name: str, *, shown: bool) -> tuple[FailureReason, Message]:
    """Return reason and message for a failed handshake; ``shown`` is true if a chain was received."""
    alert = received(errors)
    if alert == _BAD_STAPLE:
        return FailureReason.TLS_PROTOCOL, texts.UNREADABLE_STAPLE
    if alert:
        return FailureReason.TLS_ALERT, texts.aborted(alert=alert) if shown else _refused(alert, server_name)
    if any(error.lower() in _UNREADABLE for error in errors):
        return FailureReason.BAD_CERTIFICATE, texts.unreadable_certificate(error=errors[0])
    if _OVERSIZED in errors and not shown:
        return FailureReason.TOO_LARGE, texts.CHAIN_TOO_LARGE
    said = texts.protocol_violated(error=errors[0]) if errors else texts.PROTOCOL_VIOLATED
    return FailureReason.TLS_PROTOCOL, said


def _refused(alert: str, server_name: str) -> Message:
    if alert == "unrecognized_name":
        return texts.unrecognized_name(name=server_name) if server_name else texts.SERVER_NAME_REQUIRED
    return _REFUSALS.get(alert) or texts.refused(alert=alert)
