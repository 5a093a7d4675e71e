"""The per-target families: complete, parseable whatever the texts are, absent where nothing is known."""

import math
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from monitor.metrics import Exposition
from monitor.metrics.groups import LINES_PER_PIECE
from monitor.model import (
    Assessment,
    Certificate,
    Check,
    Failure,
    FailureReason,
    Finding,
    Path,
    Severity,
    Sighting,
    Snapshot,
    Target,
    TargetInfo,
    TargetState,
    TargetTraits,
    text,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WHERE = "recorder01.vms.example:7563"
ID = f"endpoint:{WHERE}"

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def certificate(number: int, *, days: float = 20, cn: str = "recorder01.vms.example") -> Certificate:
    """Return a certificate with this many days left at ``NOW``."""
    return Certificate(
        sha256=f"{number:064x}",
        sha1=f"{number:040X}",
        subject=f"CN={cn}",
        issuer="CN=VMS CA",
        subject_cn=cn,
        issuer_cn="VMS CA",
        serial=f"{number:08X}",
        not_before=NOW - timedelta(days=100),
        not_after=NOW + timedelta(days=days),
        dns_names=(),
        ip_addresses=(),
        is_ca=False,
        self_issued=False,
        key_type="EC",
        key_bits=256,
        signature_hash="sha256",
        extended_usages=None,
    )


def seen(*certificates: Certificate, paths: tuple[Path, ...] | None = None) -> TargetState:
    """Return the state of an endpoint that serves these certificates, the first as head of a path of all."""
    if paths is None:
        paths = (Path(WHERE, certificates, trusted=True),)
    end = min(c.not_after for c in certificates)
    return TargetState(
        Target(ID, "endpoint", WHERE, None, labels=(("site", "harbour"),)),
        watched_since=NOW - timedelta(days=1),
        probed_at=NOW - timedelta(minutes=5),
        duration=timedelta(milliseconds=12.5),
        succeeded_at=NOW - timedelta(minutes=5),
        encrypted=True,
        sightings=tuple(Sighting(WHERE, i, c) for i, c in enumerate(certificates)),
        assessment=Assessment(
            paths=paths,
            not_after=end,
            warning_due_at=end - timedelta(days=30),
            critical_due_at=end - timedelta(days=7),
        ),
    )


def snapshot(*states: TargetState) -> Snapshot:
    """Return a snapshot of these states."""
    return Snapshot({state.target.id: state for state in states})


def read(text: bytes) -> Series:
    """Return every sample of a text; a series that comes twice is an error here."""
    series: Series = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in series
            series[key] = sample.value
    return series


def scrape(shown: Snapshot, exposition: Exposition | None = None, *, now: datetime = NOW) -> Series:
    """Return the samples of one scrape."""
    return read(b"".join((exposition or Exposition()).pieces(shown, now)))


def values(series: Series, name: str) -> list[float]:
    """Return the values of all series of one family."""
    return [value for (found, _), value in series.items() if found == f"cert_monitor_{name}"]


def labels(series: Series, name: str) -> list[dict[str, str]]:
    """Return the labels of all series of one family."""
    return [dict(found) for (family, found) in series if family == f"cert_monitor_{name}"]


TARGET_VALUES = {
    "target_up": 1,
    "target_encrypted": 1,
    "target_not_after_timestamp_seconds": (NOW + timedelta(days=20)).timestamp(),
    "target_warning_due_timestamp_seconds": (NOW - timedelta(days=10)).timestamp(),
    "target_critical_due_timestamp_seconds": (NOW + timedelta(days=13)).timestamp(),
    "target_interval_seconds": 3600,
    "target_last_probe_timestamp_seconds": (NOW - timedelta(minutes=5)).timestamp(),
    "target_last_success_timestamp_seconds": (NOW - timedelta(minutes=5)).timestamp(),
    "target_days_to_expiry": 20,
    "target_probe_duration_seconds": 0.0125,
}
CERTIFICATE_VALUES = {
    "certificate_not_after_timestamp_seconds": (NOW + timedelta(days=20)).timestamp(),
    "certificate_not_before_timestamp_seconds": (NOW - timedelta(days=100)).timestamp(),
    "certificate_days_to_expiry": 20,
}


@pytest.mark.parametrize(("name", "value"), TARGET_VALUES.items())
def test_target_value(name: str, value: float) -> None:
    """Each family about a target has its value and the one label ``target``."""
    series = scrape(snapshot(seen(certificate(1))))
    assert series[f"cert_monitor_{name}", frozenset({("target", ID)})] == value


@pytest.mark.parametrize(("name", "value"), CERTIFICATE_VALUES.items())
def test_certificate_value(name: str, value: float) -> None:
    """Each family about a certificate has its value, and labels that say which one is where."""
    series = scrape(snapshot(seen(certificate(1))))
    key = {"target": ID, "location": WHERE, "position": "0", "fingerprint": f"{1:064x}"}
    assert series[f"cert_monitor_{name}", frozenset(key.items())] == value


def test_certificate_info() -> None:
    """The info of a certificate carries subject, issuer and serial."""
    series = scrape(snapshot(seen(certificate(1))))
    assert labels(series, "certificate_info") == [
        {
            "target": ID,
            "location": WHERE,
            "position": "0",
            "fingerprint": f"{1:064x}",
            "subject_cn": "recorder01.vms.example",
            "issuer_cn": "VMS CA",
            "serial": "00000001",
        }
    ]


def test_chosen_labels() -> None:
    """Chosen labels stand on the target's info; one that the target lacks is empty."""
    series = scrape(snapshot(seen(certificate(1))), Exposition(labels=("component", "site")))
    assert labels(series, "target_info") == [
        {
            "target": ID,
            "kind": "endpoint",
            "title": WHERE,
            "location": WHERE,
            "component": "",
            "site": "harbour",
        }
    ]


def test_a_zone_is_a_label_of_what_is_in_one() -> None:
    """Outside of any zone the label is not there, so that nothing changes for who has none."""
    target = Target(ID, "endpoint", WHERE, None, zone="dmz")
    (found,) = labels(scrape(snapshot(TargetState(target))), "target_info")
    assert found["zone"] == "dmz"


def test_title() -> None:
    """The title is what people call the target, in the words that mails use: else its location."""
    target = Target(ID, "endpoint", WHERE, None, info=TargetInfo(title="Recorder 01"))
    titles = [
        labels(scrape(snapshot(TargetState(one))), "target_info")[0]["title"]
        for one in (target, replace(target, info=TargetInfo()))
    ]
    assert titles == ["Recorder 01", WHERE]


def test_days_of_a_target_continue_over_renewals() -> None:
    """A renewed certificate has another series, its target has the same as before."""
    before, after = (scrape(snapshot(seen(certificate(n, days=days)))) for n, days in ((1, 2), (2, 90)))
    assert labels(before, "target_days_to_expiry") == labels(after, "target_days_to_expiry")
    assert values(after, "target_days_to_expiry") == [90]
    assert labels(before, "certificate_days_to_expiry") != labels(after, "certificate_days_to_expiry")


def test_days_of_a_target_are_those_of_its_path() -> None:
    """A CA that expires before its leaf decides."""
    series = scrape(snapshot(seen(certificate(1, days=90), certificate(2, days=5))))
    assert (values(series, "target_days_to_expiry"), values(series, "certificate_days_to_expiry")) == (
        [5],
        [90],
    )


@pytest.mark.parametrize(
    "name",
    ["rack-no", "", "1st", "target", "title", "location", "severity", "le", "__name__", "a b", "straße"],
)
def test_bad_label_is_refused(name: str) -> None:
    """A label that Prometheus would refuse or that is taken stops the start with a sentence."""
    with pytest.raises(ValueError, match=r"metrics\.labels"):
        Exposition(labels=(name,))


def test_nothing_known_nothing_said() -> None:
    """Before the first probe a target has its info, its interval and its count, and nothing else."""
    series = scrape(snapshot(TargetState(Target(ID, "endpoint", WHERE, None))))
    assert {name for name, _ in series} == {
        "cert_monitor_target_info",
        "cert_monitor_target_interval_seconds",
        "cert_monitor_targets",
    }


def test_unreachable_target_keeps_its_certificate() -> None:
    """While probes fail the target is down and its last known certificate stays."""
    state = replace(
        seen(certificate(1)),
        failed_probes=2,
        probed_at=NOW,
        failures=(Failure(FailureReason.TIMEOUT, text("no answer within 10 s")),),
    )
    series = scrape(snapshot(state))
    assert (values(series, "target_up"), values(series, "certificate_days_to_expiry")) == ([0], [20])


def test_last_success_stays_behind_last_probe() -> None:
    """After a failed probe the last success is older than the last probe."""
    series = scrape(snapshot(replace(seen(certificate(1)), probed_at=NOW, failed_probes=1)))
    probed, good = (
        values(series, "target_last_probe_timestamp_seconds"),
        values(series, "target_last_success_timestamp_seconds"),
    )
    assert probed[0] - good[0] == 300


def test_plain_port() -> None:
    """A port without TLS is up, not encrypted, and has no end."""
    state = TargetState(Target(ID, "endpoint", WHERE, None), probed_at=NOW, succeeded_at=NOW, encrypted=False)
    series = scrape(snapshot(state))
    assert [
        values(series, name)
        for name in ("target_up", "target_encrypted", "target_not_after_timestamp_seconds")
    ] == [[1], [0], []]


def test_days_are_counted_at_the_scrape() -> None:
    """Days fall from scrape to scrape and go below zero, without another probe."""
    exposition, shown = Exposition(), snapshot(seen(certificate(1)))
    later = [scrape(shown, exposition, now=NOW + timedelta(days=days)) for days in (0, 19.5, 21)]
    assert [values(series, "certificate_days_to_expiry") for series in later] == [[20], [0.5], [-1]]


def test_leaf_only() -> None:
    """Of a served chain only the leaf is exposed."""
    series = scrape(snapshot(seen(certificate(1), certificate(2, days=900))))
    assert [found["position"] for found in labels(series, "certificate_info")] == ["0"]


def test_whole_path_on_request() -> None:
    """With ``chain: path`` every sighting on the path is exposed, but no stray one."""
    leaf, issuer, stray = certificate(1), certificate(2, days=900), certificate(3)
    state = seen(leaf, issuer, stray, paths=(Path(WHERE, (leaf, issuer), trusted=True),))
    series = scrape(snapshot(state), Exposition(chain="path"))
    assert sorted(found["position"] for found in labels(series, "certificate_info")) == ["0", "1"]


def test_anchor_that_was_not_served_is_not_exposed() -> None:
    """A certificate that only our anchors hold was seen at no place and gets no series."""
    leaf, root = certificate(1), certificate(2, days=900)
    state = seen(leaf, paths=(Path(WHERE, (leaf, root), trusted=True),))
    assert len(labels(scrape(snapshot(state), Exposition(chain="path")), "certificate_info")) == 1


def test_every_head_of_a_file() -> None:
    """A file with several certificates of their own shows each of them."""
    first, second = certificate(1), certificate(2)
    paths = tuple(Path(WHERE, (c,), trusted=True) for c in (first, second))
    series = scrape(snapshot(seen(first, second, paths=paths)))
    assert sorted(found["position"] for found in labels(series, "certificate_info")) == ["0", "1"]


def test_unexplained_first_certificate() -> None:
    """What comes first at a location is exposed even when nothing was judged yet."""
    series = scrape(snapshot(seen(certificate(1), certificate(2), paths=())))
    assert [found["position"] for found in labels(series, "certificate_info")] == ["0"]


def test_repeated_leaf() -> None:
    """A server that sends its leaf twice has one series for it."""
    leaf = certificate(1)
    assert len(labels(scrape(snapshot(seen(leaf, leaf))), "certificate_info")) == 1


def test_findings_are_counted() -> None:
    """Own and shared findings are counted by location, check and severity; ok and unknown ones are not."""
    own = (
        Finding(Check.WEAK_KEY, Severity.WARNING, text("RSA 1024"), f"{1:064x}", WHERE),
        Finding(Check.WEAK_KEY, Severity.WARNING, text("RSA 512"), f"{2:064x}", WHERE),
        Finding(Check.TRUST, Severity.UNKNOWN, text("not judged"), f"{1:064x}", WHERE),
        Finding(Check.EXPIRY, Severity.OK, text("fine"), f"{1:064x}", WHERE),
    )
    shared = (Finding(Check.INCONSISTENT, Severity.WARNING, text("two leaves")),)
    state = seen(certificate(1))
    state = replace(state, assessment=replace(state.assessment, findings=own))
    series = scrape(Snapshot({ID: state}, {ID: shared}))
    assert {
        (dict(found)["location"], dict(found)["check"], dict(found)["severity"], value)
        for (name, found), value in series.items()
        if name == "cert_monitor_findings"
    } == {(WHERE, "weak_key", "warning", 2), ("", "inconsistent", "warning", 1)}


def test_new_state_is_rendered_anew() -> None:
    """What is remembered belongs to one state: the next state shows its own values."""
    exposition, state = Exposition(), seen(certificate(1))
    before = scrape(snapshot(state), exposition)
    after = scrape(snapshot(replace(state, failed_probes=1)), exposition)
    assert (values(before, "target_up"), values(after, "target_up")) == ([1], [0])


def test_new_shared_finding_is_rendered_anew() -> None:
    """A finding that comes from other targets appears although the state is the same."""
    exposition, state = Exposition(), seen(certificate(1))
    shared = Finding(Check.INCONSISTENT, Severity.WARNING, text("two leaves"))
    before = scrape(Snapshot({ID: state}), exposition)
    after = scrape(Snapshot({ID: state}, {ID: (shared,)}), exposition)
    assert (values(before, "findings"), values(after, "findings")) == ([], [1])


def test_removed_target_is_forgotten() -> None:
    """The text of a removed target leaves memory with the next scrape."""
    exposition = Exposition()
    scrape(snapshot(seen(certificate(1))), exposition)
    scrape(Snapshot(), exposition)
    assert exposition._groups == {}


def test_targets_are_counted_by_state() -> None:
    """Every state of a kind is counted, with zero for none."""
    states = [
        replace(
            seen(certificate(1)), target=Target(f"endpoint:{i}", "endpoint", WHERE, None), failed_probes=i
        )
        for i in range(3)
    ]
    series = scrape(snapshot(*states))
    assert {
        (dict(found)["state"], value)
        for (name, found), value in series.items()
        if name == "cert_monitor_targets"
    } == {
        ("up", 1),
        ("down", 2),
        ("standby", 0),
        ("pending", 0),
    }


def test_standby_is_distinguished_from_an_outage() -> None:
    """An unresponsive standby is not up, but marked and counted apart, so that a rule can leave it out."""
    target = Target(ID, "endpoint", WHERE, None, traits=TargetTraits(standby=True))
    series = scrape(snapshot(replace(seen(certificate(1)), target=target, failed_probes=3)))
    down, silent = (
        next(v for (name, found), v in series.items() if name.endswith("_targets") and ("state", of) in found)
        for of in ("down", "standby")
    )
    assert (values(series, "target_up"), values(series, "target_standby")) == ([0], [1])
    assert (down, silent) == (0, 1)


def test_pieces_are_bounded() -> None:
    """No piece has more lines than the bound, with many targets and with many certificates in one."""
    many = tuple(certificate(i) for i in range(LINES_PER_PIECE + 10))
    bundle = seen(*many, paths=tuple(Path(WHERE, (c,), trusted=True) for c in many))
    others = [
        replace(seen(certificate(i)), target=Target(f"endpoint:{i}", "endpoint", WHERE, None))
        for i in range(LINES_PER_PIECE + 10)
    ]
    pieces = Exposition().pieces(snapshot(bundle, *others), NOW)
    assert max(piece.count(b"\n") for piece in pieces) <= LINES_PER_PIECE


def test_every_family_says_that_it_is_cached() -> None:
    """HELP says of every cached value that it is from the last probe, as exporters should."""
    exposed = b"".join(Exposition().pieces(Snapshot(), NOW)).decode()
    silent = [
        line.split()[2] for line in exposed.splitlines() if line.startswith("# HELP") and "ached" not in line
    ]
    assert silent == [
        "cert_monitor_targets",
        "cert_monitor_target_interval_seconds",
        "cert_monitor_target_standby",
    ]


def test_file_name_that_is_not_utf8() -> None:
    """A file name with a lone surrogate does not break the scrape."""
    state = seen(certificate(1))
    odd = replace(state, sightings=(Sighting("/etc/\udcff.pem", 0, certificate(1)),), assessment=Assessment())
    assert len(labels(scrape(snapshot(odd)), "certificate_info")) == 1


def test_very_long_values_stay_apart() -> None:
    """Two long locations that differ at their ends are cut and still are two series."""
    sightings = tuple(Sighting("/" + "x" * 5000 + end, 0, certificate(1)) for end in "ab")
    series = scrape(snapshot(replace(seen(certificate(1)), sightings=sightings, assessment=Assessment())))
    assert [len(found["location"]) <= 512 for found in labels(series, "certificate_info")] == [True, True]


HOSTILE = st.text(
    st.one_of(
        st.sampled_from('\\"\n\r\x00\t{}=,# \u2028\u202e\udcff'), st.characters(codec=None, categories=None)
    ),
    max_size=30,
)


@given(ids=st.lists(HOSTILE, min_size=1, max_size=4, unique=True), location=HOSTILE, cn=HOSTILE, site=HOSTILE)
def test_hostile_text(ids: list[str], location: str, cn: str, site: str) -> None:
    """Whatever names, locations and labels contain, the text parses and every target has its own series."""
    states = []
    for target_id in ids:
        target = Target(target_id, "endpoint", location, None, labels=(("site", site),))
        sighting = Sighting(location, 0, certificate(1, cn=cn))
        finding = Finding(Check.NAME, Severity.CRITICAL, text(cn), location=location)
        states.append(TargetState(target, sightings=(sighting,), assessment=Assessment(findings=(finding,))))
    series = scrape(snapshot(*states), Exposition(labels=("site",)))
    assert [len(labels(series, name)) for name in ("target_info", "certificate_info", "findings")] == [
        len(ids)
    ] * 3


@given(text=st.text(st.sampled_from('ab\\"\n{}=, é漢'), max_size=30))
def test_ordinary_text_arrives_unchanged(text: str) -> None:
    """Quotes, backslashes, newlines and other alphabets come out of the parser as they went in."""
    target = Target("t", "endpoint", text, None)
    assert labels(scrape(snapshot(TargetState(target))), "target_info")[0]["location"] == text


@given(days=st.floats(-40000, 40000, allow_nan=False))
def test_days_and_end_agree(days: float) -> None:
    """Days left are the end minus now, to a second, in every century."""
    series = scrape(snapshot(seen(certificate(1, days=days))))
    end = values(series, "certificate_not_after_timestamp_seconds")[0]
    left = values(series, "certificate_days_to_expiry")[0]
    assert math.isclose(left * 86400, end - NOW.timestamp(), abs_tol=1)


@pytest.mark.system
def test_promtool_accepts_all_but_the_days() -> None:
    """Prometheus' own linter objects to nothing but the days, which are required: people read them."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is missing: install Debian's package prometheus")
    state = seen(certificate(1))
    finding = Finding(Check.NAME, Severity.CRITICAL, text("wrong"), location=WHERE)
    state = replace(state, assessment=replace(state.assessment, findings=(finding,)))
    written = b"".join(Exposition(labels=("site",)).pieces(snapshot(state), NOW))
    done = subprocess.run([promtool, "check", "metrics"], input=written, capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode().splitlines()
    assert said == [
        f'cert_monitor_{of}_days_to_expiry use base unit "seconds" instead of "days"'
        for of in ("certificate", "target")
    ]
