"""From what was known and what a probe gave to what is known now."""

from dataclasses import replace
from datetime import timedelta

from monitor.assess import PathFinder
from monitor.model import (
    Check,
    Failure,
    FailureReason,
    Observation,
    ProbeResult,
    Severity,
    Target,
    TargetState,
    TargetTraits,
    text,
)
from monitor.parse import parse_certificate
from monitor.pipeline.judge import Judge
from support.factories.pipeline.judged_probes import (
    ANCHORS,
    ENDPOINT,
    HOUR,
    PLACE,
    REFUSED,
    ROOT,
    after,
    showing,
)
from support.pki import NOW, days, leaf

FILES = Target("files:all", "files", "/certs/**", None, collection=True)


def fingerprints(state: TargetState) -> list[str]:
    """Return the fingerprints last known, in order."""
    return [sighting.certificate.sha256 for sighting in state.sightings]


def test_a_good_probe_is_judged_and_dated() -> None:
    """The certificates, the path and the time of success stand in the state."""
    good = leaf("rec.vms.example", ROOT)
    state = after(TargetState(ENDPOINT), showing((PLACE, good)))
    assert (state.up, state.severity, state.succeeded_at) == (True, Severity.OK, NOW + HOUR)
    assert [c.subject_cn for c in state.assessment.paths[0].certificates] == ["rec.vms.example", "Test Root"]


def test_while_probes_fail_the_last_known_certificate_stays_judged() -> None:
    """Unreachable is not unknown: the expiry finding is next to the failure."""
    soon = leaf("rec.vms.example", ROOT, end=days(3))
    seen = after(TargetState(ENDPOINT), showing((PLACE, soon)))
    failed = after(seen, ProbeResult(failures=(REFUSED,)), hours=2)
    assert (failed.up, failed.failed_probes, failed.succeeded_at) == (False, 1, NOW + HOUR)
    assert [finding.check for finding in failed.findings] == [Check.EXPIRY]
    assert fingerprints(failed) == fingerprints(seen)


def test_what_a_probe_did_not_reach_is_not_gone() -> None:
    """Where a probe ended early, files behind the one that hung stay known, and the target was not seen."""
    one, other = leaf("a.example", ROOT), leaf("c.example", ROOT)
    seen = after(TargetState(FILES), showing(("/certs/a.pem", one), ("/certs/c.pem", other)))
    late = Failure(FailureReason.TIMEOUT, text("not finished within 10 s"), "/certs")
    part = replace(showing(("/certs/a.pem", one)), failures=(late,), partial=True)
    cut = after(seen, part, hours=2)
    assert (cut.up, fingerprints(cut), cut.former_leaves) == (False, fingerprints(seen), ())


def test_last_known_certificates_are_forgotten_after_forget_after() -> None:
    """A host that has been gone for a month no longer shows an old certificate."""
    seen = after(TargetState(ENDPOINT), showing((PLACE, leaf("rec.vms.example", ROOT))))
    failed = after(seen, ProbeResult(failures=(REFUSED,)), hours=24 * 31 + 2)
    assert failed.sightings == ()


def test_a_standby_that_was_seen_once_is_never_forgotten() -> None:
    """It stops answering after the failover, and its last known certificate goes on being judged."""
    soon = leaf("rec.vms.example", ROOT, end=days(40))
    seen = after(TargetState(replace(ENDPOINT, traits=TargetTraits(standby=True))), showing((PLACE, soon)))
    silent = after(seen, ProbeResult(failures=(REFUSED,)), hours=24 * 41)
    assert fingerprints(silent) == fingerprints(seen)
    assert [(one.check, one.severity) for one in silent.findings] == [(Check.EXPIRY, Severity.CRITICAL)]


def test_a_standby_that_was_never_seen_is_no_comfort() -> None:
    """No answer is reported as never seen, not as unreachable."""
    state = after(
        TargetState(replace(ENDPOINT, traits=TargetTraits(standby=True))), ProbeResult(failures=(REFUSED,))
    )
    assert [one.check for one in state.findings] == [Check.NEVER_SEEN]


def test_encryption_is_judged_by_the_last_answer() -> None:
    """A plain answer is a finding where TLS is required, and a failed probe takes nothing back."""
    target = replace(ENDPOINT, traits=TargetTraits(plain_possible=True))
    plain = after(TargetState(target), ProbeResult(encrypted=False))
    failed = after(plain, ProbeResult(failures=(REFUSED,)), hours=2)
    judged = Judge(PathFinder()).again(failed, {}, ANCHORS, NOW + 3 * HOUR)
    found = [[one.check for one in state.findings] for state in (plain, failed, judged)]
    assert found == [[Check.ENCRYPTION]] * 3


def test_the_unreachable_finding_comes_with_the_third_failed_probe() -> None:
    """One or two failed probes are not reported."""
    state = after(TargetState(ENDPOINT), showing((PLACE, leaf("rec.vms.example", ROOT))))
    found = []
    for number in range(2, 5):
        state = after(state, ProbeResult(failures=(REFUSED,)), hours=number)
        found.append(state.unreachable and state.unreachable.check)
    assert found == [None, None, Check.UNREACHABLE]


