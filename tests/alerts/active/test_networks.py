"""Unreachable hosts are grouped by reason and network, in as many groups as fit."""

import pytest

from monitor.alerts.active.networks import network_of, unreachable_groups
from monitor.alerts.decision import UnreachableHost
from monitor.model import FailureReason


@pytest.mark.parametrize(
    ("location", "network"),
    [
        ("10.1.2.3:443", "10.1.2.0/24"),
        ("[2001:db8::1:2]:443", "2001:db8::/64"),
        ("cam01.vms.example:443", "vms.example"),
        ("localhost:443", ""),
        ("10.1.2.3:443 (RSA)", "10.1.2.0/24"),
        ("/etc/ssl/a.pem", ""),
        ("C:\\certs\\a.pem", ""),
        ("", ""),
    ],
)
def test_network_of_a_location(location: str, network: str) -> None:
    """Of an address its network, of a name its domain, of a path nothing."""
    assert network_of(location) == network


def host(where: str, failure: FailureReason = FailureReason.REFUSED) -> UnreachableHost:
    """Return an unreachable host."""
    return UnreachableHost(where, (where,), (), failure)


def test_most_hosts_first() -> None:
    """Each reason in each network, the largest group first."""
    hosts = [host("10.1.2.1:443"), host("10.1.3.1:443"), host("10.1.3.2:443")]
    groups = unreachable_groups([*hosts, host("10.1.3.3:443", FailureReason.TIMEOUT)], 20)
    assert [(one.network, one.failure, len(one.hosts)) for one in groups] == [
        ("10.1.3.0/24", FailureReason.REFUSED, 2),
        ("10.1.2.0/24", FailureReason.REFUSED, 1),
        ("10.1.3.0/24", FailureReason.TIMEOUT, 1),
    ]


def test_many_networks_are_taken_together() -> None:
    """Wider networks, and none where even these are too many; no host is lost."""
    near = [host(f"10.1.{n}.1:443") for n in range(100)]
    assert [(one.network, len(one.hosts)) for one in unreachable_groups(near, 20)] == [("10.1.0.0/16", 100)]
    far = [host(f"10.{n}.0.1:443") for n in range(100)]
    assert [(one.network, len(one.hosts)) for one in unreachable_groups(far, 20)] == [("", 100)]
