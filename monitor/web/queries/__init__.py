"""Values that people read, made from a snapshot; free of HTML and HTTP, and no clock is read.

Pages are built from them.
"""

from monitor.web.queries.certificates import CertificateTable, certificate_table
from monitor.web.queries.row_sources import RowSource, matching
from monitor.web.queries.rows import Row, row

__all__ = [
    "CertificateTable",
    "Row",
    "RowSource",
    "certificate_table",
    "matching",
    "row",
]
