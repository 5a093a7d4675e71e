"""Orders and answers between center and agents as versioned JSON: it sends nothing, and trusts no peer.

An order is what a source needs of a target; an answer is what a probe of it gave. Certificates travel as
DER, once, and are named by their SHA-256 afterwards; who receives them parses them. Secrets never travel: an
order names them, and the agent looks the name up in its own configuration.
"""

from monitor.wire.answer import read_answer, write_answer
from monitor.wire.answers import MOST_ANSWERS, AnswersDocument, read_answers, write_answers
from monitor.wire.clock_offset import by_our_clock, clock_offset
from monitor.wire.document import LARGEST, VERSION, WireError, read_document, write_document
from monitor.wire.enrollment import Enrollment
from monitor.wire.order import Order, order_key, secrets_of
from monitor.wire.orders import LARGEST_ORDERS, OrdersDocument, RefusedOrder, read_orders, write_orders
from monitor.wire.protocol import Receipt, read_receipt, write_receipt
from monitor.wire.secret_names import NoSuchNameError, resolved
from monitor.wire.sightings import CertificateLookup

__all__ = [
    "LARGEST",
    "LARGEST_ORDERS",
    "MOST_ANSWERS",
    "VERSION",
    "AnswersDocument",
    "CertificateLookup",
    "Enrollment",
    "NoSuchNameError",
    "Order",
    "OrdersDocument",
    "Receipt",
    "RefusedOrder",
    "WireError",
    "by_our_clock",
    "clock_offset",
    "order_key",
    "read_answer",
    "read_answers",
    "read_document",
    "read_orders",
    "read_receipt",
    "resolved",
    "secrets_of",
    "write_answer",
    "write_answers",
    "write_document",
    "write_orders",
    "write_receipt",
]
