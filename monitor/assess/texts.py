"""Messages about one target and its certificates.

A kind of message is published: its code and its parameters change only with a notice.
"""

from datetime import datetime, timedelta

from monitor.model import Message, message
from monitor.model.message import plain

SELF_SIGNED = "self_signed"


@message("certificate", 'the certificate "{title}"')
def the_certificate(*, title: str) -> None: ...


@message("ca_certificate", 'the CA certificate "{title}"')
def the_ca_certificate(*, title: str) -> None: ...


@message("its_ca", 'the CA "{title}"')
def its_ca(*, title: str) -> None: ...


@message("its_ca_not_served", 'the CA "{title}" (not served)')
def its_ca_not_served(*, title: str) -> None: ...


@message("its_ca_not_in_file", 'the CA "{title}" (not in the file)')
def its_ca_not_in_file(*, title: str) -> None: ...


@message("its_ca_not_in_store", 'the CA "{title}" (not in the store)')
def its_ca_not_in_store(*, title: str) -> None: ...


@message("its_trusted_ca_not_served", 'the trusted CA "{title}" (not served)')
def its_trusted_ca_not_served(*, title: str) -> None: ...


@message("its_trusted_ca_not_in_file", 'the trusted CA "{title}" (not in the file)')
def its_trusted_ca_not_in_file(*, title: str) -> None: ...


@message("its_trusted_ca_not_in_store", 'the trusted CA "{title}" (not in the store)')
def its_trusted_ca_not_in_store(*, title: str) -> None: ...


@message("expires", "{who} {not_after:expires} ({not_after})")
def expires(*, who: Message, not_after: datetime) -> None: ...


@message(
    "renewal_late",
    "{who} was not renewed when it usually is: the last {renewals} renewals were seen {least} or more before "
    "expiry, and it {not_after:expires}",
)
def renewal_late(*, who: Message, renewals: int, least: timedelta, not_after: datetime) -> None: ...


@message("not_yet_valid", "{who} is not valid before {not_before}")
def not_yet_valid(*, who: Message, not_before: datetime) -> None: ...


@message(
    "outlives_ca",
    "{who} outlives {ca}, which {not_after:expires} ({not_after}): "
    "renewing the certificate alone does not help",
)
def outlives_ca(*, who: Message, ca: Message, not_after: datetime) -> None: ...


@message("weak_key", "{who} has a weak key: {key_type} with {bits} bits (at least {least} are needed)")
def weak_key(*, who: Message, key_type: str, bits: str, least: str) -> None: ...


@message("weak_signature", "{who} is signed with {hash}, which can be forged")
def weak_signature(*, who: Message, hash: str) -> None: ...  # noqa: A002 - a published name


@message("key_type", "{who} has a key of type {key_type}, but the product accepts only {wanted}")
def wrong_key_type(*, who: Message, key_type: str, wanted: str) -> None: ...


@message(
    "public_name",
    "clients are sent to {names}, which the certificate does not include: they will not accept it",
)
def missing_names(*, names: Message) -> None: ...


@message(
    "made_at_start",
    'the server has no certificate of its own: it issues "{title}" to itself at each start, '
    "so its dates do not matter and no client can verify it",
)
def made_at_start(*, title: str) -> None: ...


@message(
    "default_certificate",
    "the certificate is not trusted: it looks like the product's default self-signed certificate "
    '({problem}); give the server a certificate from your CA, or list this one under "accept" in the '
    "configuration",
)
def default_certificate(*, problem: Message) -> None: ...


@message("not_trusted", "the certificate is not trusted: {problem}")
def not_trusted(*, problem: Message) -> None: ...


@message(
    "dates_refused_by_openssl",
    "{who} has a date that is not encoded as RFC 5280 requires (with an offset or without seconds): "
    "clients that use OpenSSL refuse it",
)
def dates_refused_by_openssl(*, who: Message) -> None: ...


@message(
    "dates_refused",
    "{who} has a date that is not encoded as RFC 5280 requires: clients that use OpenSSL or Go refuse it",
)
def dates_refused(*, who: Message) -> None: ...


