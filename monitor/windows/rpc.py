"""Write and read the packets of DCE/RPC that a remote registry is asked with; no I/O.

Connection-oriented DCE/RPC 1.1 as in The Open Group's C706, chapter 12, little-endian, without a security
trailer: signing or encryption is the part of SMB below.
"""

import struct
import uuid
from dataclasses import dataclass

_HEAD = struct.Struct("<BBBB4sHHI")
_FIRST, _LAST = 1, 2
_REQUEST, _FAULT, _BIND, _BIND_NAK = 0, 3, 11, 13
_LITTLE_ENDIAN = b"\x10\0\0\0"
_NDR = (uuid.UUID("8a885d04-1ceb-11c9-9fe8-08002b104860"), 2)
_FRAGMENT = 4280  # what a receiver must be able to take is 1432; Windows and Samba offer this
# Faults: rpc_s_access_denied as Windows sends it, and C706 appendix E.
_ACCESS_DENIED = 0x00000005
_UNKNOWN_INTERFACE = 0x1C010003

RESPONSE, BIND_ACK = 2, 12
HEAD = _HEAD.size
LARGEST = 1 << 20
"""An answer is never longer than this; more is refused."""


class RpcError(ValueError):
    """The other side does not speak as it should, or refuses; the sentence says how."""


class RpcDeniedError(RpcError):
    """The other side says that we may not."""


class NotOfferedError(RpcError):
    """The other side speaks, but not the interface that was asked for."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """Hold one packet of an answer; ``last`` says that the answer is whole with it."""

    last: bool
    body: bytes


def bind(interface: uuid.UUID, major: int, minor: int = 0) -> bytes:
    """Return the packet that asks to speak an interface (C706 section 12.6.4.3)."""
    body = struct.pack("<HHIBBH", _FRAGMENT, _FRAGMENT, 0, 1, 0, 0)
    body += struct.pack("<HBB", 0, 1, 0) + interface.bytes_le + struct.pack("<HH", major, minor)
    return _packet(_BIND, 1, body + _NDR[0].bytes_le + struct.pack("<I", _NDR[1]))


def request(call: int, number: int, arguments: bytes) -> bytes:
    """Return the packet that calls a procedure by its number with marshalled arguments (section 12.6.4.9)."""
    return _packet(_REQUEST, call, struct.pack("<IHH", len(arguments), 0, number) + arguments)


def _packet(kind: int, call: int, body: bytes) -> bytes:
    head = _HEAD.pack(5, 0, kind, _FIRST | _LAST, _LITTLE_ENDIAN, HEAD + len(body), 0, call)
    return head + body


def length(head: bytes) -> int:
    """Return how long the packet is that begins with these 16 octets; raise ``RpcError`` if it is none."""
    if len(head) < HEAD:
        raise RpcError("the answer ends within its head")
    version, _, _, _, order, whole, trailer, _ = _HEAD.unpack_from(head)
    if version != 5 or order[:1] != _LITTLE_ENDIAN[:1] or trailer or whole < HEAD:
        raise RpcError(f"the answer is no packet that we know: {head[:HEAD].hex()}")
    return int(whole)


def fragment(packet: bytes, expected: int, call: int) -> Fragment:
    """Return a whole packet's content; raise ``RpcError`` for a refusal, a fault, or another one."""
    if len(packet) != length(packet[:HEAD]):
        raise RpcError("the answer is cut off")
    kind, flags, body = packet[2], packet[3], packet[HEAD:]
    if kind == _FAULT:
        raise _fault(body)
    if kind == _BIND_NAK:
        raise NotOfferedError("the other side refuses to speak with us")
    (answered,) = struct.unpack_from("<I", packet, 12)
    if kind != expected or answered != call:
        raise RpcError(f"the answer is not to what was asked (packet type {kind}, call {answered})")
    return Fragment(bool(flags & _LAST), body[8:] if kind == RESPONSE else body)


def accepted(body: bytes) -> None:
    """Raise ``RpcError`` unless the answer to ``bind`` grants the interface (section 12.6.4.4)."""
    if len(body) >= 10:
        (name,) = struct.unpack_from("<H", body, 8)
        results = 10 + name + (-(10 + name) % 4)
        if len(body) >= results + 28 and body[results]:
            result, reason = struct.unpack_from("<HH", body, results + 4)
            if result == 0:
                return
            raise NotOfferedError(f"the other side refuses the interface (result {result}, reason {reason})")
    raise RpcError("the answer is cut off")


def _fault(body: bytes) -> RpcError:
    if len(body) < 12:
        return RpcError("the other side reports a fault without a number")
    (status,) = struct.unpack_from("<I", body, 8)
    if status == _ACCESS_DENIED:
        return RpcDeniedError("the other side says that we may not ask this")
    if status == _UNKNOWN_INTERFACE:
        return NotOfferedError("the other side does not know the interface")
    return RpcError(f"the other side reports fault 0x{status:08x}")
