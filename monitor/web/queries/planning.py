"""The index of certificates from which forecasts, timelines and calendars are made."""

from monitor.planning import CertificateIndex, index_certificates
from monitor.web.queries.snapshot_cache import MAX_AGE, SnapshotCache

__all__ = ["MAX_AGE", "CertificateIndexes"]


class CertificateIndexes(SnapshotCache[CertificateIndex]):
    """The last index for each scope."""

    def __init__(self) -> None:
        """Start with none."""
        super().__init__(index_certificates)