def test_a_clock_set_forward_during_a_probe_makes_nothing_unreachable() -> None:
    """What has just been seen is not unreachable, though by the clock the probe began hours ago."""
    seen = showing((PLACE, leaf("rec.vms.example", ROOT)))
    observation = Observation(ENDPOINT.id, NOW, timedelta(seconds=1), seen)
    state = Judge(PathFinder()).observed(TargetState(ENDPOINT), observation, ANCHORS, NOW + 6 * HOUR)
    assert state.unreachable is None


def test_a_failure_beside_certificates_is_not_unreachable() -> None:
    """A handshake that fails after the certificates arrived has shown what we came for."""
    seen = replace(
        showing((PLACE, leaf("rec.vms.example", ROOT))),
        failures=(Failure(FailureReason.TLS_ALERT, text("the server refused to go on"), PLACE),),
    )
    state = after(TargetState(ENDPOINT), seen)
    assert (state.up, len(state.failures)) == (True, 1)


def test_one_unreadable_file_costs_only_itself() -> None:
    """The other files are seen anew, the last known certificate of the unreadable one stays."""
    one, two, newer = (leaf(f"{n}.vms.example", ROOT) for n in ("one", "two", "newer"))
    state = after(TargetState(FILES), showing(("/certs/one.pem", one), ("/certs/two.pem", two)))
    failure = Failure(FailureReason.PERMISSION, text("/certs/two.pem cannot be read"), "/certs/two.pem")
    state = after(state, replace(showing(("/certs/one.pem", newer)), failures=(failure,)), hours=2)
    assert [(s.location, s.certificate.subject_cn) for s in state.sightings] == [
        ("/certs/one.pem", "newer.vms.example"),
        ("/certs/two.pem", "two.vms.example"),
    ]
    assert len(state.assessment.paths) == 2


def test_an_unreadable_folder_keeps_everything_below_it() -> None:
    """A failure at a folder is a failure of every file in it."""
    state = after(TargetState(FILES), showing(("/certs/a/one.pem", leaf("one.vms.example", ROOT))))
    failure = Failure(FailureReason.PERMISSION, text("/certs/a cannot be read"), "/certs/a")
    state = after(state, ProbeResult(failures=(failure,)), hours=2)
    assert [s.location for s in state.sightings] == ["/certs/a/one.pem"]


def test_an_unreachable_server_keeps_its_certificates_of_every_key_type() -> None:
    """A failure of a server is one of every key type that it has shown, and of no other port."""
    shown = [
        (f"{location} ({kind})", leaf("rec.vms.example", ROOT))
        for location in (PLACE, PLACE + "3")
        for kind in "RE"
    ]
    state = after(after(TargetState(ENDPOINT), showing(*shown)), ProbeResult(failures=(REFUSED,)), hours=2)
    assert [s.location for s in state.sightings] == [f"{PLACE} (R)", f"{PLACE} (E)"]


def test_a_deleted_file_leaves_at_once() -> None:
    """A file that a good probe no longer sees is not exposed any longer."""
    state = after(TargetState(FILES), showing(("/certs/one.pem", leaf("one.vms.example", ROOT))))
    assert after(state, ProbeResult(), hours=2).sightings == ()


def test_a_replaced_leaf_departs_and_is_counted() -> None:
    """Each good probe without the old leaf counts; two are needed before it is called renewed."""
    old, new = leaf("rec.vms.example", ROOT), leaf("rec.vms.example", ROOT, start=days(-1), end=days(390))
    state = after(TargetState(ENDPOINT), showing((PLACE, old)))
    state = after(state, showing((PLACE, new)), hours=2)
    first = [(d.probes, d.new and d.new.sha256) for d in state.former_leaves]
    state = after(state, showing((PLACE, new)), hours=3)
    new_sha = parse_certificate(new.der).sha256
    assert (first, [d.probes for d in state.former_leaves]) == ([(1, new_sha)], [2])


def test_a_leaf_that_comes_back_has_not_departed() -> None:
    """Two machines behind one name that take turns are no renewal."""
    old, new = leaf("rec.vms.example", ROOT), leaf("rec.vms.example", ROOT)
    state = TargetState(ENDPOINT)
    for number, issued in enumerate((old, new, old), start=1):
        state = after(state, showing((PLACE, issued)), hours=number)
    assert [d.old.sha256 for d in state.former_leaves] == [parse_certificate(new.der).sha256]


def test_a_failed_probe_counts_nobody_as_departed() -> None:
    """What was not seen has not been seen to be gone."""
    old, new = leaf("rec.vms.example", ROOT), leaf("rec.vms.example", ROOT)
    state = after(TargetState(ENDPOINT), showing((PLACE, old)))
    state = after(state, showing((PLACE, new)), hours=2)
    state = after(state, ProbeResult(failures=(REFUSED,)), hours=3)
    assert [d.probes for d in state.former_leaves] == [1]
