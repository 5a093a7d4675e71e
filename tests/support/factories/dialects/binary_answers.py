"""What servers of the binary protocols answer to a request for TLS: granted, refused and nonsense."""

from monitor.dialects import texts
from monitor.dialects.mysql import CLIENT_SSL
from monitor.dialects.tds import prelogin
from monitor.dialects.tds_packets import REPLY, packets
from monitor.model.texts import with_hint


def mysql_packet(body: bytes, number: int = 0) -> bytes:
    """Return one MySQL packet."""
    return len(body).to_bytes(3, "little") + bytes([number]) + body


def greeting(flags: int = 0xFFFF, version: bytes = b"8.0.36", more: bytes = bytes(40)) -> bytes:
    """Return a MySQL greeting with these lower capabilities."""
    return mysql_packet(b"\x0a" + version + b"\0" + bytes(13) + flags.to_bytes(2, "little") + more)


def mysql_error(text: bytes, code: int = 1129, number: int = 0) -> bytes:
    """Return a MySQL error packet."""
    return mysql_packet(b"\xff" + code.to_bytes(2, "little") + text, number)


def ber(tag: int, *contents: bytes) -> bytes:
    """Return one BER element, its length in the long form where it has to be."""
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes(2, "big")
    return bytes([tag, 0x82]) + length + content


def ldap_answer(code: int, text: bytes = b"", *more: bytes, message: int = 1) -> bytes:
    """Return an extended response."""
    result = ber(0x0A, bytes([code])) + ber(0x04) + ber(0x04, text)
    return ber(0x30, ber(0x02, bytes([message])), ber(0x78, result, *more))


def confirm(negotiation: bytes = b"", code: int = 0xD0) -> bytes:
    """Return an RDP connection confirm."""
    x224 = bytes([6 + len(negotiation), code, 0, 0, 0x12, 0x34, 0]) + negotiation
    return b"\x03\x00" + (4 + len(x224)).to_bytes(2, "big") + x224


def security(kind: int, number: int) -> bytes:
    """Return an RDP negotiation response (2) or failure (3)."""
    return bytes([kind, 0, 8, 0]) + number.to_bytes(4, "little")


def postgres_error(text: bytes) -> bytes:
    """Return an ErrorResponse of protocol 3."""
    fields = b"SFATAL\0VFATAL\0C53300\0M" + text + b"\0Fpostmaster.c\0\0"
    return b"E" + (4 + len(fields)).to_bytes(4, "big") + fields


def tds_error(number: int, text: str) -> bytes:
    """Return a TDS answer that holds an ERROR token."""
    words = len(text).to_bytes(2, "little") + text.encode("utf-16-le")
    body = number.to_bytes(4, "little") + bytes([1, 16]) + words + b"\0\0" + bytes(4)
    return packets(REPLY, b"\xaa" + len(body).to_bytes(2, "little") + body)


LONG_DN = b"x" * 300
GRANTED = {
    "ldap": ("ldap", ldap_answer(0)),
    "ldap with its name": ("ldap", ldap_answer(0, b"", ber(0x8A, b"1.3.6.1.4.1.1466.20037"))),
    "ldap in long form": ("ldap", ldap_answer(0, LONG_DN)),
    "postgres": ("postgres", b"S"),
    "mysql": ("mysql", greeting()),
    "mysql with few capabilities": ("mysql", greeting(CLIENT_SSL, more=b"")),
    "mariadb": ("mariadb", greeting(version=b"5.5.5-10.11.6-MariaDB-0+deb12u1")),
    "mysql with a long version": ("mysql", greeting(version=b"8" * 2000)),
    "mssql": ("mssql", packets(REPLY, prelogin(1))),
    "mssql required": ("mssql", packets(REPLY, prelogin(3))),
    "mssql in two packets": (
        "mssql",
        packets(REPLY, prelogin(1)[:10]).replace(b"\x04\x01", b"\x04\x00", 1)
        + packets(REPLY, prelogin(1)[10:]),
    ),
    "rdp by TLS": ("rdp", confirm(security(2, 1))),
    "rdp by CredSSP": ("rdp", confirm(security(2, 2))),
}

