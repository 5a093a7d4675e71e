"""All orders of a zone as one document; an agent fetches it again when its revision has changed."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from monitor.model import ProbeRequest
from monitor.wire.document import (
    LONGEST,
    WireError,
    listed,
    mapping,
    read_document,
    read_revision,
    string,
    write_document,
)
from monitor.wire.order import Order, read_order, write_order

LARGEST_ORDERS = 256 * 1024 * 1024
"""Bytes of all orders of a zone: about a million."""


@dataclass(frozen=True, slots=True)
class RefusedOrder:
    """An order that this version cannot carry out, and why."""

    target_id: str
    key: str
    why: str


@dataclass(frozen=True, slots=True)
class OrdersDocument:
    """The orders of a zone, and those among them that cannot be carried out here."""

    revision: str
    orders: tuple[Order, ...]
    refused: tuple[RefusedOrder, ...] = ()


def write_orders(requests: Iterable[tuple[ProbeRequest, timedelta]]) -> tuple[str, bytes]:
    """Return the revision and the document of all requests of a zone with their intervals."""
    orders = [write_order(request, interval) for request, interval in requests]
    text = json.dumps(orders, sort_keys=True, separators=(",", ":"))
    revision = sha256(text.encode()).hexdigest()
    return revision, write_document({"revision": revision, "orders": orders})


def read_orders(body: bytes) -> OrdersDocument:
    """Return the orders in a document; those of unknown kinds and forms are refused one by one."""
    members = read_document(body, LARGEST_ORDERS)
    orders: list[Order] = []
    refused: list[RefusedOrder] = []
    for data in listed(members.get("orders")):
        try:
            orders.append(read_order(data))
        except WireError as error:
            one = mapping(data)
            refused.append(RefusedOrder(string(one.get("id")), string(one.get("key")), str(error)[:LONGEST]))
    return OrdersDocument(read_revision(members.get("revision")), tuple(orders), tuple(refused))
