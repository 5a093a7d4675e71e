"""The facts of an item of a mail, with labels: what identifies the certificate, and who is responsible."""

from collections.abc import Iterable, Iterator

from monitor.alerts.decision import NotificationItem
from monitor.alerts.texts import name_list
from monitor.delivery.email import texts
from monitor.model import AlertLocation, Certificate, Message, text

_MOST_NAMES = 50
_LABELS = (
    ("component", texts.COMPONENT),
    ("certificate_group", texts.CERTIFICATE_GROUP),
    ("site", texts.SITE),
    ("owner", texts.OWNER),
    ("note", texts.NOTE),
)

Fact = tuple[Message, Message]
"""A label and a value."""


def facts(item: NotificationItem) -> Iterator[Fact]:
    """Yield what there is to know of an item's certificates and targets."""
    if item.replaced_sha256:
        yield texts.OLD_SHA1, text(item.replaced_sha1) if item.replaced_sha1 else texts.NOT_KNOWN
        yield texts.OLD_SHA256, text(item.replaced_sha256)
    if item.certificate is not None:
        yield from _of_certificate(item.certificate)
    for key, label in _LABELS:
        yield from _listed(label, _values(item.locations, key))


def _of_certificate(certificate: Certificate) -> Iterator[Fact]:
    yield from _listed(texts.SUBJECT, [certificate.subject])
    yield from _listed(texts.NAMES, [*certificate.dns_names, *certificate.ip_addresses])
    yield from _listed(texts.ISSUER, [certificate.issuer])
    yield from _listed(texts.SERIAL, [certificate.serial])
    yield from _listed(texts.SHA1, [certificate.sha1])
    yield from _listed(texts.SHA256, [certificate.sha256])
    yield texts.VALID_FROM, texts.instant(at=certificate.not_before)
    yield texts.VALID_UNTIL, texts.instant_and_expiry(at=certificate.not_after)


def _listed(label: Message, values: Iterable[str]) -> Iterator[Fact]:
    if several := [value for value in values if value]:
        yield label, name_list(several, _MOST_NAMES)


def _values(locations: Iterable[AlertLocation], key: str) -> list[str]:
    return list(dict.fromkeys(value for one in locations for name, value in one.labels if name == key))
