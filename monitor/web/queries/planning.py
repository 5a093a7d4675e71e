"""The index of certificates from which forecasts, timelines and calendars are made."""

from monitor.planning import CertificateIndex, index_certificates
from monitor.web.queries.kept import MAX_AGE, Kept

__all__ = ["MAX_AGE", "CertificateIndexes"]


class CertificateIndexes(Kept[CertificateIndex]):
    """The last index for each scope."""

    def __init__(self) -> None:
        """Start with none."""
        super().__init__(index_certificates)
