"""Tests whether a key provider's name shows that its keys are in hardware."""

import pytest

from monitor.windows.providers import is_hardware


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", False),
        ("Microsoft Software Key Storage Provider", False),
        ("Microsoft Enhanced RSA and AES Cryptographic Provider", False),
        ("Microsoft Platform Crypto Provider", True),
        ("Microsoft Base Smart Card Crypto Provider", True),
        ("nCipher Security World Key Storage Provider", True),
    ],
)
def test_hardware_is_recognized_by_the_provider(name: str, expected: bool) -> None:  # noqa: FBT001 - the value expected
    """TPM, smart card and HSM count as hardware, Microsoft's keys in files do not."""
    assert is_hardware(name) is expected
