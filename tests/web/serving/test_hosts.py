"""Which host names are accepted in requests."""

import pytest

from monitor.web.serving.hosts import is_known

NAMES = {"certs.vms.example", "certs"}


@pytest.mark.parametrize(
    "host",
    [
        "",
        "127.0.0.1:9850",
        "[::1]:9850",
        "10.0.0.5",
        "[2001:db8::1]",
        "localhost:9850",
        "certs:9850",
        "CERTS.vms.example",
        "certs.vms.example.:9850",
    ],
)
def test_known(host: str) -> None:
    """Addresses, loopback names and our own names, with any port and in any case."""
    assert is_known(host, NAMES)


@pytest.mark.parametrize(
    "host",
    [
        "rebound.example:9850",
        "certs.evil.example",
        "user@certs",
        "certs/x",
        "certs vms",
        "::1",
        "127.0.0.1.evil.example",
        "0x7f000001",
        "x" * 300,
    ],
)
def test_unknown(host: str) -> None:
    """Any other name, and what no browser sends."""
    assert not is_known(host, NAMES)
