"""What expires when if nothing is done: pure functions of a snapshot and instants.

``index_certificates`` reads the snapshot once; ``forecast`` and ``timeline`` answer from what it found.
"""

from monitor.planning.by_location import LocationExpiry, location_expiries
from monitor.planning.ca_renewals import CaRenewal
from monitor.planning.expiries import Expiry, expiries
from monitor.planning.forecast import Forecast, forecast
from monitor.planning.index import CertificateIndex, index_again, index_certificates
from monitor.planning.leaves import Leaf, Use
from monitor.planning.load import Load, MonthLoad
from monitor.planning.stops import Stop
from monitor.planning.timeline import Timeline, Week, timeline
from monitor.planning.unknown import Unknown

__all__ = [
    "CaRenewal",
    "CertificateIndex",
    "Expiry",
    "Forecast",
    "Leaf",
    "Load",
    "LocationExpiry",
    "MonthLoad",
    "Stop",
    "Timeline",
    "Unknown",
    "Use",
    "Week",
    "expiries",
    "forecast",
    "index_again",
    "index_certificates",
    "location_expiries",
    "timeline",
]
