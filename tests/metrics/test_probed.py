"""The text about one target that was probed for it."""

from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from monitor.metrics import render_probe
from monitor.model import Failure, FailureReason, TargetState, text
from support.factories.web.fakes import NOW, endpoint, unreachable

ALWAYS = {"cert_monitor_target_info", "cert_monitor_target_up"}
CERTIFICATE = {
    "cert_monitor_certificate_not_after_timestamp_seconds",
    "cert_monitor_certificate_not_before_timestamp_seconds",
    "cert_monitor_certificate_days_to_expiry",
    "cert_monitor_certificate_info",
}


def samples(state: TargetState) -> dict[str, float]:
    """Return the value of each series' name."""
    text = render_probe(state, NOW).decode()
    return {s.name: s.value for family in text_string_to_metric_families(text) for s in family.samples}


def test_families() -> None:
    """It is up, its certificate is shown, and nothing speaks of a schedule."""
    assert set(samples(endpoint("rec.example", 20, sentence="ends"))) == ALWAYS | CERTIFICATE | {
        "cert_monitor_target_encrypted",
        "cert_monitor_target_not_after_timestamp_seconds",
        "cert_monitor_target_days_to_expiry",
        "cert_monitor_target_probe_duration_seconds",
        "cert_monitor_findings",
        "probe_success",
        "probe_duration_seconds",
        "probe_ssl_earliest_cert_expiry",
    }


def test_days() -> None:
    """Days are counted at the instant of the probe."""
    found = samples(endpoint("rec.example", 20))
    assert [found[f"cert_monitor_{of}_days_to_expiry"] for of in ("certificate", "target")] == [20, 20]


def test_chosen_labels() -> None:
    """The labels chosen in ``metrics.labels`` stand on the target's info here too."""
    text = render_probe(endpoint("rec.example", 20), NOW, labels=("site",))
    assert b'location="rec.example:443",site="harbour"} 1\n' in text


def test_down() -> None:
    """A target that gave nothing is not up, and has no series about certificates."""
    found = samples(unreachable("rec.example"))
    assert (found["cert_monitor_target_up"], CERTIFICATE & set(found)) == (0, set())


def test_failure_in_a_comment() -> None:
    """Why it gave nothing stands in one comment line, whatever the other side said."""
    state = replace(
        unreachable("rec.example"), failures=(Failure(FailureReason.CLOSED, text("said\nevil 1\r\n\x00")),)
    )
    assert render_probe(state, NOW).splitlines()[0] == "# failure: closed: said evil 1  \ufffd".encode()


def test_nothing_is_said_of_a_cache() -> None:
    """What was looked up for this answer is not called cached."""
    assert b"ached" not in render_probe(endpoint("rec.example", 20), NOW)
