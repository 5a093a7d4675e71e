"""Small binary structures of Windows parsed to plain values: socket addresses, key file names, ACLs; pure."""

import ipaddress
import struct
from collections.abc import Iterator
from hashlib import md5

from monitor.model import KeyPermission

_IPV4, _IPV6 = 2, 23  # winsock2.h, AF_INET and AF_INET6
_ALLOWED, _DENIED = 0, 1  # winnt.h, ACCESS_ALLOWED_ACE_TYPE and ACCESS_DENIED_ACE_TYPE
_INHERIT_ONLY = 0x08
# winnt.h: FILE_READ_DATA, GENERIC_ALL, GENERIC_READ
_READING = 0x00000001 | 0x10000000 | 0x80000000


def socket_address(octets: bytes) -> tuple[str, int]:
    """Return address and port of a SOCKADDR; raise ``ValueError`` for another family or too few octets."""
    family = int.from_bytes(octets[:2], "little")
    where, size = {_IPV4: (4, 4), _IPV6: (8, 16)}.get(family, (0, 0))
    if not size or len(octets) < where + size:
        raise ValueError("no address of the internet protocol")
    return str(ipaddress.ip_address(octets[where : where + size])), int.from_bytes(octets[2:4], "big")


def key_file_name(container: str, machine_guid: str) -> str:
    """Return the file name that Microsoft's older providers use for a machine key.

    It is the MD5 of the container's name in lower case with a final zero, written as four little-endian
    numbers, and the machine's GUID. Source: https://jensign.com/UniqueKeyContainer/index.html
    """
    named = container.lower().encode("ascii", "replace") + b"\0"
    numbers = struct.unpack("<4I", md5(named, usedforsecurity=False).digest())
    return "".join(f"{number:08x}" for number in numbers) + f"_{machine_guid}"


def key_permissions(access_list: bytes) -> tuple[KeyPermission, ...]:
    """Return the permissions to read in an ACL, allowed and denied, in order and without names.

    Entries that only child objects inherit and other types of entries are skipped ([MS-DTYP] 2.4.5). Raises
    ``ValueError`` for truncated data.
    """
    try:
        return tuple(_entries(access_list))
    except (struct.error, IndexError) as error:
        raise ValueError("an access list ends too early") from error


def _entries(access_list: bytes) -> Iterator[KeyPermission]:
    count = struct.unpack_from("<H", access_list, 4)[0]
    position = 8
    for _ in range(count):
        kind, flags, size, mask = struct.unpack_from("<BBHI", access_list, position)
        if kind in (_ALLOWED, _DENIED) and not flags & _INHERIT_ONLY and mask & _READING:
            yield KeyPermission(_sid(access_list[position + 8 : position + size]), allowed=kind == _ALLOWED)
        position += max(size, 8)


def _sid(octets: bytes) -> str:
    """Return a SID in its string format ([MS-DTYP] 2.4.2)."""
    revision, count = octets[0], octets[1]
    authority = int.from_bytes(octets[2:8], "big")
    parts = struct.unpack_from(f"<{count}I", octets, 8)
    return "-".join(map(str, ("S", revision, authority, *parts)))
