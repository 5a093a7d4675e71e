"""Messages about reports of Windows machines and the certificates in their stores."""

from monitor.model import message


@message("report_too_large", "the report is larger than {mebibytes} MiB")
def report_too_large(*, mebibytes: int) -> None: ...


@message("report_not_json", "the report is not a complete JSON document: {error}")
def report_not_json(*, error: str) -> None: ...


@message(
    "report_format",
    "the report has format {found}, but this version of cert-monitor reads format 1: "
    "update the older of the two",
)
def report_format(*, found: str) -> None: ...


@message("report_invalid", "not a report of the collector: {field}: {error}")
def report_invalid(*, field: str, error: str) -> None: ...


@message(
    "report_invalid_and_more",
    "not a report of the collector: {field}: {error} (and {count} more error)",
    "not a report of the collector: {field}: {error} (and {count} more errors)",
)
def report_invalid_and_more(*, field: str, error: str, count: int) -> None: ...


@message("stored_certificate_unreadable", "{location} cannot be read as a certificate")
def stored_certificate_unreadable(*, location: str) -> None: ...
