"""What was judged already is judged again only when time, policy or anchors ask for it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from monitor.assess import PathFinder
from monitor.model import Anchor, Anchors, Check, Observation, Policy, ProbeResult, Severity, TargetState
from monitor.parse import parse_certificate
from monitor.pipeline.judge import Judge, stale
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
from support.pki import NOW, authority, days, leaf
from support.written import written


def test_judging_again_needs_no_bytes_while_paths_hold() -> None:
    """Time alone moves an expiry finding from nothing to critical."""
    state = after(TargetState(ENDPOINT), showing((PLACE, leaf("rec.vms.example", ROOT, end=days(100)))))
    later = days(95)
    again = Judge(PathFinder()).again(state, {}, ANCHORS, later)
    assert (stale(state, later), state.severity, again.severity) == (False, Severity.OK, Severity.CRITICAL)


def test_judging_again_after_an_end_asks_for_the_bytes() -> None:
    """A path holds only until a certificate of its pool ends."""
    issued = leaf("rec.vms.example", ROOT, end=days(10))
    state = after(TargetState(ENDPOINT), showing((PLACE, issued)))
    later = days(11)
    ders: Mapping[str, bytes] = {parse_certificate(issued.der).sha256: issued.der}
    again = Judge(PathFinder()).again(state, ders, ANCHORS, later)
    assert stale(state, later)
    assert [finding.check for finding in again.findings if finding.check is not Check.UNREACHABLE] == [
        Check.EXPIRY
    ]


def test_a_policy_decides_how_long_nothing_is_forgotten() -> None:
    """forget_after is the policy's."""
    target = replace(ENDPOINT, policy=Policy(forget_after=2 * HOUR))
    seen = after(TargetState(target), showing((PLACE, leaf("rec.vms.example", ROOT))))
    kept = after(seen, ProbeResult(failures=(REFUSED,)), hours=2)
    gone = after(kept, ProbeResult(failures=(REFUSED,)), hours=4)
    assert (len(kept.sightings), len(gone.sightings)) == (1, 0)


def test_the_same_again_is_not_judged_again() -> None:
    """A healthy target that shows the same keeps its assessment and its sightings, and their memory."""
    good = leaf("rec.vms.example", ROOT)
    first = after(TargetState(ENDPOINT), showing((PLACE, good)))
    second = after(first, showing((PLACE, good)), hours=2)
    assert second.assessment is first.assessment
    assert second.sightings is first.sightings
    assert second.probed_at == NOW + 2 * HOUR


def test_a_margin_that_is_reached_is_judged() -> None:
    """The same certificate is another matter after the instant at which its assessment changes."""
    issued = leaf("rec.vms.example", ROOT, start=days(-300), end=days(40))
    quiet = after(TargetState(ENDPOINT), showing((PLACE, issued)))
    later = after(quiet, showing((PLACE, issued)), hours=24 * 11)
    assert [[one.check for one in state.findings] for state in (quiet, later)] == [[], [Check.EXPIRY]]


def test_a_finding_counts_its_days_anew() -> None:
    """What is reported today is not reported in yesterday's words."""
    issued = leaf("rec.vms.example", ROOT, start=days(-300), end=days(20))
    first = after(TargetState(ENDPOINT), showing((PLACE, issued)), hours=1)
    second = after(first, showing((PLACE, issued)), hours=25)
    sentences = [
        written(state.findings[0], at).partition(" (")[0]
        for state, at in ((first, NOW + timedelta(hours=1)), (second, NOW + timedelta(hours=25)))
    ]
    assert [text.rpartition("expires in ")[2] for text in sentences] == ["19 days", "18 days"]


def test_a_clock_that_was_set_back_is_judged_by_its_new_time() -> None:
    """A certificate that was valid by the wrong clock is not valid yet by the right one."""
    issued = leaf("rec.vms.example", ROOT, start=days(5), end=days(400))
    wrong = after(TargetState(ENDPOINT), showing((PLACE, issued)), hours=24 * 6)
    right = after(wrong, showing((PLACE, issued)), hours=1)
    found = [[one.check for one in state.findings] for state in (wrong, right)]
    assert found == [[], [Check.NOT_YET_VALID]]


def test_another_ca_bundle_judges_anew() -> None:
    """A CA that is no longer trusted is a finding though the server shows the same."""
    issued = leaf("rec.vms.example", ROOT)
    known = after(TargetState(ENDPOINT), showing((PLACE, issued)))
    at = NOW + 2 * HOUR
    observation = Observation(ENDPOINT.id, at, timedelta(seconds=1), showing((PLACE, issued)))
    other = authority("Other Root")
    others = Anchors.of([Anchor(parse_certificate(other.der), other.der, "other.pem")])
    state = Judge(PathFinder()).observed(known, observation, others, at)
    assert [one.check for one in state.findings] == [Check.TRUST]


def test_what_could_not_be_recorded_keeps_its_path_when_judged_again() -> None:
    """Its bytes are missing while the disk is full: that it has ended meanwhile must show all the same."""
    first, second = leaf("one.vms.example", ROOT, end=days(3)), leaf("two.vms.example", ROOT, end=days(3))
    known = after(TargetState(ENDPOINT), showing((PLACE, first), ("other:443", second)))
    recorded = {parse_certificate(first.der).sha256: first.der}
    state = Judge(PathFinder()).again(known, recorded, ANCHORS, days(4))
    ended = [(one.location, one.severity) for one in state.findings if one.check is Check.EXPIRY]
    assert sorted(ended) == [("other:443", Severity.CRITICAL), (PLACE, Severity.CRITICAL)]