REFUSED = {
    "ldap does not know it": (
        "ldap",
        ldap_answer(2, b"unsupported"),
        texts.server_says(
            problem=with_hint(
                problem=texts.ldap_refused(result="protocolError"), hint=texts.LDAP_NO_STARTTLS
            ),
            reply="unsupported",
        ),
    ),
    "ldap without a certificate": (
        "ldap",
        ldap_answer(52, b"00000000: LdapErr: DSID-0C09113B"),
        (
            texts.server_says(
                problem=with_hint(
                    problem=texts.ldap_refused(result="unavailable"), hint=texts.LDAP_NO_CERTIFICATE
                ),
                reply="00000000: LdapErr: DSID-0C09113B",
            )
        ),
    ),
    "ldap elsewhere": (
        "ldap",
        ldap_answer(10, b"", ber(0xA3, ber(0x04, b"ldap://other.example/"), ber(0x04, b"ldap://third/"))),
        texts.server_says(problem=texts.ldap_refused(result="referral"), reply="ldap://other.example/"),
    ),
    "ldap hangs up": (
        "ldap",
        ldap_answer(51, b"", ber(0x8A, b"1.3.6.1.4.1.1466.20036"), message=0),
        texts.ldap_disconnected(result="busy"),
    ),
    "ldap with an unknown code": (
        "ldap",
        ldap_answer(99),
        texts.ldap_refused(result="99"),
    ),
    "postgres": ("postgres", b"N", texts.POSTGRES_NO_TLS),
    "postgres with an error": (
        "postgres",
        postgres_error(b"sorry, too many clients already"),
        texts.postgres_error(reply="sorry, too many clients already"),
    ),
    "postgres with an error without a text": (
        "postgres",
        b"E\x00\x00\x00\x0bSFATAL\0",
        texts.postgres_error(reply=r"SFATAL\x00"),
    ),
    "postgres with an old error": (
        "postgres",
        b"Ecould not fork new process\n\0",
        texts.postgres_error(reply=r"could not fork new process\x0a"),
    ),
    "mysql": ("mysql", greeting(0xF7FF), texts.mysql_no_tls(version="8.0.36")),
    "mysql of long ago": (
        "mysql",
        mysql_packet(b"\x093.20.32\0" + bytes(13)),
        texts.mysql_no_tls(version="3.20.32"),
    ),
    "mssql": (
        "mssql",
        packets(REPLY, prelogin(2)),
        texts.MSSQL_NO_TLS,
    ),
    "mssql with an error": (
        "mssql",
        tds_error(17809, "Could not connect because of größe"),
        texts.mssql_error(number="17809", reply="Could not connect because of gr??e"),
    ),
    "rdp by policy": (
        "rdp",
        confirm(security(3, 2)),
        (
            with_hint(
                problem=texts.rdp_refused(error="SSL_NOT_ALLOWED_BY_SERVER"), hint=texts.RDP_TLS_DISALLOWED
            )
        ),
    ),
    "rdp without a certificate": (
        "rdp",
        confirm(security(3, 3)),
        with_hint(problem=texts.rdp_refused(error="SSL_CERT_NOT_ON_SERVER"), hint=texts.RDP_NO_CERTIFICATE),
    ),
    "rdp with an unknown code": (
        "rdp",
        confirm(security(3, 77)),
        texts.rdp_refused(error="failure code 77"),
    ),
    "rdp of long ago": (
        "rdp",
        confirm(),
        texts.RDP_STANDARD_ONLY,
    ),
    "rdp that chooses none": (
        "rdp",
        confirm(security(2, 0)),
        texts.RDP_STANDARD_CHOSEN,
    ),
    "rdp that hangs up": (
        "rdp",
        confirm(code=0x80),
        texts.rdp_disconnected(reason=0),
    ),
}

NONSENSE = {
    "ldap of another operation": ("ldap", ber(0x30, ber(0x02, b"\x01"), ber(0x61, ber(0x0A, b"\0")))),
    "ldap to another message": ("ldap", ldap_answer(0, message=7)),
    "ldap with a cut element": ("ldap", b"\x30\x03\x02\x05\x01"),
    "ldap of indefinite length": ("ldap", b"\x30\x80\x02\x01"),
    "ldap of five length bytes": ("ldap", b"\x30\x85\x00\x00\x00\x00\x05"),
    "ldap far too long": ("ldap", b"\x30\x84\x7f\xff\xff\xff"),
    "ldap empty": ("ldap", b"\x30\x00"),
    "postgres error far too long": ("postgres", b"E\x00\xff\xff\xff"),
    "postgres error too short": ("postgres", b"E\x00\x00\x00\x03"),
    "mysql packet far too long": ("mysql", b"\xff\xff\xff\x00\x0a"),
    "mysql empty packet": ("mysql", b"\x00\x00\x00\x00\x0a"),
    "mysql out of order": ("mysql", mysql_packet(b"\x0a8.0\0", number=1)),
    "mysql of an unknown kind": ("mysql", b"\x05\x00\x00\x00\x0b\x08\x05\x1a\x00"),
    "mysql greeting without an end": ("mysql", mysql_packet(b"\x0a8.0.36")),
    "mysql greeting cut off": ("mysql", mysql_packet(b"\x0a8.0.36\0" + bytes(14))),
    "mssql of another kind": ("mssql", packets(0x01, prelogin(1))),
    "mssql shorter than its head": ("mssql", b"\x04\x01\x00\x07"),
    "mssql far too long": ("mssql", b"\x04\x01\xff\xff"),
    "mssql without the option": ("mssql", packets(REPLY, b"\x00\x00\x06\x00\x06\xff" + bytes(6))),
    "mssql with the option outside": ("mssql", packets(REPLY, b"\x01\xff\xff\x00\x01\xff")),
    "mssql empty": ("mssql", packets(REPLY, b"")),
    "rdp shorter than its head": ("rdp", b"\x03\x00\x00\x06\x02\xd0"),
    "rdp of another kind": ("rdp", confirm(code=0xF0)),
    "rdp with half a negotiation": ("rdp", confirm(b"\x02\x00\x08")),
    "rdp with an unknown negotiation": ("rdp", confirm(security(9, 1))),
}

HUNG_UP: dict[str, tuple[str, bytes, str]] = {
    "mysql that blocks us": (
        "mysql",
        mysql_error(b"Host '10.0.0.9' is blocked"),
        (
            with_hint(
                problem=texts.mysql_error(number="1129", reply="Host '10.0.0.9' is blocked"),
                hint=texts.MYSQL_UNBLOCK,
            )
        ),
    ),
    "mysql that is full, with SQL state": (
        "mysql",
        mysql_error(b"#08004Too many connections", 1040, number=1),
        texts.mysql_error(number="1040", reply="Too many connections"),
    ),
}
"""Errors that servers send and hang up, before they have said whether they offer TLS."""
