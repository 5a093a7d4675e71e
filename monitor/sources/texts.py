"""Messages about the stores and reports of Windows machines, and about the system's trusted CAs."""

from datetime import datetime, timedelta

from monitor.model import Message, message
from monitor.model.message import plain

NO_SYSTEM_BUNDLE = plain("no_system_bundle", "this machine has no bundle of trusted CAs")
REPORT_NOT_A_FILE = plain("report_not_a_file", "the report is not a regular file")


@message("system_store_error", "the machine's store of trusted CAs cannot be read: {problem}")
def system_store_error(*, problem: Message) -> None: ...


@message("store_too_large", "it contains more than {most} certificates")
def store_too_large(*, most: int) -> None: ...


@message("stores_timeout", "{location} could not be read within {timeout:seconds}")
def stores_timeout(*, location: str, timeout: timedelta) -> None: ...


@message("store_error", "the store {location} cannot be read: {problem}")
def store_error(*, location: str, problem: Message) -> None: ...


@message("report_of_another_machine", "{path} is the report of {machine}: name the file after the machine")
def report_of_another_machine(*, path: str, machine: str) -> None: ...


@message("report_timeout", "{path} could not be read within {timeout:seconds}")
def report_timeout(*, path: str, timeout: timedelta) -> None: ...


@message(
    "report_late",
    "{host}: the last report was written {at:when} ({at}): check the collector's task in Task Scheduler "
    "there, and whether it may write to the folder",
)
def report_late(*, host: str, at: datetime) -> None: ...


@message(
    "report_age_unknown",
    "{host}: the age of the report is unknown: it says {taken_at}, its file {filed_at}, and both are in the "
    "future; correct the clocks",
)
def report_age_unknown(*, host: str, taken_at: datetime, filed_at: datetime) -> None: ...


@message(
    "report_clock",
    "{host}: the report says {taken_at}, but its file is of {filed_at}: the clock of that machine is wrong, "
    "or an old file was copied",
)
def report_clock(*, host: str, taken_at: datetime, filed_at: datetime) -> None: ...
