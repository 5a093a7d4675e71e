"""Turn the library's error texts into our reasons and sentences; knows nothing of bytes or sockets.

The library gives no numbers, only texts, and their prefixes differ between its versions: one alert is
``tls alert handshake failure`` in OpenSSL 4, ``ssl/tls alert ...`` in 3.5 and ``sslv3 alert ...`` before.
"""

import re

from OpenSSL import SSL

from monitor.model import FailureReason

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

_RECEIVED = re.compile(r"(?:(?:ssl/tls|sslv3|tls|tlsv1|tlsv13) alert |tlsv1 )(.+)")
# The library's text for an alert number that it does not know (its own errors are never without a text).
_NAMELESS = ""
# Where the first error is inside one certificate, the last says in which part of TLS it was met.
_UNREADABLE = frozenset(
    {"asn1 lib", "cert length mismatch", "unable to find public key parameters", "unknown certificate type"}
)
# The library's own complaint, in the words of the alert that it sends; no server sends that one (RFC 6066
# section 8).
_BAD_STAPLE = "bad_certificate_status_response"
_HINTS = {
    "handshake_failure": ": it shares no cipher with us or expects another server name",
    "protocol_version": ": it speaks none of TLS 1.0 to 1.3",
}


def reasons(error: SSL.Error) -> tuple[str, ...]:
    """Return every reason text of a library error, the first cause first; none when it gave none."""
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
    """Return the reason and the sentence for a handshake that failed before or after a chain was shown."""
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
