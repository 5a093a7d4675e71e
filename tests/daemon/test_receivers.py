"""The name of the monitor in mails."""

import pytest

from monitor.config import InstanceSettings
from monitor.daemon.receivers import signature
from support.written import written


@pytest.mark.parametrize(
    ("name", "customer", "expected"),
    [
        ("", "", "mon01.example"),
        ("Harbour", "", "Harbour (mon01.example)"),
        ("", "Harbour Ltd", "mon01.example for Harbour Ltd"),
        ("Harbour", "Harbour Ltd", "Harbour (mon01.example) for Harbour Ltd"),
    ],
)
def test_signature(name: str, customer: str, expected: str) -> None:
    """The machine is always named; name and customer where they are configured."""
    said = signature(InstanceSettings(name=name, customer=customer), "mon01.example")
    assert written(said) == expected
