"""The forecast: what will have expired at an instant if nothing is done, and what that means."""

from dataclasses import dataclass
from datetime import datetime

from monitor.planning.ca_renewals import CaRenewal
from monitor.planning.expiries import Expiry, expiries
from monitor.planning.index import CertificateIndex
from monitor.planning.load import Load, renewal_load
from monitor.planning.stops import Stop, stops
from monitor.planning.unknown import Unknown


@dataclass(frozen=True, slots=True)
class Forecast:
    """What will have happened by ``at``, as it is known ``now``, if no certificate is renewed.

    ``expired`` counts the certificates and CAs of which ``expiries`` are the first, ``expired_cas`` the CAs
    among them. ``ca_renewals`` are the
    CAs that have to be renewed by then. ``targets`` and ``certificates`` are the numbers of targets and of
    leaves that it considers.
    """

    at: datetime
    now: datetime
    expiries: tuple[Expiry, ...]
    expired: int
    expired_cas: int
    stops: tuple[Stop, ...]
    load: Load
    ca_renewals: tuple[CaRenewal, ...]
    unknown: Unknown
    targets: int
    certificates: int


def forecast(index: CertificateIndex, at: datetime, most: int | None = None) -> Forecast:
    """Return the forecast for an instant; one in the past gives what had expired by then.

    A certificate has expired at ``at`` when it is valid until then at the latest. ``most`` is how many of
    them are returned at most, in the order of renewing, and how many targets of what stops.
    """
    due = [leaf for leaf in index.leaves if leaf.first_expiry <= at]
    found = expiries(due, at, index.levels, most)
    return Forecast(
        at=at,
        now=index.now,
        expiries=found.first,
        expired=found.certificates + found.cas,
        expired_cas=found.cas,
        stops=stops(due, at, most),
        load=renewal_load(index.renewals, index.now, at),
        ca_renewals=tuple(one for one in index.ca_renewals if one.renew_by <= at),
        unknown=index.unknown,
        targets=index.targets,
        certificates=len(index.leaves),
    )
