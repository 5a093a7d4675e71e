"""One damaged item of a collection is a finding at its location; the target stays up."""

from dataclasses import replace

from monitor.assess import PathFinder
from monitor.assess.texts import damaged
from monitor.model import (
    Check,
    Failure,
    FailureReason,
    Finding,
    Policy,
    ProbeResult,
    Severity,
    Target,
    TargetState,
    text,
)
from monitor.pipeline.judge import Judge
from support.factories.pipeline.judged_probes import ANCHORS, ENDPOINT, PLACE, ROOT, after, showing
from support.pki import NOW, days, leaf

GOOD, OTHER = leaf("good.example", ROOT), leaf("other.example", ROOT)
FOLDER = Target("files:web", "files", "/etc/ssl/*.pem", None, collection=True)
WHY = text("/etc/ssl/b.pem: block 1: its base64 text is damaged")
BROKEN = Failure(FailureReason.BAD_CERTIFICATE, WHY, "/etc/ssl/b.pem")
GONE = Failure(FailureReason.NOT_FOUND, text("/etc/ssl/c.pem does not exist"), "/etc/ssl/c.pem")
FOUND = Finding(Check.DAMAGED, Severity.WARNING, damaged(why=WHY), location="/etc/ssl/b.pem")


def broken(*failures: Failure) -> ProbeResult:
    """Return a probe that read one file and found another one damaged."""
    isolated = frozenset({BROKEN.location})
    return replace(showing(("/etc/ssl/a.pem", GOOD)), failures=failures or (BROKEN,), isolated=isolated)


def findings(state: TargetState) -> list[Finding]:
    """Return the findings about damage and reachability."""
    return [one for one in state.findings if one.check in (Check.DAMAGED, Check.UNREACHABLE)]


def test_the_target_stays_up_and_says_what_is_damaged() -> None:
    """However long it lasts, it is a warning about that file."""
    state = TargetState(FOLDER)
    for hour in range(1, 20):
        state = after(state, broken(), hours=hour)
    assert (state.up, state.failures, findings(state)) == (True, (BROKEN,), [FOUND])


def test_what_was_known_of_the_file_is_kept() -> None:
    """A damaged file may still be what a server has loaded."""
    before = after(TargetState(FOLDER), showing(("/etc/ssl/a.pem", GOOD), ("/etc/ssl/b.pem", OTHER)))
    state = after(before, broken(), hours=2)
    assert [one.location for one in state.sightings] == ["/etc/ssl/a.pem", "/etc/ssl/b.pem"]


def test_it_is_over_when_the_file_is_read_again() -> None:
    """Repaired or removed: both are no damage."""
    state = after(TargetState(FOLDER), broken())
    for seen in (
        showing(("/etc/ssl/a.pem", GOOD)),
        showing(("/etc/ssl/a.pem", GOOD), ("/etc/ssl/b.pem", OTHER)),
    ):
        assert findings(after(state, seen, hours=2)) == []


def test_it_begins_although_nothing_else_changed() -> None:
    """What is seen of the other files is the same as before."""
    state = after(after(TargetState(FOLDER), showing(("/etc/ssl/a.pem", GOOD))), broken(), hours=2)
    assert findings(state) == [FOUND]


def test_it_is_judged_again_from_what_is_recorded() -> None:
    """After a restart the failures are known, not the probe."""
    state = after(TargetState(FOLDER), broken())
    assert findings(Judge(PathFinder()).again(state, {}, ANCHORS, NOW)) == [FOUND]


def test_a_target_that_is_down_says_why_in_one_finding() -> None:
    """With another failure the target is unreachable, and that finding names the reasons."""
    state = TargetState(FOLDER)
    for hour in range(1, 5):
        state = after(state, broken(BROKEN, GONE), hours=hour)
    assert (state.up, [one.check for one in findings(state)]) == (False, [Check.UNREACHABLE])


def test_nothing_read_is_unreachable() -> None:
    """A folder of damaged files alone is not seen at all."""
    state = after(TargetState(FOLDER), ProbeResult(failures=(BROKEN,), isolated=frozenset({BROKEN.location})))
    assert (state.up, findings(state)) == (False, [])


def test_problems_of_one_file_are_one_finding() -> None:
    """Two damaged blocks in it are two failures."""
    second = replace(BROKEN, message=text("/etc/ssl/b.pem: block 2: it has no end mark"))
    (found,) = findings(after(TargetState(FOLDER), broken(BROKEN, second)))
    assert "block 1" in str(found.message)
    assert "block 2" in str(found.message)


def test_it_can_be_switched_off() -> None:
    """As every check."""
    quiet = replace(FOLDER, policy=Policy(checks=((Check.DAMAGED, None),)))
    assert findings(after(TargetState(quiet), broken())) == []


def test_it_changes_nothing_about_the_others() -> None:
    """The certificate that was read is judged as ever."""
    soon = leaf("soon.example", ROOT, end=days(3))
    shown = showing(("/etc/ssl/a.pem", soon))
    seen = replace(broken(), sightings=shown.sightings, ders=shown.ders)
    state = after(TargetState(FOLDER), seen)
    assert {one.check for one in state.findings} == {Check.EXPIRY, Check.DAMAGED}


def test_damage_in_one_file() -> None:
    """A kubeconfig of which the client's certificate is damaged is read in part as well."""
    file = "/root/.kube/config"
    target = Target("files:kube", "files", file, None)
    failure = Failure(FailureReason.BAD_CERTIFICATE, text("its base64 text is damaged"), file)
    shown = showing((f"{file}#clusters[0].cluster.certificate-authority-data", ROOT))
    state = after(TargetState(target), replace(shown, failures=(failure,)))
    assert (state.up, [(one.check, one.location) for one in findings(state)]) == (
        True,
        [(Check.DAMAGED, file)],
    )


def test_a_server_has_no_items() -> None:
    """One bad certificate among those that it sends is reported as the failure that it is."""
    failure = replace(BROKEN, location=PLACE)
    seen = replace(showing((PLACE, leaf("rec.vms.example", ROOT))), failures=(failure,))
    assert after(TargetState(ENDPOINT), seen).findings == ()
