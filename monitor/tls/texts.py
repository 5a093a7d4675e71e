"""Messages about handshakes that failed, and about client certificates that cannot be used."""

from datetime import timedelta

from monitor.model import message
from monitor.model.message import plain

CLOSED_WITHOUT_ANSWER = plain(
    "tls_closed_without_answer", "the server closed the connection without answering the TLS ClientHello"
)
CLOSED_IN_HANDSHAKE = plain(
    "tls_closed_in_handshake", "the server closed the connection during the TLS handshake"
)
RESET_IN_HANDSHAKE = plain("tls_reset", "the connection was reset during the TLS handshake")
UNREADABLE_STAPLE = plain(
    "unreadable_staple", "the OCSP response that the server staples to its certificate cannot be read"
)
NO_SHARED_CIPHER = plain(
    "tls_handshake_failure",
    "the server refused the handshake (handshake_failure): "
    "it supports none of the offered ciphers, or expects another server name",
)
NO_SHARED_VERSION = plain(
    "tls_protocol_version",
    "the server refused the handshake (protocol_version): it supports none of TLS 1.0 to 1.3",
)
SERVER_NAME_REQUIRED = plain(
    "tls_server_name_required",
    "the server refused the handshake (unrecognized_name): it requires a server name",
)
CLIENT_CERTIFICATE_REQUIRED = plain("client_certificate_required", "the server requires a client certificate")
CHAIN_TOO_LARGE = plain(
    "tls_chain_too_large",
    "the server sends a larger message than OpenSSL accepts in a handshake, usually more than 100 KiB of "
    "certificates: clients that use OpenSSL cannot connect; send only the chain of the certificate",
)
PROTOCOL_VIOLATED = plain("tls_violated_unknown", "the server does not follow the TLS protocol")


@message("tls_no_answer", "connected, but no answer to the TLS ClientHello within {timeout:seconds}")
def no_tls_answer(*, timeout: timedelta) -> None: ...


@message("tls_timeout", "the TLS handshake did not finish within {timeout:seconds}")
def tls_timeout(*, timeout: timedelta) -> None: ...


@message("dtls_no_answer", "no answer to the DTLS ClientHello within {timeout:seconds}")
def no_dtls_answer(*, timeout: timedelta) -> None: ...


@message("dtls_timeout", "the DTLS handshake did not finish within {timeout:seconds}")
def dtls_timeout(*, timeout: timedelta) -> None: ...


@message("tls_too_long", "the server sent more than {limit} bytes in its handshake")
def too_long(*, limit: int) -> None: ...


@message("not_tls", 'the port does not speak TLS: its answer begins with "{reply}"')
def not_tls(*, reply: str) -> None: ...


@message("not_tls_but", 'the port does not speak TLS, it is probably {protocol}: "{reply}"')
def not_tls_but(*, protocol: str, reply: str) -> None: ...


@message("not_dtls", 'the port does not speak DTLS: its answer begins with "{reply}"')
def not_dtls(*, reply: str) -> None: ...


@message("not_dtls_but", 'the port does not speak DTLS, it is probably {protocol}: "{reply}"')
def not_dtls_but(*, protocol: str, reply: str) -> None: ...


@message("tls_alert", "the server refused the handshake with the alert {alert}")
def refused(*, alert: str) -> None: ...


@message(
    "tls_alert_after_certificates",
    "the server sent its certificates, then aborted the handshake with the alert {alert}",
)
def aborted(*, alert: str) -> None: ...


@message(
    "tls_unrecognized_name",
    "the server refused the handshake (unrecognized_name): it does not serve the name {name}",
)
def unrecognized_name(*, name: str) -> None: ...


@message("tls_unreadable_certificate", "the server sent a certificate that cannot be read: {error}")
def unreadable_certificate(*, error: str) -> None: ...


@message("tls_violated", "the server does not follow the TLS protocol: {error}")
def protocol_violated(*, error: str) -> None: ...


KEY_MISMATCH = plain("key_mismatch", "the key does not belong to the certificate")
KEY_UNUSABLE = plain("key_unusable", "TLS cannot use a key of this type")
KEY_ENCRYPTED = plain("key_encrypted", "the key is encrypted, and no passphrase is configured")
KEY_UNSUPPORTED = plain("key_unsupported", "this type of key is not supported")
NO_PEM_KEY = plain("no_pem_key", "the file contains no PEM key")
WRONG_KEY_PASSPHRASE = plain("wrong_key_passphrase", "the passphrase is wrong, or the key is damaged")
NO_PEM_CERTIFICATE = plain("no_pem_certificate", "the file contains no readable PEM certificate")
