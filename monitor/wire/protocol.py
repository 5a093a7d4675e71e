"""What agents ask of a center over HTTPS, and what it replies besides orders.

``GET ORDERS`` gives the document of orders with its revision as ``ETag`` (304 with ``If-None-Match``). ``POST
ANSWERS`` takes a document of answers, also an empty one, and replies with a receipt. Both need the header
``Authorization: Bearer TOKEN``, which names zone and agent. ``GET CA`` gives the CA of the center as DER
without any token, and ``POST ENROLL`` takes a one-time code for a token.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.wire.document import fingerprint, listed, read_document, read_revision, string, write_document

ORDERS = "/agents/v1/orders"
ANSWERS = "/agents/v1/answers"
CA = "/agents/v1/ca"
ENROLL = "/agents/v1/enroll"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The reply to answers: the revision of the present orders, and certificates that are to be sent.

    With any in ``missing`` nothing was taken: the agent sends the answers again with these certificates.
    Otherwise every answer is done with, also a refused one. ``leads`` is false for one of several centers
    that cannot record answers now. ``check_now`` names targets that are to be probed at once.
    """

    revision: str
    missing: tuple[str, ...] = ()
    leads: bool = True
    check_now: tuple[str, ...] = ()


def write_receipt(
    revision: str, missing: Iterable[str] = (), *, leads: bool = True, check_now: Sequence[str] = ()
) -> bytes:
    """Return a receipt as a document."""
    document: dict[str, object] = {"revision": revision, "missing": list(missing)}
    if not leads:
        document["leads"] = False
    if check_now:
        document["check_now"] = list(check_now)
    return write_document(document)


def read_receipt(body: bytes) -> Receipt:
    """Return the receipt in a document; raise ``WireError`` for anything else."""
    members = read_document(body)
    missing = tuple(fingerprint(one) for one in listed(members.get("missing", [])))
    now = tuple(string(one) for one in listed(members.get("check_now", [])))
    return Receipt(read_revision(members.get("revision")), missing, members.get("leads") is not False, now)


def write_code(code: str, agent: str) -> bytes:
    """Return the request for a token, by an agent that is called ``ZONE/AGENT``."""
    return write_document({"code": code, "agent": agent})


def read_code(body: bytes) -> str:
    """Return the one-time code of a request for a token."""
    return string(read_document(body).get("code"))


def read_asking_agent(body: bytes) -> str:
    """Return which agent asks for a token, empty for one that does not say it."""
    return string(read_document(body).get("agent", ""))


def write_token(token: str) -> bytes:
    """Return the reply to a valid code."""
    return write_document({"token": token})


def read_token(body: bytes) -> str:
    """Return the token in the reply to a code."""
    return string(read_document(body).get("token"))
