"""A forecast as JSON."""

from datetime import datetime
from typing import Any

from monitor.messages import Writer
from monitor.model import Matcher, Snapshot
from monitor.planning import CaRenewal, MonthLoad, Unknown, forecast
from monitor.web.queries.planning.forecast import ExpiryRow, ForecastView, StopRow, forecast_view
from monitor.web.queries.planning.indexes import CertificateIndexes

_MOST_ROWS = 1000
_MOST_LOCATIONS = 100


class ForecastAnswers:
    """Answers with forecasts of what a caller may see."""

    def __init__(self, indexes: CertificateIndexes) -> None:
        """Take the indexes of certificates."""
        self._indexes = indexes

    def __call__(
        self, snapshot: Snapshot, scope: tuple[Matcher, ...], at: datetime, writer: Writer
    ) -> dict[str, Any]:
        """Return a forecast of a narrowed snapshot for an instant; it may take tenths of a second."""
        found = forecast(self._indexes.of(snapshot, scope, writer.now), at, _MOST_ROWS)
        return forecast_json(forecast_view(found, most=_MOST_ROWS, locations=_MOST_LOCATIONS), writer)


def forecast_json(view: ForecastView, writer: Writer) -> dict[str, Any]:
    """Return a forecast; ``more`` counts what was left out of each list."""
    return {
        "at": view.at.isoformat(),
        "now": view.now.isoformat(),
        "targets": view.targets,
        "expiries": [_expiry(row) for row in view.rows],
        "stops": [_stop(row, writer) for row in view.stops],
        "cas": [_ca(one) for one in view.ca_renewals],
        "load": {
            "overdue": view.load.overdue,
            "months": [_month(one) for one in view.load.months],
            "later": view.load.later,
        },
        "more": {"expiries": view.more, "stops": view.more_stops, "cas": view.more_ca_renewals},
        "unknown": _unknown(view.unknown),
    }


def _expiry(row: ExpiryRow) -> dict[str, Any]:
    one, certificate = row.expiry, row.expiry.certificate
    return {
        "certificate": certificate.sha256,
        "title": certificate.title,
        "issuer": certificate.issuer_cn or certificate.issuer,
        "not_after": certificate.not_after.isoformat(),
        "ca": one.is_ca,
        "level": row.level,
        "low_impact": one.low_impact,
        "depends_on": list(one.depends_on),
        "location_count": row.locations,
        "locations": [{"location": at.location, "target": at.target_id} for at in row.first_locations],
    }


def _stop(row: StopRow, writer: Writer) -> dict[str, Any]:
    return {
        "impact": writer.write(row.impact),
        "component": row.component,
        "low_impact": row.low_impact,
        "from": row.first_at.isoformat(),
        "target_count": row.targets,
        "targets": [at.target_id for at in row.first_locations],
    }


def _ca(one: CaRenewal) -> dict[str, Any]:
    return {
        "certificate": one.certificate.sha256,
        "title": one.certificate.title,
        "not_after": one.certificate.not_after.isoformat(),
        "renew_by": one.renew_by.isoformat(),
        "typical_lifetime_days": one.typical_lifetime.days,
        "leaves": one.leaves,
        "outliving": one.outliving,
    }


def _month(one: MonthLoad) -> dict[str, Any]:
    return {
        "month": f"{one.month:%Y-%m}",
        "renewals": one.renewals,
        "by_path": one.by_path,
        "sites": dict(one.sites),
        "components": dict(one.components),
    }


def _unknown(one: Unknown) -> dict[str, int]:
    return {
        "not_checked": one.not_checked,
        "unreachable": one.unreachable,
        "standby": one.standby,
        "without_certificate": one.without_certificate,
        "last_known": one.last_known,
        "switched_off": one.switched_off,
        "generated": one.generated,
        "left_out": one.left_out,
        "lists": one.lists,
    }
