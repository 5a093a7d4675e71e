"""The rows of the list of targets: state, order and what is wrong."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from monitor.alerts import alerts_of_target
from monitor.alerts.summarize import count_targets, targets_in_need
from monitor.assess import unreachability
from monitor.assess.texts import damaged
from monitor.model import Check, Failure, FailureReason, Finding, Severity, Snapshot, TargetState, text
from monitor.web.queries.cache.row_index import RowIndex
from monitor.web.queries.lists.listing import Selection, ordered, select
from monitor.web.queries.targets.rows import STATES, TARGET_ROWS, TARGETS, TargetRow, problems_of
from support.factories.web.fakes import NOW, endpoint, pending, snapshot, standby, unreachable
from support.written import written


def alerted(*states: TargetState) -> Snapshot:
    """Return a snapshot with the alerts about each target."""
    found = [one for state in states for one in alerts_of_target(state, NOW)]
    return replace(snapshot(*states), alerts=tuple(found))


def rows(shown: Snapshot, **chosen: str) -> Sequence[TargetRow]:
    """Return the rows in order."""
    found = RowIndex(TARGET_ROWS).rows(shown, NOW).rows
    selection = Selection({name: (value,) for name, value in chosen.items()})
    return list(ordered(TARGETS, select(TARGETS, found, selection).rows, selection))


def problems(state: TargetState) -> tuple[str, ...]:
    """Return what is said to be wrong with a target."""
    return tuple(written(one) for one in problems_of(state, state.findings))


EVERY = (
    pending("new"),
    endpoint("far", 90),
    standby("failover"),
    endpoint("expired", -3, sentence="it expired"),
    unreachable("gone"),
    endpoint("near", 5, sentence="it expires"),
)


def test_order() -> None:
    """What needs action comes first, the worst of it before; then what was not reached."""
    assert [(one.title, one.states[0], one.levels[0]) for one in rows(alerted(*EVERY))] == [
        ("expired:443", "need_action", "expired"),
        ("near:443", "need_action", "critical"),
        ("gone:443", "unreachable", "critical"),
        ("new:443", "not_checked", "ok"),
        ("failover:443", "standby", "warning"),
        ("far:443", "fine", "ok"),
    ]


def test_states_agree_with_the_numbers_of_the_first_page() -> None:
    """Each number leads to as many rows."""
    shown = alerted(*EVERY)
    counts = count_targets(shown, targets_in_need(shown.alerts))
    assert {state: len(rows(shown, state=state)) for state in STATES} == {
        state: getattr(counts, state) for state in STATES
    }


def test_problems() -> None:
    """Findings are its problems, the worst first."""
    assert problems(unreachable("gone")) == ("gone was not reached 4 times in a row",)
    mild = Finding(Check.INCONSISTENT, Severity.WARNING, text("two leaves"))
    state = endpoint("a", 5, sentence="it expires")
    found = [written(one) for one in problems_of(state, (mild, *state.findings))]
    assert found == ["it expires", "two leaves"]


def test_standby_is_no_outage() -> None:
    """A standby server that does not answer shows no failures."""
    assert problems(standby("failover")) == ("it stands by",)


def test_standby_with_a_wrong_name_says_so() -> None:
    """A failure other than no answer is shown of a standby server as well."""
    assert problems(standby("failover", FailureReason.DNS)) == ("it stands by", "said why")


def test_failure_that_a_finding_names_is_shown_once() -> None:
    """The finding of an unreachable target includes the reasons."""
    gone = unreachable("gone")
    finding = unreachability(replace(gone, watched_since=NOW), NOW)
    assert finding is not None
    assert problems(replace(gone, unreachable=finding)) == (written(finding),)


def test_failures_that_a_finding_leaves_out_are_shown() -> None:
    """The finding names the first three only."""
    failures = tuple(Failure(FailureReason.TIMEOUT, text(f"address {n}")) for n in range(5))
    state = replace(unreachable("gone"), failures=failures, succeeded_at=NOW)
    finding = unreachability(state, NOW.replace(year=2027))
    assert problems(replace(state, unreachable=finding))[1:] == ("address 3", "address 4")


def test_a_damaged_file_is_said_once() -> None:
    """The finding includes the failure, which is not said again."""
    why = text("/etc/b.pem: block 1: its base64 text is damaged")
    failure = Failure(FailureReason.BAD_CERTIFICATE, why, "/etc/b.pem")
    state = endpoint("a", 90)
    found = Finding(Check.DAMAGED, Severity.WARNING, damaged(why=why), location="/etc/b.pem")
    state = replace(
        state,
        target=replace(state.target, kind="files", collection=True),
        failures=(failure,),
        assessment=replace(state.assessment, findings=(found,)),
    )
    assert len(problems(state)) == 1


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"check": "unreachable"}, ["gone:443"]),
        ({"level": "ok"}, ["new:443", "far:443"]),
        ({"site": "harbour", "level": "ok"}, ["far:443"]),
        ({"issuer": "VMS CA", "state": "fine"}, ["far:443"]),
    ],
)
def test_filters(chosen: dict[str, str], found: list[str]) -> None:
    """By what is known of targets."""
    assert [one.title for one in rows(alerted(*EVERY), **chosen)] == found
