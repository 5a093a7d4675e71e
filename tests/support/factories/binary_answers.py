"""What servers of the binary protocols answer to a request for TLS: granted, refused and nonsense."""

from monitor.dialects.mysql import CLIENT_SSL
from monitor.dialects.tds import prelogin
from monitor.dialects.tds_packets import REPLY, packets


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
        "the LDAP server refuses StartTLS (protocolError: it does not know StartTLS) and says 'unsupported'",
    ),
    "ldap without a certificate": (
        "ldap",
        ldap_answer(52, b"00000000: LdapErr: DSID-0C09113B"),
        (
            "the LDAP server refuses StartTLS (unavailable: it cannot do TLS now, often for want of a "
            "certificate) and says '00000000: LdapErr: DSID-0C09113B'"
        ),
    ),
    "ldap elsewhere": (
        "ldap",
        ldap_answer(10, b"", ber(0xA3, ber(0x04, b"ldap://other.example/"), ber(0x04, b"ldap://third/"))),
        "the LDAP server refuses StartTLS (referral) and says 'ldap://other.example/'",
    ),
    "ldap hangs up": (
        "ldap",
        ldap_answer(51, b"", ber(0x8A, b"1.3.6.1.4.1.1466.20036"), message=0),
        "the LDAP server hangs up instead of starting TLS (busy)",
    ),
    "ldap with an unknown code": (
        "ldap",
        ldap_answer(99),
        "the LDAP server refuses StartTLS (result code 99)",
    ),
    "postgres": ("postgres", b"N", "the PostgreSQL server offers no TLS: it answered N (ssl = off)"),
    "postgres with an error": (
        "postgres",
        postgres_error(b"sorry, too many clients already"),
        "the PostgreSQL server answered with an error: 'sorry, too many clients already'",
    ),
    "postgres with an error without a text": (
        "postgres",
        b"E\x00\x00\x00\x0bSFATAL\0",
        r"the PostgreSQL server answered with an error: 'SFATAL\x00'",
    ),
    "postgres with an old error": (
        "postgres",
        b"Ecould not fork new process\n\0",
        r"the PostgreSQL server answered with an error: 'could not fork new process\x0a'",
    ),
    "mysql": ("mysql", greeting(0xF7FF), "the MySQL server offers no TLS (its version: '8.0.36')"),
    "mysql of long ago": (
        "mysql",
        mysql_packet(b"\x093.20.32\0" + bytes(13)),
        "the MySQL server offers no TLS (its version: '3.20.32')",
    ),
    "mssql": (
        "mssql",
        packets(REPLY, prelogin(2)),
        "the SQL Server offers no TLS (ENCRYPT_NOT_SUP)",
    ),
    "mssql with an error": (
        "mssql",
        tds_error(17809, "Could not connect because of größe"),
        "the SQL Server refuses the connection with error 17809: 'Could not connect because of gr??e'",
    ),
    "rdp by policy": (
        "rdp",
        confirm(security(3, 2)),
        (
            "the RDP server refuses TLS: SSL_NOT_ALLOWED_BY_SERVER: it is set to standard RDP security, "
            "which shows no certificate"
        ),
    ),
    "rdp without a certificate": (
        "rdp",
        confirm(security(3, 3)),
        "the RDP server refuses TLS: SSL_CERT_NOT_ON_SERVER: it has no certificate for TLS",
    ),
    "rdp with an unknown code": (
        "rdp",
        confirm(security(3, 77)),
        "the RDP server refuses TLS: failure code 77",
    ),
    "rdp of long ago": (
        "rdp",
        confirm(),
        "the RDP server offers no TLS: it knows standard RDP security only, which shows no certificate",
    ),
    "rdp that chooses none": (
        "rdp",
        confirm(security(2, 0)),
        "the RDP server chose standard RDP security, which shows no certificate, instead of TLS",
    ),
    "rdp that hangs up": (
        "rdp",
        confirm(code=0x80),
        "the RDP server refuses the connection (X.224 disconnect, reason 0)",
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
            "the MySQL server refuses the connection with error 1129: 'Host '10.0.0.9' is blocked'; "
            "FLUSH HOSTS lets us in again, and set skip_name_resolve or raise max_connect_errors"
        ),
    ),
    "mysql that is full, with SQL state": (
        "mysql",
        mysql_error(b"#08004Too many connections", 1040, number=1),
        "the MySQL server refuses the connection with error 1040: 'Too many connections'",
    ),
}
"""Errors that servers send and hang up, before they have said whether they offer TLS."""
