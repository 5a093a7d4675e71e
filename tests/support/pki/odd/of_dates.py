"""Chains with odd dates: at the edges, in the wrong order, in forms that the standard does not know."""

from collections.abc import Iterator
from datetime import timedelta

from support.pki.certificates import TODAY, Issued, authority, days, leaf
from support.pki.crafted import tlv
from support.pki.keys import new_key
from support.pki.odd.case import HOST, MIDDLE, ROOT, Case, case, crafted

_PAST, _FUTURE = days(-3, TODAY), days(3, TODAY)
_BEGIN = tlv(0x17, b"260101000000Z")
_END = tlv(0x17, b"360101000000Z")
_FORMS = {
    "with an offset": (tlv(0x17, b"260101000000+0100"), tlv(0x17, b"360101000000+0100")),
    "with an offset of zero": (tlv(0x17, b"260101000000+0000"), tlv(0x17, b"360101000000+0000")),
    "with fractions": (tlv(0x18, b"20260101000000.5Z"), tlv(0x18, b"20360101000000.5Z")),
    "generalized with an offset": (tlv(0x18, b"20260101000000+0100"), tlv(0x18, b"20360101000000-0100")),
    "generalized before 2050": (tlv(0x18, b"20260101000000Z"), tlv(0x18, b"20360101000000Z")),
    "in the second 60": (tlv(0x17, b"260101000060Z"), tlv(0x17, b"351231235960Z")),
}


def date_cases() -> Iterator[Case]:
    """Yield them."""
    yield from _expired()
    for what, (start, end) in _FORMS.items():
        yield case(f"start {what}", crafted(validity=start + _END))
        yield case(f"end {what}", crafted(validity=_BEGIN + end))
    for what, start in (
        ("in the year 1", tlv(0x18, b"00010101000000Z")),
        ("in the year 1899", tlv(0x18, b"18991231235959Z")),
        ("in 1950", tlv(0x17, b"500101000000Z")),
        ("tomorrow", tlv(0x17, f"{days(1, TODAY):%y%m%d%H%M%S}Z".encode())),
    ):
        yield case(f"start {what}", crafted(validity=start + _END))
    for what, end in (
        ("in 2050", tlv(0x18, b"20500101000000Z")),
        ("in the last second of 9999", tlv(0x18, b"99991231235959Z")),
        ("in the year 1", tlv(0x18, b"00010101000000Z")),
    ):
        yield case(f"end {what}", crafted(validity=_BEGIN + end))
    yield case("end before the start", crafted(validity=_END + _BEGIN))


def _expired() -> Iterator[Case]:
    expired, future = {"start": days(-400, TODAY), "end": _PAST}, {"start": _FUTURE, "end": days(400, TODAY)}
    for what, dates in (("expired", expired), ("not yet valid", future)):
        yield case(f"leaf {what}", leaf(HOST, MIDDLE, at=TODAY, **dates), MIDDLE)
        middle = authority("Dated", ROOT, **dates)
        yield case(f"intermediate {what}", leaf(HOST, middle, at=TODAY), middle)
        root = authority("Dated Root", **dates)
        yield case(f"root {what}", leaf(HOST, root, at=TODAY), trusted=[root])
        pinned = leaf(HOST, at=TODAY, **dates)
        yield case(f"pinned leaf {what}", pinned, trusted=[pinned])
    an_hour = timedelta(hours=1)
    yield case("leaf expired an hour ago", leaf(HOST, ROOT, at=TODAY, end=TODAY - an_hour))
    yield case("leaf that expires in an hour", leaf(HOST, ROOT, at=TODAY, end=TODAY + an_hour))
    yield from _renewed(expired)


def _renewed(expired: dict[str, object]) -> Iterator[Case]:
    key = new_key()
    old, new = authority("Renewed Root", key=key, **expired), authority("Renewed Root", at=TODAY, key=key)
    own: Issued = leaf(HOST, new, at=TODAY)
    yield case("root renewed, both trusted", own, trusted=[old, new])
    yield case("root renewed, the old one served", own, old, trusted=[new])
    yield case("root renewed, the old one trusted, the new one served", own, new, trusted=[old])
    before = authority("Renewed", ROOT, key=key, **expired)
    after = authority("Renewed", ROOT, at=TODAY, key=key)
    own = leaf(HOST, after, at=TODAY)
    yield case("intermediate renewed, both served, the old one first", own, before, after)
    yield case("intermediate renewed, the old one served", own, before)
