"""The page of one certificate: its path, names, key and thumbprints, where it is, what depends on it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from monitor.assess.issuance import HOW_MADE
from monitor.model import Certificate, Message, text
from monitor.model.texts import enumerated
from monitor.store import HistoryEntry
from monitor.web import texts
from monitor.web.pages import detail_texts
from monitor.web.pages.details.validity import WIDTH, Bar, axis_around
from monitor.web.pages.frame import Pages, Reader
from monitor.web.pages.not_found import not_found
from monitor.web.queries.certificates.detail import (
    CertificateDetail,
    certificate_detail,
    find_certificate,
    thumbprint,
)
from monitor.web.services.view import WebView

_MOST = 200
_PUBLISHED = {
    "1.3.6.1.5.5.7.3.1": detail_texts.SERVER_AUTHENTICATION,
    "1.3.6.1.5.5.7.3.2": detail_texts.CLIENT_AUTHENTICATION,
    "1.3.6.1.5.5.7.3.9": detail_texts.OCSP_SIGNING,
    "2.5.29.37.0": detail_texts.ANY_USAGE,
}
"""Extended key usages that have a name (RFC 5280 section 4.2.1.12)."""


@dataclass(frozen=True, slots=True)
class PathEntry:
    """One certificate of a path; ``tone`` names its style, ``bar`` is its validity on the path's axis."""

    certificate: Certificate
    role: Message
    tone: str
    bar: Bar


def add_certificate(app: FastAPI, view: WebView, pages: Pages) -> None:
    """Answer ``GET /certificates/SHA256``; a SHA-1 or another form of a thumbprint leads there."""

    @app.api_route("/certificates/{written}", methods=["GET", "HEAD"], response_model=None)
    async def certificate(written: str, request: Request) -> Response:
        found = await pages.on_thread(request, lambda reader: find_certificate(reader.snapshot, written))
        if found is None:
            return await not_found(
                request, pages, detail_texts.no_certificate(thumbprint=thumbprint(written))
            )
        if written != found.sha256:
            return RedirectResponse(f"/certificates/{found.sha256}", 302)
        history = await view.history(sha256=found.sha256)
        return await pages.answer(
            request, "details/certificate.html", lambda reader: certificate_values(reader, found, history)
        )


def certificate_values(
    reader: Reader, certificate: Certificate, history: Sequence[HistoryEntry]
) -> Mapping[str, Any]:
    """Return the values of the page."""
    detail = certificate_detail(reader.snapshot, certificate)
    seen = [one for one in history if one.target_id in reader.snapshot.states]
    return {
        "title": text(certificate.title),
        "detail": detail,
        "certificate": certificate,
        "tone": _tone(certificate, reader),
        "facts": tuple(_facts(detail)),
        "chain": _chain(detail, reader),
        "width": WIDTH,
        "now_at": _axis(detail, reader).at(reader.writer.now),
        "history": seen[:_MOST],
        "most": _MOST,
    }


def _axis(detail: CertificateDetail, reader: Reader) -> Any:
    certificates = detail.path.certificates if detail.path else (detail.certificate,)
    return axis_around(((one.not_before, one.not_after) for one in certificates), reader.writer.now)


def _chain(detail: CertificateDetail, reader: Reader) -> tuple[PathEntry, ...]:
    axis = _axis(detail, reader)
    path = detail.path
    certificates = path.certificates if path else (detail.certificate,)
    last = len(certificates) - 1
    links = []
    for index, one in enumerate(certificates):
        if path is not None and path.trusted and index == last:
            role = detail_texts.TRUSTED_CA if one.is_ca or index else detail_texts.TRUSTED_ITSELF
        else:
            role = detail_texts.INTERMEDIATE_CA if index or one.is_ca else detail_texts.END_ENTITY
        links.append(PathEntry(one, role, _tone(one, reader), axis.bar(one.not_before, one.not_after)))
    return tuple(links)


def _tone(certificate: Certificate, reader: Reader) -> str:
    """Return the level of the worst alert about a certificate, else whether it is valid now."""
    levels = [
        one.level
        for one in reader.snapshot.alerts
        if one.certificate is not None and one.certificate.sha256 == certificate.sha256
    ]
    if levels:
        return max(levels, key=lambda one: one.rank).value
    valid = certificate.not_before <= reader.writer.now < certificate.not_after
    return "ok" if valid else "expired"


def _facts(detail: CertificateDetail) -> Iterator[tuple[Message, Message]]:
    one = detail.certificate
    yield detail_texts.SUBJECT, text(one.subject)
    if names := [text(name) for name in (*one.dns_names, *one.ip_addresses)]:
        yield detail_texts.NAMES, enumerated(names, _MOST)
    yield texts.ISSUER, text(one.issuer)
    yield detail_texts.HOW_MADE, HOW_MADE[detail.made]
    yield detail_texts.VALID_FROM, texts.instant(at=one.not_before)
    yield detail_texts.VALID_UNTIL, texts.instant_and_expiry(not_after=one.not_after)
    yield detail_texts.KEY, text(f"{one.key_type} {one.key_bits}" if one.key_bits else one.key_type)
    yield detail_texts.SIGNATURE, text(one.signature_hash)
    if one.extended_usages is not None:
        usages = [_PUBLISHED.get(usage, text(usage)) for usage in one.extended_usages]
        yield detail_texts.USAGES, enumerated(usages or [detail_texts.NO_USAGE], _MOST)
    yield detail_texts.SERIAL, text(one.serial)
    yield detail_texts.SHA1, text(one.sha1)
    yield detail_texts.SHA256, text(one.sha256)
    if detail.revocation is not None:
        yield (
            detail_texts.REVOCATION,
            detail.revocation.message or detail_texts.REVOCATION_STATUS[detail.revocation.status],
        )
    if (window := detail.renewal) is not None:
        yield detail_texts.RENEWAL_WINDOW, texts.between(start=window.start, end=window.end)
