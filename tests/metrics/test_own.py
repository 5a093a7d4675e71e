"""The daemon's metrics about itself: counters that begin at zero, values that begin when they are known."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor import __version__
from monitor.metrics import OwnMetrics
from monitor.model import FailureReason
from monitor.threads import ThreadPool

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def own() -> OwnMetrics:
    """Return metrics for the two kinds of the first version."""
    return OwnMetrics(("endpoint", "files"), (ThreadPool("dns", 2),), ("email",))


def read(metrics: OwnMetrics, name: str) -> dict[tuple[str, ...], float]:
    """Return the values of one sample name by their label values."""
    return {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics.text(NOW).decode())
        for sample in family.samples
        if sample.name == f"cert_monitor_{name}"
    }


def test_failures_are_present_at_zero() -> None:
    """Every kind and reason has its counter from the start, so that a rate over it is never empty."""
    expected = {(kind, str(reason)): 0.0 for kind in ("endpoint", "files") for reason in FailureReason}
    assert read(own(), "probe_failures_total") == expected


def test_results_of_notifications_are_present_at_zero() -> None:
    """Every result of a delivery has its counter from the start."""
    assert read(own(), "notifications_total") == {
        ("email", "accepted"): 0.0,
        ("email", "refused"): 0.0,
        ("email", "retry"): 0.0,
    }


def test_failure_is_counted() -> None:
    """A failure counts for its kind and reason only."""
    metrics = own()
    metrics.probe_failed("endpoint", FailureReason.DNS)
    counted = {key for key, value in read(metrics, "probe_failures_total").items() if value}
    assert counted == {("endpoint", "dns")}


def test_notification_is_counted() -> None:
    """A delivery counts for its receiver and result only, once for each recipient."""
    metrics = own()
    metrics.notified("email", "retry")
    metrics.notified("email", "retry", 2)
    counted = {key: value for key, value in read(metrics, "notifications_total").items() if value}
    assert counted == {("email", "retry"): 3.0}


def test_unknown_result() -> None:
    """A misspelt result is an error and no new series."""
    with pytest.raises(ValueError, match="accepted, retry, refused"):
        own().notified("email", "lost")


def test_receivers_of_a_reloaded_configuration() -> None:
    """Those that are new begin at zero, and what was counted stays."""
    metrics = own()
    metrics.notified("email", "retry")
    metrics.set_receivers(["admins", "email"])
    found = read(metrics, "notifications_total")
    assert (found["admins", "accepted"], found["email", "retry"]) == (0.0, 1.0)


def test_receivers_that_are_not_configured_any_more() -> None:
    """What still waits for them is counted all the same."""
    metrics = own()
    metrics.notified("former", "accepted")
    assert read(metrics, "notifications_total")["former", "accepted"] == 1.0


@pytest.mark.parametrize(
    "name",
    [
        "outbox_pending",
        "outbox_oldest_age_seconds",
        "last_alert_pass_timestamp_seconds",
        "config_last_reload_successful",
        "config_last_reload_timestamp_seconds",
    ],
)
def test_absent_until_known(name: str) -> None:
    """What is not known yet is absent, never zero."""
    assert read(own(), name) == {}


TOLD: list[tuple[Callable[[OwnMetrics], None], str, float]] = [
    (lambda m: m.outbox(3, NOW - timedelta(minutes=2)), "outbox_pending", 3),
    (lambda m: m.outbox(3, NOW - timedelta(minutes=2)), "outbox_oldest_age_seconds", 120),
    (lambda m: m.outbox(0, None), "outbox_oldest_age_seconds", 0),
    (lambda m: m.outbox(1, NOW + timedelta(hours=2)), "outbox_oldest_age_seconds", 0),
    (lambda m: m.alert_pass_done(NOW), "last_alert_pass_timestamp_seconds", NOW.timestamp()),
    (lambda m: m.set_reload(False, NOW), "config_last_reload_successful", 0),
    (lambda m: m.set_reload(True, NOW), "config_last_reload_successful", 1),
    (lambda m: m.set_reload(False, NOW), "config_last_reload_timestamp_seconds", NOW.timestamp()),
    (lambda m: m.store_failed(), "store_errors_total", 1),
    (lambda m: m.results_dropped(3), "results_dropped_total", 3),
    (lambda m: m.store_in_memory(lambda: True), "store_in_memory", 1),
    (lambda m: m.clock_suspect(True), "clock_suspect", 1),
    (lambda m: m.started_late(timedelta(seconds=7)), "schedule_lag_seconds_sum", 7),
]


@pytest.mark.parametrize(("tell", "name", "value"), TOLD)
def test_what_is_reported_is_shown(tell: Callable[[OwnMetrics], None], name: str, value: float) -> None:
    """What the daemon reports appears under its name, ages counted at the scrape."""
    metrics = own()
    tell(metrics)
    assert read(metrics, name) == {(): value}


def test_notifying_twice() -> None:
    """A value told again replaces the old one."""
    metrics = own()
    metrics.outbox(3, NOW)
    metrics.outbox(1, NOW)
    assert read(metrics, "outbox_pending") == {(): 1.0}


def test_build_info() -> None:
    """The build says the versions of cert-monitor and Python, and no name where there is none."""
    version = ".".join(map(str, sys.version_info[:3]))
    assert read(own(), "build_info") == {("", "", version, __version__): 1.0}


def test_name_of_the_monitor() -> None:
    """The name and customer told last are the only ones."""
    metrics = own()
    metrics.set_instance("old", "")
    metrics.set_instance("Harbour", "Harbour Ltd")
    assert [key[:2] for key in read(metrics, "build_info")] == [("Harbour Ltd", "Harbour")]


def test_pools_are_watched() -> None:
    """Each pool of threads shows how many of them hang."""
    assert read(own(), "threads_abandoned") == {("dns",): 0.0}


def test_two_of_them() -> None:
    """Two sets of metrics in one process do not meet: nothing goes to the library's global registry."""
    first, second = own(), own()
    first.store_failed()
    assert read(second, "store_errors_total") == {(): 0.0}


@pytest.mark.skipif(sys.platform == "win32", reason="the library reads process facts from /proc only")
def test_process_metrics() -> None:
    """The memory of the process is among the metrics."""
    assert b"\nprocess_resident_memory_bytes " in own().text(NOW)


def test_no_created_series() -> None:
    """Counters bring no second family with the instant of their making."""
    assert b"_created" not in own().text(NOW)
