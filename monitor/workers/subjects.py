"""Names on the NATS server: streams, subjects, consumers and inboxes; pure."""

import re
from hashlib import blake2b

ORDERS, ANSWERS = "ORDERS", "ANSWERS"
CENTER = "center"
"""The durable consumer of all answers."""
WORKER = "Cert-Monitor-Worker"
"""The header of answers in which a worker says which one it is."""
LOCAL = "_local"
"""Stands for targets without a zone; no zone can have this name."""
ALL_ORDERS, ALL_ANSWERS = "orders.*.*", "answers.*"
_OTHER = re.compile("[^A-Za-z0-9_-]")


def token(zone: str) -> str:
    """Return the part of subjects for a zone; a dot would begin another part."""
    return zone.replace(".", "=") or LOCAL


def zone_of(subject: str) -> str:
    """Return the zone of a subject of answers."""
    part = subject.split(".")[1]
    return "" if part == LOCAL else part.replace("=", ".")


def zone_of_target(target_id: str) -> str:
    """Return the zone that a target's id begins with, empty for a target without one."""
    zone, slash, _ = target_id.partition("/")
    return zone if slash and ":" not in zone else ""


def orders_of(zone: str) -> str:
    """Return the subjects of all orders of a zone."""
    return f"orders.{token(zone)}.*"


def order_subject(zone: str, batch_id: str, target_ids: str, key: bytes = b"") -> str:
    """Return the subject of one batch; the same batch of other targets has another one.

    Without the ``key`` nobody knows it who cannot read the orders of the zone: a worker of another zone could
    replace a batch by having the server send any reply there.
    """
    return f"orders.{token(zone)}.{_batch(batch_id, target_ids, key)}"


def _batch(batch_id: str, target_ids: str, key: bytes) -> str:
    digest = blake2b(target_ids.encode(), key=key, digest_size=16).hexdigest()
    return f"{_OTHER.sub('-', batch_id)}-{digest}"


def logins_of(zone: str) -> str:
    """Return the stream of the batches of a zone whose targets are read with an account."""
    return f"LOGINS-{token(zone)}"


def login_subjects(zone: str, queue: int | None = None) -> str:
    """Return the subjects of all such batches of a zone, or of those in one of its queues."""
    return f"logins.{token(zone)}.{'*' if queue is None else queue}.*"


def login_subject(zone: str, queue: int, batch_id: str, target_ids: str, key: bytes = b"") -> str:
    """Return the subject of one such batch."""
    return f"logins.{token(zone)}.{queue}.{_batch(batch_id, target_ids, key)}"


def login_consumer(queue: int) -> str:
    """Return the durable consumer of one queue of logins, which JetStream pins to one worker."""
    return f"queue-{queue}"


def answers_of(zone: str) -> str:
    """Return the subject of the answers of a zone."""
    return f"answers.{token(zone)}"


def consumer_of(zone: str) -> str:
    """Return the durable consumer that all workers of a zone share."""
    return f"zone-{token(zone)}"


def inbox_of(zone: str) -> str:
    """Return the prefix of the subjects on which workers of a zone receive."""
    return f"_INBOX_{token(zone)}"
