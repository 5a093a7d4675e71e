"""Correlated findings are the same at each of their targets."""

from dataclasses import replace

import pytest

from monitor.assess import correlate
from monitor.model import AlertKey, Check, Policy, Scope, Severity, Sighting, Snapshot, Target, TargetState
from monitor.parse import parse_certificate
from support.factories.assess.machines import in_zone
from support.pki import NOW, Issued, authority, days, leaf
from support.written import written

ROOT = authority("Root")
OLD = leaf("nvr.example", ROOT, end=days(10))
NEW = leaf("nvr.example", ROOT, end=days(300))


def state(
    host: str, shown: Issued, *, name: str = "nvr.example", port: int = 443, failed: int = 0
) -> TargetState:
    """Return what is known of one address of a name."""
    target = Target(
        f"endpoint:{host}:{port}/{name}", "endpoint", f"{host}:{port}", None, host=host, server_name=name
    )
    sightings = tuple(
        Sighting(f"{host}:{port}", position, parse_certificate(one.der))
        for position, one in enumerate((shown, ROOT))
    )
    return TargetState(target, probed_at=NOW, failed_probes=failed, sightings=sightings)


def snapshot(*states: TargetState) -> Snapshot:
    """Return a picture of these targets."""
    return Snapshot({one.target.id: one for one in states})


def test_different_leaves_of_one_name_are_found_at_every_address() -> None:
    """Both addresses get the same sentence and alert."""
    found = correlate(snapshot(state("10.0.0.1", OLD), state("10.0.0.2", NEW)), NOW)
    findings = [one for findings in found.values() for one in findings]
    old, new = parse_certificate(OLD.der).sha1, parse_certificate(NEW.der).sha1
    sentence = (
        "nvr.example:443 answers with different certificates: "
        f"{old}, which expires in 10 days (3 Dec 2026 12:00 UTC), at 10.0.0.1:443; "
        f"{new}, which expires in 300 days (19 Sep 2027 12:00 UTC), at 10.0.0.2:443"
    )
    shared = AlertKey(Check.INCONSISTENT, Scope.NAME, "nvr.example:443")
    assert [(one.check, one.severity, written(one), one.shared_alert, one.location) for one in findings] == [
        (Check.INCONSISTENT, Severity.WARNING, sentence, shared, "10.0.0.1:443"),
        (Check.INCONSISTENT, Severity.WARNING, sentence, shared, "10.0.0.2:443"),
    ]


def test_one_target_that_shows_different_leaves_at_its_addresses() -> None:
    """A name whose addresses are probed as one target is compared with itself."""
    one, other = state("10.0.0.1", OLD), state("10.0.0.2", NEW)
    both = replace(one, sightings=one.sightings + other.sightings)
    found = correlate(snapshot(both), NOW)
    assert [(key, [item.location for item in findings]) for key, findings in found.items()] == [
        (one.target.id, ["10.0.0.1:443", "10.0.0.2:443"])
    ]


def test_one_target_that_shows_one_leaf_at_its_addresses() -> None:
    """A name whose addresses all show the same certificate is consistent."""
    one, other = state("10.0.0.1", OLD), state("10.0.0.2", OLD)
    assert correlate(snapshot(replace(one, sightings=one.sightings + other.sightings)), NOW) == {}


def by_key_type(host: str, **shown: Issued) -> TargetState:
    """Return what is known of one address that shows a certificate of each key type."""
    one = state(host, OLD)
    sightings = [
        Sighting(f"{host}:443 ({kind})", 0, parse_certificate(issued.der)) for kind, issued in shown.items()
    ]
    return replace(one, sightings=tuple(sightings))


def test_key_types_differ_by_nature() -> None:
    """That one server has a certificate of each key type is no difference, nor is one who shows only one."""
    both = by_key_type("10.0.0.1", RSA=OLD, ECDSA=NEW)
    assert correlate(snapshot(both, by_key_type("10.0.0.2", ECDSA=NEW)), NOW) == {}


