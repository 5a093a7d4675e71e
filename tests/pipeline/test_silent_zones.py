"""While nothing is heard of a zone, its targets stay what they were."""

from dataclasses import replace
from datetime import timedelta

from monitor.assess import PathFinder
from monitor.model import Check, TargetState
from monitor.pipeline.judge import Judge
from support.factories.pipeline.judged_probes import ENDPOINT, PLACE, ROOT, after, showing
from support.pki import NOW, leaf

DAY = timedelta(days=1)
SEEN = after(TargetState(replace(ENDPOINT, zone="dmz")), showing((PLACE, leaf("rec.vms.example", ROOT))))


def test_no_target_of_a_silent_zone_becomes_unreachable() -> None:
    """The zone is one alert; the time of its silence does not count afterwards either."""
    judge = Judge(PathFinder())
    later = NOW + DAY
    before = judge.unreachable(SEEN, later)
    assert before is not None
    assert before.check is Check.UNREACHABLE
    judge.note_silent_zones(frozenset({"dmz"}), NOW)
    assert judge.unreachable(SEEN, later) is None
    judge.note_silent_zones(frozenset(), later)
    assert judge.unreachable(SEEN, later + timedelta(minutes=1)) is None
    assert judge.unreachable(SEEN, later + DAY) is not None


def test_what_was_unreachable_before_stays_so() -> None:
    """Silence is no good news."""
    judge = Judge(PathFinder())
    gone = replace(SEEN, unreachable=judge.unreachable(SEEN, NOW + DAY))
    judge.note_silent_zones(frozenset({"dmz"}), NOW)
    assert judge.unreachable(gone, NOW + DAY) == gone.unreachable


def test_other_zones_go_on() -> None:
    """Each has its own line."""
    judge = Judge(PathFinder())
    judge.note_silent_zones(frozenset({"yard"}), NOW)
    assert judge.unreachable(SEEN, NOW + DAY) is not None


def test_a_center_that_no_zone_reports_to_says_nothing_of_their_targets() -> None:
    """Agents and workers are the leader's while it has no database; its own targets are judged as ever."""
    judge = Judge(PathFinder())
    judge.without_zones = True
    here = replace(SEEN, target=replace(SEEN.target, zone=""))
    assert judge.unreachable(SEEN, NOW + DAY) is None
    assert judge.unreachable(here, NOW + DAY) is not None


def test_only_the_time_counts_until_a_zone_was_heard_of_last() -> None:
    """An agent that is frozen is noticed later than three short intervals have passed without checks."""
    judge = Judge(PathFinder())
    judge.heard_at = lambda zone: NOW + timedelta(seconds=10) if zone == "dmz" else None
    assert judge.unreachable(SEEN, NOW + DAY) is None
    judge.heard_at = lambda _: NOW + DAY
    assert judge.unreachable(SEEN, NOW + DAY) is not None


def test_what_waits_for_a_worker_is_not_unreachable() -> None:
    """Nobody tried to reach it: the queue or its workers are away, which is said elsewhere."""
    judge = Judge(PathFinder())
    judge.waits = lambda target_id: target_id == SEEN.target.id
    before = judge.unreachable(SEEN, NOW + DAY)
    judge.waits = lambda _: False
    assert (before, judge.unreachable(SEEN, NOW + DAY)) != (None, None)
    assert before is None
