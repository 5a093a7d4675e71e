"""Tests of the packets and calls with which a remote registry is asked, octet by octet."""

import struct
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.windows import registry, rpc
from monitor.windows.registry import AnswerError, Handle, RegistryError
from monitor.windows.rpc import BIND_ACK, RESPONSE, Fragment, NotOfferedError, RpcDeniedError, RpcError

HANDLE = Handle(bytes(range(20)))
NDR = "045d888aeb1cc9119fe808002b10486002000000"


def head(kind: int, body: bytes, *, call: int = 7, flags: int = 3, trailer: int = 0) -> bytes:
    """Return a packet (C706 section 12.6.3.1)."""
    return struct.pack("<BBBB4sHHI", 5, 0, kind, flags, b"\x10\0\0\0", 16 + len(body), trailer, call) + body


def response(stub: bytes, **keys: int) -> bytes:
    """Return the packet of an answer."""
    return head(RESPONSE, struct.pack("<IHH", len(stub), 0, 0) + stub, **keys)


def text(name: str, *, pointer: int = 0x20000, room: int = 0) -> bytes:
    """Return an RPC_UNICODE_STRING as a server writes it."""
    octets = name.encode("utf-16-le")
    count = len(octets) // 2
    whole = struct.pack("<HHIIII", len(octets), 1024, pointer, room or 512, 0, count) + octets
    return whole + b"\0" * (-len(whole) % 4)


def value(data: bytes, *, kind: int = 0x20000, pointer: int = 0x20004, count: int | None = None) -> bytes:
    """Return the answer to a query for a value."""
    told = len(data) if count is None else count
    whole = struct.pack("<6I", kind, 3, pointer, 65536, 0, told) + data + b"\0" * (-len(data) % 4)
    return whole + struct.pack("<5I", 0x20008, len(data), 0x2000C, len(data), 0)


def test_bind_asks_for_the_registry() -> None:
    """The interface is asked for in NDR, with fragments of 4280 octets (C706 section 12.6.4.3)."""
    assert (
        rpc.bind(registry.WINREG, 1).hex()
        == (
            "05000b03" + "10000000" + "4800" + "0000" + "01000000"  # head: 72 octets, call 1
            "b810" + "b810" + "00000000" + "01" + "00" + "0000"  # fragments, no group, one context
            "0000" + "01" + "00" + "01d08c334422f131aaaa900038001003" + "01000000" + NDR
        )
    )


def test_request_names_call_and_procedure() -> None:
    """A request says how long its arguments are, and which procedure is called."""
    assert rpc.request(9, 15, b"abcd").hex() == (
        "05000003" + "10000000" + "1c00" + "0000" + "09000000" + "04000000" + "0000" + "0f00" + "61626364"
    )


def test_local_machine_is_opened_to_read() -> None:
    """No server name, and the rights KEY_READ."""
    assert registry.open_local_machine().hex() == "00000000" + "19000200"


@pytest.mark.parametrize(
    ("path", "string"),
    [
        ("A", "0400" + "0400" + "00000200" + "02000000" + "00000000" + "02000000" + "41000000"),
        ("AB", "0600" + "0600" + "00000200" + "03000000" + "00000000" + "03000000" + "4100420000000000"),
    ],
)
def test_key_is_opened_by_name(path: str, string: str) -> None:
    """The name ends with a mark that counts, and what follows is aligned to four octets."""
    assert registry.open_key(HANDLE, path).hex() == HANDLE.hex() + string + "00000000" + "19000200"


def test_name_is_enumerated_into_room() -> None:
    """The name has room for 512 characters; class and time have none and some."""
    assert (
        registry.enum_key(HANDLE, 3).hex()
        == (
            HANDLE.hex() + "03000000"
            "0000" + "0004" + "00000200" + "00020000" + "00000000" + "00000000"  # name
            "00000200" + "0000" + "0000" + "00000000"  # class: there, without room
            "00000200" + "0000000000000000"  # time of the last change
        )
    )


