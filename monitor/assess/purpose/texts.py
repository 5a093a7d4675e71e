"""Messages about certificates that are not for servers.

A kind of message is published: its code and its parameters change only with a notice.
"""

from monitor.model import Message, message


@message(
    "usage",
    "{who} is not valid for server authentication: its extended key usage does not include serverAuth",
)
def wrong_usage(*, who: Message) -> None: ...


@message(
    "ca_usage",
    "{who} must not issue certificates for servers: its extended key usage does not include serverAuth, "
    "so clients refuse every server certificate below it",
)
def wrong_ca_usage(*, who: Message) -> None: ...


@message(
    "usage_any_only",
    "{who} has an extended key usage that allows any usage but does not include serverAuth: "
    "clients that use OpenSSL refuse it",
)
def usage_any_only(*, who: Message) -> None: ...


@message(
    "usage_server_gated_only",
    "{who} has an extended key usage with the old server-gated cryptography but without serverAuth: "
    "clients that are written in Go refuse it",
)
def usage_server_gated_only(*, who: Message) -> None: ...


@message(
    "key_usage",
    "{who} is not valid for TLS servers: its key usage includes none of digitalSignature, keyEncipherment "
    "and keyAgreement; clients that use OpenSSL or Java refuse it",
)
def wrong_key_usage(*, who: Message) -> None: ...


@message(
    "key_usage_without_signature",
    "{who} has a key of type {key_type}, which can only sign, but its key usage does not include "
    "digitalSignature: some clients, such as Java, refuse it",
)
def no_signature_usage(*, who: Message, key_type: str) -> None: ...


@message(
    "netscape_type",
    "{who} is not valid for TLS servers: its Netscape certificate type does not include SSL servers; "
    "clients that use OpenSSL or Java refuse it",
)
def wrong_netscape_type(*, who: Message) -> None: ...