def test_key_types_are_compared_each_with_its_own() -> None:
    """A node that renewed only one of its certificates shows."""
    found = correlate(
        snapshot(by_key_type("10.0.0.1", RSA=NEW, ECDSA=NEW), by_key_type("10.0.0.2", RSA=OLD, ECDSA=NEW)),
        NOW,
    )
    assert [item.location for findings in found.values() for item in findings] == [
        "10.0.0.1:443 (RSA)",
        "10.0.0.2:443 (RSA)",
    ]


def test_an_expired_certificate_is_reported_as_expired() -> None:
    """The sentence knows what time it is."""
    found = correlate(snapshot(state("10.0.0.1", OLD), state("10.0.0.2", NEW)), days(11))
    said = written(next(iter(found.values()))[0], days(11))
    assert "expired 24 hours ago (3 Dec 2026 12:00 UTC), at 10.0.0.1:443" in said


@pytest.mark.parametrize(
    "states",
    [
        pytest.param([state("10.0.0.1", OLD), state("10.0.0.2", OLD)], id="the same leaf"),
        pytest.param([state("10.0.0.1", OLD), state("10.0.0.2", NEW, port=8443)], id="another port"),
        pytest.param(
            [state("10.0.0.1", OLD), state("10.0.0.2", NEW, name="other.example")], id="another name"
        ),
        pytest.param([state("10.0.0.1", OLD), state("10.0.0.2", NEW, name="")], id="no name"),
        pytest.param([state("10.0.0.1", OLD), state("10.0.0.2", NEW, failed=1)], id="not seen now"),
        pytest.param([state("10.0.0.1", OLD)], id="one address"),
        pytest.param([], id="nothing"),
    ],
)
def test_what_is_no_difference(states: list[TargetState]) -> None:
    """Only what one name serves now on one port at different hosts is compared."""
    assert correlate(snapshot(*states), NOW) == {}


def test_one_host_may_show_two_certificates() -> None:
    """RSA and ECDSA on one host, probed in two ways, are no difference between hosts."""
    first, second = state("10.0.0.1", OLD), state("10.0.0.1", NEW)
    second = replace(second, target=replace(second.target, id="other way"))
    assert correlate(snapshot(first, second), NOW) == {}


def test_the_name_is_compared_without_case_and_dot() -> None:
    """One name written in two ways is one name."""
    states = state("10.0.0.1", OLD, name="NVR.example."), state("10.0.0.2", NEW)
    assert len(correlate(snapshot(*states), NOW)) == 2


def test_a_name_in_another_zone_is_another() -> None:
    """Two networks may have a server of the same name each; the zone stands in what is shared."""
    old, new = state("10.0.0.1", OLD), state("10.0.0.2", NEW)
    found = correlate(snapshot(in_zone(old, "dmz"), in_zone(new, "dmz")), NOW)
    shared = {one.shared_alert for findings in found.values() for one in findings}
    assert shared == {AlertKey(Check.INCONSISTENT, Scope.NAME, "dmz/nvr.example:443")}
    assert correlate(snapshot(in_zone(old, "dmz"), new), NOW) == {}


def test_an_ipv6_address_as_the_name_is_in_brackets() -> None:
    """As everywhere before a port."""
    (one, *_), *_ = correlate(
        snapshot(state("10.0.0.1", OLD, name="2001:db8::1"), state("10.0.0.2", NEW, name="2001:db8::1")), NOW
    ).values()
    assert one.shared_alert == AlertKey(Check.INCONSISTENT, Scope.NAME, "[2001:db8::1]:443")


def test_a_policy_switches_it_off_for_its_target() -> None:
    """The others still say it."""
    first, second = state("10.0.0.1", OLD), state("10.0.0.2", NEW)
    off = replace(first.target, policy=Policy(checks=((Check.INCONSISTENT, None),)))
    assert list(correlate(snapshot(replace(first, target=off), second), NOW)) == [second.target.id]


def test_one_odd_address_among_many_shows() -> None:
    """The list is bounded, and by certificate, so that the odd one is not lost."""
    many = [state(f"10.0.1.{n}", NEW) for n in range(50)]
    found = correlate(snapshot(*many, state("10.0.9.9", OLD)), NOW)
    sentence = written(next(iter(found.values()))[0])
    assert ("at 10.0.9.9:443;" in sentence, "and 45 more" in sentence, len(found)) == (True, True, 51)
