"""Certificates and CRLs as JSON; the fields are published."""

from datetime import datetime
from typing import Any

from monitor.messages import Writer
from monitor.model import Certificate, RevocationList
from monitor.web.queries.certificates.rows import CertificateRow

_SECONDS_OF_DAY = 86_400


def certificate_json(row: CertificateRow, writer: Writer) -> dict[str, Any]:
    """Return one certificate or CRL with all its locations; what a CRL does not have is ``null``."""
    shown = row.shown
    found = [one for at in row.locations for one in at.findings]
    return {
        "sha256": shown.sha256,
        "type": row.types[0],
        "level": row.levels[0],
        "title": row.title,
        **(_certificate(shown) if isinstance(shown, Certificate) else _crl(shown)),
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
        "days_to_expiry": _days(row.expires_at, writer.now),
        "checks": list(row.checks),
        "messages": list(dict.fromkeys(writer.write(one.message) for one in found)),
        "targets": list(dict.fromkeys(one.target.id for one in row.locations)),
        "locations": list(dict.fromkeys(one.location for one in row.locations)),
        "superseded": all(one.superseded for one in row.locations),
        "sites": list(row.sites),
        "components": list(row.components),
        "owners": list(row.owners),
        "kinds": list(row.kinds),
    }


def _certificate(shown: Certificate) -> dict[str, Any]:
    return {
        "sha1": shown.sha1.lower(),
        "subject": shown.subject,
        "issuer": shown.issuer,
        "serial": shown.serial,
        "dns_names": list(shown.dns_names),
        "ip_addresses": list(shown.ip_addresses),
        "key_type": shown.key_type,
        "key_bits": shown.key_bits,
        "not_before": shown.not_before.isoformat(),
        "not_after": shown.not_after.isoformat(),
    }


def _crl(shown: RevocationList) -> dict[str, Any]:
    absent = dict.fromkeys(("sha1", "subject", "dns_names", "ip_addresses", "key_type", "key_bits"))
    return {
        **absent,
        "issuer": shown.issuer,
        "serial": shown.number,
        "not_before": shown.this_update.isoformat(),
        "not_after": shown.next_update.isoformat() if shown.next_update else None,
    }


def _days(at: datetime | None, now: datetime) -> float | None:
    return (at - now).total_seconds() / _SECONDS_OF_DAY if at else None
