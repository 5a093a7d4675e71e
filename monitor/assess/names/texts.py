"""Messages about names that a certificate does not have, and those that it has instead.

A kind of message is published: its code and its parameters change only with a notice.
"""

from monitor.model import Message, message
from monitor.model.message import plain


@message("name_mismatch", 'the certificate is not for "{name}": {carried}')
def name_mismatch(*, name: str, carried: Message) -> None: ...


@message("address_mismatch", "the certificate is not for {address}: {carried}")
def address_mismatch(*, address: str, carried: Message) -> None: ...


@message(
    "name_in_ignored_subject",
    'no alternative name matches "{name}" (its subject does, but clients ignore that '
    "where there are alternative names): {carried}",
)
def name_in_ignored_subject(*, name: str, carried: Message) -> None: ...


@message(
    "address_as_dns_name",
    "the certificate has no IP entry for {address}: it has a DNS entry with it, "
    "which many clients do not accept for an address",
)
def address_as_dns_name(*, address: str) -> None: ...


@message(
    "name_in_subject_only",
    'the certificate has "{name}" only in its subject: current clients accept only alternative names',
)
def name_in_subject_only(*, name: str) -> None: ...


@message("includes", "it includes {names}")
def includes(*, names: Message) -> None: ...


@message("includes_subject_only", 'it includes only the subject "{subject}"')
def includes_subject_only(*, subject: str) -> None: ...


@message("unusable_name", '"{name}" (unusable)')
def unusable_name(*, name: str) -> None: ...


INCLUDES_NOTHING = plain("includes_no_name", "it includes no name at all")
