"""Tests of locations that lie inside others."""

import pytest

from monitor.model import is_within

INSIDE = [
    ("h:443", "h:443", True),
    ("h:443 (RSA)", "h:443", True),
    ("h:443 (RSA)", "h:443 (RSA)", True),
    ("h:443 (RSA)", "h:443 (ECDSA)", False),
    ("h:443", "h:443 (RSA)", False),
    ("h:4433 (RSA)", "h:443", False),
    ("/keys/a.p12#web", "/keys/a.p12", True),
    ("/keys/a.p12", "/keys/a", False),
]


@pytest.mark.parametrize(("location", "holder", "expected"), INSIDE)
def test_within(location: str, holder: str, *, expected: bool) -> None:
    """A key type lies in its server, a name in its file, and no place in one that only begins alike."""
    assert is_within(location, holder) is expected