def test_value_is_asked_for_with_room() -> None:
    """Type, octets, room and count each have their pointer; the octets are not sent."""
    assert (
        registry.query_value(HANDLE, "Blob", 65536).hex()
        == (
            HANDLE.hex() + "0a000a00" + "00000200" + "05000000" + "00000000" + "05000000"
            "42006c006f0062000000" + "0000"
            "00000200" + "00000000"  # type
            "00000200" + "00000100" + "00000000" + "00000000"  # octets
            "00000200" + "00000100" + "00000200" + "00000000"  # room, count
        )
    )


def test_key_is_given_back() -> None:
    """To close a key takes its handle."""
    assert registry.close_key(HANDLE) == HANDLE


def test_opened_key_is_read() -> None:
    """The handle stands first, the result last."""
    assert registry.opened(HANDLE + bytes(4)) == HANDLE


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (text("ABC\0") + struct.pack("<3I", 0, 0, 0), "ABC"),
        (text("ABC") + struct.pack("<3I", 0, 0, 0), "ABC"),
        (text("N" * 512) + struct.pack("<3I", 0, 0, 0), "N" * 512),
        (struct.pack("<HHI", 0, 1024, 0) + struct.pack("<3I", 0, 0, registry.NO_MORE), None),
    ],
)
def test_name_is_read(answer: bytes, expected: str | None) -> None:
    """A name comes with or without its end mark; after the last one comes none."""
    assert registry.named(answer) == expected


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        bytes(3),
        text("", pointer=0) + bytes(12),
        text("N" * 513, room=513) + bytes(12),
        struct.pack("<HHIIII", 8, 1024, 0x20000, 512, 0, 300) + bytes(12),
    ],
)
def test_senseless_name_is_refused(answer: bytes) -> None:
    """A name that is missing, cut off, or longer than was asked for is an error: it is sent back later."""
    with pytest.raises(AnswerError):
        registry.named(answer)


@pytest.mark.parametrize("data", [b"", b"x", b"blob", b"\0" * 1001])
def test_value_is_read(data: bytes) -> None:
    """The octets are those of the value, without what aligns them."""
    assert registry.valued(value(data)) == data


@pytest.mark.parametrize(
    "answer", [bytes(24), value(b"blob", kind=0), value(b"blob", pointer=0), value(b"blob", count=100)]
)
def test_senseless_value_is_refused(answer: bytes) -> None:
    """A value without its parts, or shorter than it says, is an error."""
    with pytest.raises(AnswerError):
        registry.valued(answer)


@pytest.mark.parametrize("read", [registry.opened, registry.named, registry.valued])
def test_error_of_windows_has_its_number(read: object) -> None:
    """Whatever was asked, the last four octets tell the error."""
    assert callable(read)
    with pytest.raises(RegistryError) as raised:
        read(bytes(60) + struct.pack("<I", registry.DENIED))
    assert raised.value.number == registry.DENIED


@given(st.binary(max_size=120))
def test_any_answer_is_read_or_refused(answer: bytes) -> None:
    """No octets at all raise anything but the two errors that are announced."""
    for read in (registry.opened, registry.named, registry.valued):
        try:
            read(answer)
        except (RegistryError, AnswerError):
            continue


@given(st.text(max_size=512).map(lambda name: name.encode("utf-16-le", "replace").decode("utf-16-le")))
def test_any_name_that_is_read_can_be_asked_for(name: str) -> None:
    """What a server calls a key goes back to it, whatever it is."""
    answer = text(name) + bytes(12)
    try:
        read = registry.named(answer)
    except AnswerError:
        return
    assert read == name.rstrip("\0")
    assert len(registry.open_key(HANDLE, read)) % 4 == 0


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (response(b"stub"), Fragment(last=True, body=b"stub")),
        (response(b"stub", flags=1), Fragment(last=False, body=b"stub")),
        (response(b""), Fragment(last=True, body=b"")),
    ],
)
def test_answer_is_read(packet: bytes, expected: Fragment) -> None:
    """What was called returns comes in one piece or in several."""
    assert rpc.fragment(packet, RESPONSE, 7) == expected


