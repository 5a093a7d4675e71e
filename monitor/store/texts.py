"""Messages about what is recorded, and about a database that cannot be used."""

from collections.abc import Mapping

from monitor.errors import StoreFault
from monitor.model import Message, message
from monitor.model.message import plain

FAILURE_UNREADABLE = plain("failure_unreadable", "the recorded failure cannot be read")

WHY: Mapping[StoreFault, Message] = {
    StoreFault.FULL: plain("store_full", "the disk is full"),
    StoreFault.READ_ONLY: plain("store_read_only", "it cannot be written to"),
    StoreFault.DENIED: plain("store_denied", "access is denied"),
    StoreFault.DISK_ERROR: plain("store_disk_error", "the disk reported an error"),
    StoreFault.DAMAGED: plain("store_damaged", "it is damaged"),
    StoreFault.NOT_A_DATABASE: plain("store_not_a_database", "it is not an SQLite database"),
    StoreFault.LOCKED: plain("store_locked", "another program has locked it"),
    StoreFault.UNREACHABLE: plain("store_unreachable", "it cannot be reached"),
    StoreFault.DELETED: plain("store_deleted", "it was deleted while in use"),
    StoreFault.REPLACED: plain("store_replaced", "it was replaced while in use"),
    StoreFault.OTHER: plain("store_other", "the reason is in the log"),
}
"""Why a database cannot be used, as a clause."""


@message(
    "store_in_memory",
    "The database {location} cannot be used ({why}): notifications are kept in memory and may be repeated "
    "after a restart.",
)
def store_in_memory(*, location: str, why: Message) -> None: ...


@message(
    "store_unusable_now",
    "The database {location} cannot be used ({why}): nothing is recorded and nothing is sent until it can be "
    "used again.",
)
def store_unusable_now(*, location: str, why: Message) -> None: ...


@message(
    "store_at_risk",
    "What is recorded in the database {location} may be lost ({why}): notifications may be repeated after a "
    "restart.",
)
def store_at_risk(*, location: str, why: Message) -> None: ...
