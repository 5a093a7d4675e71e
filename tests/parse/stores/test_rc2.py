"""RC2 is undone as RFC 2268 says, within bounds."""

import pytest

from monitor.parse.stores import rc2


@pytest.mark.parametrize(
    ("key", "plain", "closed"),
    [
        ("ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49"),
        ("3000000000000000", "1000000000000001", "30649edf9be7d2c2"),
        ("88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "2269552ab0f85ca6"),
    ],
)
def test_rc2_turns_back(key: str, plain: str, closed: str) -> None:
    """The examples of RFC 2268 section 5 whose keys are as long as they count come out as they were."""
    opened = rc2.decrypt_cbc(bytes.fromhex(key), bytes(8), bytes.fromhex(closed))
    assert opened.hex() == plain


@pytest.mark.parametrize(("data", "vector"), [(b"1234567", bytes(8)), (bytes(8), bytes(7))])
def test_rc2_wants_whole_blocks(data: bytes, vector: bytes) -> None:
    """What is not made of whole blocks is damaged."""
    with pytest.raises(ValueError, match="fits no cipher block"):
        rc2.decrypt_cbc(b"12345", vector, data)


def test_rc2_is_bounded() -> None:
    """More than a megabyte under this slow cipher is refused before any work."""
    with pytest.raises(ValueError, match="more than 1 MiB"):
        rc2.decrypt_cbc(b"12345", bytes(8), bytes(rc2.LARGEST + 8))
