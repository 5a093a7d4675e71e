"""Messages about what shows only across targets, and about what issuers answered."""

from datetime import datetime

from monitor.model import Message, message
from monitor.model.message import plain


@message("inconsistent", "{name} answers with different certificates: {served}")
def inconsistent(*, name: str, served: Message) -> None: ...


@message("served_at", "{sha1}, which {not_after:expires} ({not_after}), at {locations}")
def served_at(*, sha1: str, not_after: datetime, locations: Message) -> None: ...


@message(
    "recorder_pair",
    "of the two certificates of {host}, only one seems to have been renewed: {newer}, but {older}",
)
def recorder_pair(*, host: str, newer: Message, older: Message) -> None: ...


@message(
    "recorder_certificate",
    "the {group} certificate on port {port} is {sha1}, which {not_after:expires} ({not_after})",
)
def recorder_certificate(*, group: Message, port: str, sha1: str, not_after: datetime) -> None: ...


@message(
    "failover_older",
    "the certificate of the failover server on port {port} {not_after:expires} ({not_after}), before "
    "those of all servers that it stands in for ({others}): it seems to have been forgotten",
)
def failover_older(*, port: str, not_after: datetime, others: Message) -> None: ...


@message(
    "failover_older_in_group",
    "the {group} certificate of the failover server on port {port} {not_after:expires} ({not_after}), before "
    "those of all servers that it stands in for ({others}): it seems to have been forgotten",
)
def failover_older_in_group(*, group: Message, port: str, not_after: datetime, others: Message) -> None: ...


@message("host_expires", "{host} {not_after:expires} ({not_after})")
def host_expires(*, host: str, not_after: datetime) -> None: ...


@message(
    "mixed_encryption",
    "of the {total} recorders of {site}, encryption is on for {encrypted} and off for {plain}: {locations}",
)
def mixed_encryption(*, total: int, site: str, encrypted: int, plain: int, locations: Message) -> None: ...


@message(
    "mixed_encryption_in_group",
    "of the {total} recorders of {site} ({group}), "
    "encryption is on for {encrypted} and off for {plain}: {locations}",
)
def mixed_encryption_in_group(
    *, total: int, site: str, group: Message, encrypted: int, plain: int, locations: Message
) -> None: ...


@message(
    "discovery_stale",
    "the target list of {discovery} could not be fetched {failed} times in a row ({reasons}); {last}; {kept}",
)
def discovery_stale(
    *, discovery: str, failed: int, reasons: Message, last: Message, kept: Message
) -> None: ...


@message(
    "discovery_stale_unknown",
    "the target list of {discovery} could not be fetched {failed} times in a row; {last}; {kept}",
)
def discovery_stale_unknown(*, discovery: str, failed: int, last: Message, kept: Message) -> None: ...


@message(
    "targets_left_out",
    "{discovery} finds more targets than limits.targets allows: {left_out} are not watched; raise it, or "
    "split the list between two monitors",
)
def targets_left_out(*, discovery: str, left_out: int) -> None: ...


@message("last_fetched", "it was last fetched {at}")
def last_fetched(*, at: datetime) -> None: ...


NEVER_FETCHED = plain("never_fetched", "it was never fetched")
TARGETS_KEPT = plain("targets_kept", "its last known targets stay watched")
NOTHING_WATCHED = plain("nothing_watched", "nothing of it is watched")


@message("revoked", "{who} was revoked {how}")
def revoked(*, who: Message, how: Message) -> None: ...


@message("revocation_unknown", "it is not known whether {who} was revoked: {why}")
def revocation_unknown(*, who: Message, why: Message) -> None: ...


NO_DETAILS = plain("revocation_no_details", "(no details are known)")
ISSUER_UNKNOWN = plain(
    "issuer_unknown",
    "the certificate of its issuer is not known: nobody sends it and it is not among the trusted CAs",
)


@message(
    "renew_now",
    'the CA wants the certificate "{title}" renewed earlier than usual, between {start} and {end}: '
    "renew it now, the CA may be about to revoke it",
)
def renew_now(*, title: str, start: datetime, end: datetime) -> None: ...


@message(
    "renew_now_moved",
    'the CA wants the certificate "{title}" renewed earlier than usual, between {start} and {end} instead of '
    "from {first_start}: renew it now, the CA may be about to revoke it",
)
def renew_now_moved(*, title: str, start: datetime, end: datetime, first_start: datetime) -> None: ...


@message(
    "renewal_missed",
    'the CA suggested renewing the certificate "{title}" between {start} and {end}, and it is still in '
    "use: check whether its renewal works",
)
def renewal_missed(*, title: str, start: datetime, end: datetime) -> None: ...


@message("with_reason", "{said}; its reason: {reason}")
def with_reason(*, said: Message, reason: str) -> None: ...
