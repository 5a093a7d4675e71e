"""The list of certificates."""

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.alerts.texts import PROBLEM
from monitor.model import Message, RevocationList, text
from monitor.model.label_names import COMPONENT_NAMES
from monitor.web import list_texts as texts
from monitor.web import texts as page_texts
from monitor.web.pages.frame import Reader
from monitor.web.pages.lists.kind import Column, ListKind, RowSource, preparing
from monitor.web.pages.lists.writing import for_programs
from monitor.web.published.certificates import certificate_json
from monitor.web.queries.cache.row_index import RowIndexes
from monitor.web.queries.certificates.rows import CERTIFICATE_ROWS, CERTIFICATES, CertificateRow
from monitor.web.services.view import WebView

_MOST_MESSAGES = 2


def certificate_list() -> ListKind[CertificateRow]:
    """Return the list with an index of its own."""
    indexes = RowIndexes(CERTIFICATE_ROWS)
    source = certificate_source(indexes)

    async def load(_view: WebView) -> RowSource[CertificateRow]:
        return source

    return ListKind(
        path="/certificates",
        title=page_texts.CERTIFICATES,
        template="lists/certificates.html",
        listing=CERTIFICATES,
        columns=(
            Column("level", texts.LEVEL, "level"),
            Column("certificate", page_texts.CERTIFICATE, "title"),
            Column("issuer", texts.ISSUER, "issuer"),
            Column("locations", texts.LOCATIONS, "locations"),
            Column("expires", texts.EXPIRES, "expires"),
        ),
        empty=page_texts.NOTHING_KNOWN,
        load=load,
        csv=(
            "sha256",
            "sha1",
            "type",
            "level",
            "title",
            "subject",
            "issuer",
            "serial",
            "dns_names",
            "ip_addresses",
            "key_type",
            "key_bits",
            "not_before",
            "not_after",
            "expires_at",
            "days_to_expiry",
            "checks",
            "messages",
            "targets",
            "locations",
            "superseded",
            "sites",
            "components",
            "owners",
            "kinds",
        ),
        labels={"level": texts.LEVELS, "component": COMPONENT_NAMES, "check": PROBLEM, "type": texts.TYPES},
        prepare=preparing(indexes, CERTIFICATES),
    )


def certificate_source(indexes: RowIndexes[Any, CertificateRow] | None = None) -> RowSource[CertificateRow]:
    """Return the source of the rows, which keeps them for a while where they are many."""
    known = indexes or RowIndexes(CERTIFICATE_ROWS)
    return RowSource(
        make=lambda reader: known.of(reader.snapshot, reader.caller.scope, reader.writer.now),
        fields=lambda row, reader: certificate_json(row, for_programs(reader.writer)),
        shown=_shown,
    )


def _shown(_rows: Sequence[CertificateRow], _reader: Reader) -> Mapping[str, Any]:
    return {"title_of": title_of, "messages_of": messages_of, "most_messages": _MOST_MESSAGES}


def title_of(row: CertificateRow) -> Message:
    """Return what a row is about."""
    shown = row.shown
    if not isinstance(shown, RevocationList):
        return text(shown.title)
    if shown.number:
        numbered = page_texts.numbered_delta_crl if shown.delta else page_texts.numbered_crl
        return numbered(number=shown.number, issuer=shown.issuer)
    return (page_texts.delta_crl if shown.delta else page_texts.crl)(issuer=shown.issuer)


def messages_of(row: CertificateRow) -> tuple[Message, ...]:
    """Return what is wrong with it, the worst first."""
    found = {one.message: one.severity.rank for at in row.locations for one in at.findings}
    return tuple(sorted(found, key=lambda one: -found[one]))
