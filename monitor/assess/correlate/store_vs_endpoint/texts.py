"""Messages about a machine's certificate stores beside what its ports serve."""

from datetime import datetime

from monitor.model import Message, message
from monitor.model.message import plain


@message(
    "not_deployed",
    "{location} still serves {sha1}, which {not_after:expires} ({not_after}), although a newer certificate "
    "for the same names is in {store} of {host}: {new_sha1}, which {new_not_after:expires} ({new_not_after})",
)
def not_deployed_from_store(
    *,
    location: str,
    sha1: str,
    not_after: datetime,
    store: str,
    host: str,
    new_sha1: str,
    new_not_after: datetime,
) -> None: ...


@message(
    "not_deployed_from_file",
    "{location} still serves {sha1}, which {not_after:expires} ({not_after}), although a newer certificate "
    "for the same names is stored at {path}: {new_sha1}, which {new_not_after:expires} ({new_not_after})",
)
def not_deployed_from_file(
    *, location: str, sha1: str, not_after: datetime, path: str, new_sha1: str, new_not_after: datetime
) -> None: ...


@message(
    "binding_missing",
    "http.sys on {host} has {address} bound to {sha1}, which is not in {store}: nobody can connect there",
)
def binding_missing(*, host: str, address: str, sha1: str, store: str) -> None: ...


@message(
    "binding_expired",
    "http.sys on {host} has {address} bound to {sha1}, which {not_after:expires} ({not_after})",
)
def binding_expired(*, host: str, address: str, sha1: str, not_after: datetime) -> None: ...


@message(
    "binding_superseded",
    "http.sys on {host} has {address} bound to {sha1}, which {not_after:expires} ({not_after}), although a "
    "newer certificate for the same names is in {store}: {new_sha1}, which {new_not_after:expires} "
    "({new_not_after})",
)
def binding_superseded(
    *,
    host: str,
    address: str,
    sha1: str,
    not_after: datetime,
    store: str,
    new_sha1: str,
    new_not_after: datetime,
) -> None: ...


@message(
    "key_missing",
    "the certificate {sha1} in {store} of {host}, which {not_after:expires} ({not_after}), has no "
    "private key there, although {use}",
)
def key_missing(*, sha1: str, store: str, host: str, not_after: datetime, use: Message) -> None: ...


@message("bound_to", "http.sys has it bound to {addresses}")
def bound_to(*, addresses: Message) -> None: ...


@message("in_use_at", "it is served at {locations}")
def in_use_at(*, locations: Message) -> None: ...


NEWEST = plain("newest_for_its_names", "it is the newest one there for its names: no service can use it")


@message(
    "key_inaccessible",
    "the account {account} of the service {service} on {host} may not read the private key of {sha1}, which "
    "is served at {locations}: {consequence}",
)
def key_inaccessible(
    *, account: str, service: str, host: str, sha1: str, locations: Message, consequence: Message
) -> None: ...


FAILS_AT_START = plain("fails_at_start", "it may fail the next time the service starts")
SERVED_BY_WINDOWS = plain(
    "served_by_windows",
    "Windows itself serves that port and continues to, but the vendor's guide was not followed",
)


@message(
    "not_in_store",
    "{location} serves {sha1}, which {not_after:expires} ({not_after}) and is in none of the stores of "
    "{host} that were read ({stores}): something else may answer there",
)
def not_in_store(
    *, location: str, sha1: str, not_after: datetime, host: str, stores: tuple[str, ...]
) -> None: ...


@message(
    "ca_not_installed",
    '{host} does not trust the CA "{title}" ({sha1}), which {not_after:expires} ({not_after}): it is not '
    "among its Trusted Root Certification Authorities, but {location} depends on it",
)
def ca_not_installed(*, host: str, title: str, sha1: str, not_after: datetime, location: str) -> None: ...


@message(
    "ca_among_intermediates",
    '{host} does not trust the CA "{title}" ({sha1}), which {not_after:expires} ({not_after}): it is not '
    "among its Trusted Root Certification Authorities (it is among the intermediate ones, where it is not "
    "trusted), but {location} depends on it",
)
def ca_among_intermediates(
    *, host: str, title: str, sha1: str, not_after: datetime, location: str
) -> None: ...
