"""Map OpenSSL's error texts to failure reasons and sentences; knows no bytes and no sockets.

pyOpenSSL reports only texts, no numbers, and their prefixes differ between its versions: one alert is ``tls
alert handshake failure`` in OpenSSL 4, ``ssl/tls alert ...`` in 3.5 and ``sslv3 alert ...`` before.
"""

import re

from OpenSSL import SSL

from monitor.model import FailureReason

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
_HINTS = {
    "handshake_failure": ": it shares no cipher with us or expects another server name",
    "protocol_version": ": it speaks none of TLS 1.0 to 1.3",
}


def reasons(error: SSL.Error) -> tuple[str, ...]:
    """Return every reason text of a library error, the first cause first; empty when it has none."""
    entries = error.args[0] if error.args and isinstance(error.args[0], list) else ()
    return tuple(str(reason) for _, _, reason in entries)


def received(texts: tuple[str, ...]) -> str:
    """Return the name of the alert that the server sent (``handshake_failure``), empty when it sent none."""
    for text in texts:
        match = _RECEIVED.fullmatch(text)
        if match:
            return match[1].replace(" ", "_")
    return "unknown" if _NAMELESS in texts else ""


def explain(texts: tuple[str, ...], server_name: str, *, shown: bool) -> tuple[FailureReason, str]:
    """Return reason and sentence for a failed handshake; ``shown`` is true if a chain was received."""
    alert = received(texts)
    if alert == _BAD_STAPLE:
        return FailureReason.TLS_PROTOCOL, "the OCSP response that the server staples cannot be read"
    if alert and shown:
        return (
            FailureReason.TLS_ALERT,
            f"after its certificates the server ended the handshake with the alert {alert}",
        )
    if alert:
        hint = _HINTS.get(alert, "")
        if alert == "unrecognized_name":
            hint = (
                f": it does not serve the name {server_name}" if server_name else ": it wants a server name"
            )
        return FailureReason.TLS_ALERT, f"the server refused the handshake with the alert {alert}{hint}"
    said = texts[0] if texts else "no reason given"
    if any(text.lower() in _UNREADABLE for text in texts):
        return FailureReason.BAD_CERTIFICATE, f"the server sent a certificate that cannot be read ({said})"
    return FailureReason.TLS_PROTOCOL, f"the server does not keep to the rules of TLS ({said})"
