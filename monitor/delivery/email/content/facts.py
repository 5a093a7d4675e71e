"""The labeled facts of one alert in a mail: what identifies the certificate, and who is responsible."""

from collections.abc import Iterable, Iterator

from monitor.alerts.decision import NotificationItem
from monitor.alerts.texts import name_list
from monitor.delivery.email.content import fact_texts
from monitor.model import AlertLocation, Certificate, Message, text
from monitor.model.label_names import label_value
from monitor.model.texts import enumerated

_MOST_NAMES = 50
_FEW_NAMES = 5
_WHO = (("owner", fact_texts.OWNER), ("note", fact_texts.NOTE))
_WHAT = (
    ("component", fact_texts.COMPONENT),
    ("certificate_group", fact_texts.CERTIFICATE_GROUP),
    ("site", fact_texts.SITE),
)

Fact = tuple[Message, Message]
"""A label and a value."""


def facts(item: NotificationItem) -> Iterator[Fact]:
    """Yield the facts of an item's certificates and targets, without the responsible owner."""
    if item.replaced_sha256:
        yield fact_texts.OLD_SHA1, text(item.replaced_sha1) if item.replaced_sha1 else fact_texts.NOT_KNOWN
        yield fact_texts.OLD_SHA256, text(item.replaced_sha256)
    if item.certificate is not None:
        yield from _of_certificate(item.certificate)
    yield from _labels(item.locations, _WHAT)


def responsible(item: NotificationItem) -> Iterator[Fact]:
    """Yield the owners and the notes."""
    yield from _labels(item.locations, _WHO)


def brief_facts(item: NotificationItem) -> Iterator[Fact]:
    """Yield what it takes to find an item's certificate, where there are many items."""
    certificate = item.certificate
    if certificate is not None:
        yield from _listed(fact_texts.NAMES, names_of(certificate), _FEW_NAMES)
        yield from _listed(fact_texts.ISSUER, [certificate.issuer])
        yield from _listed(fact_texts.SERIAL, [certificate.serial])
        yield from _listed(fact_texts.SHA1, [certificate.sha1])
        yield fact_texts.VALID_UNTIL, fact_texts.instant(at=certificate.not_after)


def names_of(certificate: Certificate) -> list[str]:
    """Return the names and addresses that a certificate is for, else its common name."""
    return [*certificate.dns_names, *certificate.ip_addresses] or [certificate.subject_cn]


def _of_certificate(certificate: Certificate) -> Iterator[Fact]:
    yield from _listed(fact_texts.SUBJECT, [certificate.subject])
    yield from _listed(fact_texts.NAMES, [*certificate.dns_names, *certificate.ip_addresses])
    yield from _listed(fact_texts.ISSUER, [certificate.issuer])
    yield from _listed(fact_texts.SERIAL, [certificate.serial])
    yield from _listed(fact_texts.SHA1, [certificate.sha1])
    yield from _listed(fact_texts.SHA256, [certificate.sha256])
    yield fact_texts.VALID_FROM, fact_texts.instant(at=certificate.not_before)
    yield fact_texts.VALID_UNTIL, fact_texts.instant_and_expiry(at=certificate.not_after)


def _labels(locations: Iterable[AlertLocation], labels: Iterable[tuple[str, Message]]) -> Iterator[Fact]:
    locations = list(locations)
    for key, label in labels:
        if values := [label_value(key, value) for value in _values(locations, key) if value]:
            yield label, enumerated(values, _MOST_NAMES)


def _listed(label: Message, values: Iterable[str], most: int = _MOST_NAMES) -> Iterator[Fact]:
    if several := [value for value in values if value]:
        yield label, name_list(several, most)


def _values(locations: Iterable[AlertLocation], key: str) -> list[str]:
    return list(dict.fromkeys(value for one in locations for name, value in one.labels if name == key))