@message(
    "search_ended",
    "{problem}; the server sent {sent} certificates, too many to try every path through them",
)
def search_ended(*, problem: Message, sent: int) -> None: ...


@message(
    "refused_as_served",
    "clients that use OpenSSL refuse the chain as it is served ({reason}): of several CAs with the same "
    "name they try only one. Send only the chain of the certificate, each CA once",
)
def refused_as_served(*, reason: str) -> None: ...


@message("path_refused", 'the path to the trusted CA "{ca}" is refused: {reason} ("{title}")')
def path_refused(*, ca: str, reason: str, title: str) -> None: ...


@message(SELF_SIGNED, '"{title}" is self-signed and not a trusted CA')
def self_signed(*, title: str) -> None: ...


@message(
    "self_signed_other_key",
    '"{title}" is self-signed and not a trusted CA (another one of this name, with another key, is)',
)
def self_signed_other_key(*, title: str) -> None: ...


@message("root_not_trusted", 'the root "{title}" is not a trusted CA')
def root_not_trusted(*, title: str) -> None: ...


@message(
    "root_not_trusted_other_key",
    'the root "{title}" is not a trusted CA (another one of this name, with another key, is)',
)
def root_not_trusted_other_key(*, title: str) -> None: ...


@message(
    "bad_self_signature",
    'bad signature: "{title}" names itself as its issuer but was not signed with its own key',
)
def bad_self_signature(*, title: str) -> None: ...


@message("bad_signature", 'bad signature: "{title}" was not signed with the key of any known "{issuer}"')
def bad_signature(*, title: str, issuer: str) -> None: ...


@message(
    "unsupported_signature",
    'the signature of "{title}" by "{issuer}" cannot be checked: its form is not supported',
)
def unsupported_signature(*, title: str, issuer: str) -> None: ...


@message(
    "unreadable_dates",
    'the signature of "{title}" cannot be checked: a date in it is not encoded as RFC 5280 requires, '
    "so that OpenSSL cannot read the certificate",
)
def unreadable_dates(*, title: str) -> None: ...


@message(
    "incomplete_chain",
    'incomplete chain: the issuer "{issuer}" of "{title}" is neither served nor a trusted CA',
)
def incomplete_chain(*, issuer: str, title: str) -> None: ...


@message(
    "incomplete_chain_no_trusted_ca",
    'incomplete chain: the issuer "{issuer}" of "{title}" is not served, and there are no trusted CAs',
)
def incomplete_chain_no_trusted_ca(*, issuer: str, title: str) -> None: ...


NOT_ENCRYPTED = plain(
    "not_encrypted", "the port answers without encryption, which the policy requires: turn encryption on"
)
UNEXPECTED_ENCRYPTION = plain(
    "unexpected_encryption",
    "encryption was turned on, but the policy says that it is off: integrations without HTTPS break",
)


FLAPPING = plain("flapping", "changes its certificate at every probe")


@message("damaged", "what is stored there was read in part only, the rest stays watched: {why}")
def damaged(*, why: Message) -> None: ...


@message("unreachable", "{last}, {failed}")
def unreachable(*, last: Message, failed: Message) -> None: ...


@message("last_reached", "last reached {at}")
def last_reached(*, at: datetime) -> None: ...


@message("last_read_in_full", "last read in full {at}")
def last_read_in_full(*, at: datetime) -> None: ...


@message("never_reached", "never reached, watched since {since}")
def never_reached(*, since: datetime) -> None: ...


@message("never_read_in_full", "never read in full, watched since {since}")
def never_read_in_full(*, since: datetime) -> None: ...


@message("checks_failed", "{count} check failed ({reasons})", "{count} checks in a row failed ({reasons})")
def checks_failed(*, count: int, reasons: Message) -> None: ...


@message("checks_failed_unknown", "{count} check failed", "{count} checks in a row failed")
def checks_failed_unknown(*, count: int) -> None: ...


NO_CHECK_ENDED = plain("no_check_ended", "no check has finished since")
NEVER_SEEN = plain(
    "never_seen",
    "it is on standby and answers only after a takeover, so its certificate cannot be checked over the "
    "network: read its certificate store or test a failover",
)
