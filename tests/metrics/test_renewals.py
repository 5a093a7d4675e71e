"""The metrics of renewal windows: one series for each location of a certificate that a CA named."""

from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from monitor.metrics import Exposition
from monitor.model import Policy, RenewalWindow, Snapshot
from support.factories.alerts.world import DAYS, NOW, certificate, picture, seen, target

LEAF, CA = certificate(1), certificate(2, ca=True)
ASKED = Policy(renewal_information=True)
WINDOW = RenewalWindow(LEAF.sha256, NOW + 30 * DAYS, NOW + 32 * DAYS, NOW)
PLACES = ("a.example:443", "b.example:443")


def world(*windows: RenewalWindow, policy: Policy = ASKED) -> Snapshot:
    """Return a picture of two servers with one certificate."""
    states = (seen(location, LEAF, on=target(location, policy=policy), above=(CA,)) for location in PLACES)
    return replace(picture(*states), renewals={one.sha256: one for one in windows})


def series(snapshot: Snapshot, which: str) -> dict[tuple[str, str, str], float]:
    """Return the values of one family by target, place and fingerprint."""
    text = b"".join(Exposition().pieces(snapshot, NOW)).decode()
    return {
        (sample.labels["target"], sample.labels["location"], sample.labels["fingerprint"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == f"cert_monitor_renewal_window_{which}_timestamp_seconds"
    }


def test_both_ends_of_the_window() -> None:
    """Each location of the certificate has them."""
    shown = world(WINDOW)
    keys = [(f"endpoint:{location}", location, LEAF.sha256) for location in PLACES]
    assert series(shown, "start") == dict.fromkeys(keys, WINDOW.start.timestamp())
    assert series(shown, "end") == dict.fromkeys(keys, WINDOW.end.timestamp())


def test_absent_without_an_answer() -> None:
    """Absent, never zero; also where a target does not ask."""
    assert series(world(), "start") == {}
    assert series(world(WINDOW, policy=Policy()), "start") == {}


def test_a_window_of_a_ca_certificate_is_not_shown() -> None:
    """CAs are asked about leaves."""
    assert series(world(replace(WINDOW, sha256=CA.sha256)), "end") == {}