@pytest.mark.parametrize(
    ("packet", "error", "said"),
    [
        (response(b"stub")[:-1], RpcError, "the answer is cut off"),
        (response(b"stub", call=8), RpcError, "the answer is not to what was asked (packet type 2, call 8)"),
        (head(BIND_ACK, bytes(60)), RpcError, "the answer is not to what was asked (packet type 12, call 7)"),
        (head(13, bytes(3)), NotOfferedError, "the other side refuses to speak with us"),
        (head(3, bytes(4)), RpcError, "the other side reports a fault without a number"),
        (
            head(3, struct.pack("<QII", 0, 5, 0)),
            RpcDeniedError,
            "the other side says that we may not ask this",
        ),
        (
            head(3, struct.pack("<QII", 0, 0x1C010003, 0)),
            NotOfferedError,
            "the other side does not know the interface",
        ),
        (
            head(3, struct.pack("<QII", 0, 0x6F7, 0)),
            RpcError,
            "the other side reports fault 0x000006f7",
        ),
    ],
)
def test_other_packets_are_refused(packet: bytes, error: type[RpcError], said: str) -> None:
    """Whatever is no answer to the call raises, with what it was."""
    with pytest.raises(RpcError) as raised:
        rpc.fragment(packet, RESPONSE, 7)
    assert (type(raised.value), str(raised.value)) == (error, said)


def bound(result: int, *, name: bytes = b"\\PIPE\\winreg\0", count: int = 1) -> bytes:
    """Return the body of an answer to a bind (C706 section 12.6.4.4)."""
    body = struct.pack("<HHIH", 4280, 4280, 1, len(name)) + name
    body += b"\0" * (-len(body) % 4)
    return body + struct.pack("<B3xHH", count, result, 1 if result else 0) + bytes.fromhex(NDR)


@pytest.mark.parametrize("name", [b"", b"\0", b"\\PIPE\\winreg\0", b"x" * 30])
def test_granted_interface_is_accepted(name: bytes) -> None:
    """However long the pipe's name is, the result behind it is found."""
    rpc.accepted(bound(0, name=name))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (bound(2), NotOfferedError),
        (bound(0, count=0), RpcError),
        (bound(0)[:-1], RpcError),
        (b"", RpcError),
        (struct.pack("<HHIH", 1, 1, 1, 65535), RpcError),
    ],
)
def test_interface_that_is_not_granted_is_refused(body: bytes, error: type[RpcError]) -> None:
    """A server that speaks, but not this, is told from one that talks nonsense."""
    with pytest.raises(RpcError) as raised:
        rpc.accepted(body)
    assert type(raised.value) is error


@pytest.mark.parametrize(
    "start",
    [
        b"",
        response(b"x")[:15],
        b"\x04" + response(b"x")[1:16],
        response(b"x", trailer=8)[:16],
        response(b"x")[:4] + b"\0\0\0\0" + response(b"x")[8:16],
        struct.pack("<BBBB4sHHI", 5, 0, 2, 3, b"\x10\0\0\0", 15, 0, 7),
    ],
)
def test_other_heads_are_refused(start: bytes) -> None:
    """Another version, another byte order, a security trailer and a length within the head are not read."""
    with pytest.raises(RpcError):
        rpc.length(start)


@given(st.binary(max_size=100), st.integers(0, 20))
def test_any_packet_is_read_or_refused(body: bytes, kind: int) -> None:
    """No packet raises anything but the error that is announced."""
    try:
        rpc.fragment(head(kind, body), RESPONSE, 7)
        rpc.accepted(body)
    except RpcError:
        return


def test_interface_is_that_of_the_specification() -> None:
    """MS-RRP section 2.1: the interface of the remote registry."""
    assert uuid.UUID("338cd001-2244-31f1-aaaa-900038001003") == registry.WINREG
