"""Messages about the dates of CRLs.

A kind of message is published: its code and its parameters change only with a notice.
"""

from datetime import datetime

from monitor.model import Message, message


@message("crl", 'the CRL of "{issuer}" at {location}')
def the_crl(*, issuer: str, location: str) -> None: ...


@message("delta_crl", 'the delta CRL of "{issuer}" at {location}')
def the_delta_crl(*, issuer: str, location: str) -> None: ...


@message("crl_not_yet_valid", "{who} is not valid before {this_update}")
def crl_not_yet_valid(*, who: Message, this_update: datetime) -> None: ...


@message("crl_without_next_update", "{who} has no next update, so nothing says when it is too old")
def crl_without_next_update(*, who: Message) -> None: ...


@message(
    "crl_expired",
    "{who} {next_update:expires} ({next_update}): "
    "clients that check it refuse every certificate of this issuer",
)
def crl_expired(*, who: Message, next_update: datetime) -> None: ...


@message(
    "crl_expires", "{who} {next_update:expires} ({next_update}), and no newer one has been published there"
)
def crl_expires(*, who: Message, next_update: datetime) -> None: ...
