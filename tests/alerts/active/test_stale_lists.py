"""Notifications about target lists that could not be fetched or are too long."""

from dataclasses import replace

import pytest

from monitor.model import (
    AlertKey,
    Check,
    DiscoveryState,
    Failure,
    FailureReason,
    Scope,
    Severity,
    Snapshot,
    text,
)
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    NOW,
    Decided,
    certificate,
    decide,
    finding,
    news,
    picture,
    seen,
    steps,
    target,
)
from support.written import written

LIST = "windows_report:/srv/certificates"
GONE = (Failure(FailureReason.NOT_FOUND, text("/srv/certificates does not exist")),)
FAILING = DiscoveryState(LIST, asked_at=NOW, failed=3, failures=GONE)
HAD = DiscoveryState(LIST, asked_at=NOW, succeeded_at=NOW, found=1)
CALM = seen("a:443", certificate(1))


def with_list(discovery: DiscoveryState, *, borne: bool = False) -> Snapshot:
    """Return a picture with one list; ``borne`` when a target of it bears the finding."""
    state = seen("REC01.json", certificate(2), on=replace(target("REC01.json"), origin=LIST))
    about = replace(
        finding(Check.DISCOVERY_STALE, None, "REC01.json", Severity.WARNING),
        shared_alert=AlertKey(Check.DISCOVERY_STALE, Scope.DISCOVERY, LIST),
    )
    shown = picture(CALM, *([state] if borne else []))
    correlated = {state.target.id: (about,)} if borne and discovery.failed else {}
    return replace(shown, discoveries={LIST: discovery}, correlated=correlated)


def log(snapshot: Snapshot) -> Decided:
    """Return what is reported about a picture."""
    return decide(snapshot, {}, NOW, monitor_state=AFTER_INVENTORY)


@pytest.mark.parametrize(
    ("failed", "expected"),
    [(2, []), (3, [("first", "warning", LIST)]), (12, [("first", "critical", LIST)])],
)
def test_list_that_was_never_fetched_is_reported(failed: int, expected: list[tuple[str, str, str]]) -> None:
    """A folder that is missing from the start gives no target that could report it."""
    assert news(log(with_list(replace(FAILING, failed=failed)))) == expected


def test_what_is_said_of_it() -> None:
    """It says why, that nothing is watched, and where the list comes from."""
    (item,) = log(with_list(FAILING)).items
    assert (tuple(map(written, item.messages)), [one.location for one in item.locations]) == (
        (
            (
                f"the target list of {LIST} could not be fetched 3 times in a row ("
                "/srv/certificates does not exist); it was never fetched; nothing of it is watched"
            ),
        ),
        [LIST],
    )


def test_list_is_not_reported_as_one_of_its_targets() -> None:
    """The target that has the finding is not affected more than the others."""
    (item,) = log(with_list(replace(FAILING, found=1), borne=True)).items
    assert [(one.title, one.location) for one in item.locations] == [(LIST, LIST)]


@pytest.mark.parametrize("borne", [False, True])
def test_list_that_was_fetched_again_is_reported(borne: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    """The resolution is reported once."""
    decisions = steps(
        (with_list(FAILING, borne=borne), NOW), (with_list(HAD, borne=True), NOW), (with_list(HAD), NOW)
    )
    assert [news(one) for one in decisions] == [
        [("first", "warning", LIST)],
        [("resolved", "", LIST)],
        [],
    ]


def test_list_with_too_many_targets() -> None:
    """What finds no room is one alert about the list, resolved once everything is watched."""
    long = replace(HAD, found=0, left_out=7)
    decisions = steps(
        (with_list(long), NOW), (with_list(long), NOW), (with_list(HAD), NOW), (with_list(HAD), NOW)
    )
    assert [news(one) for one in decisions] == [
        [("first", "warning", LIST)],
        [],
        [("resolved", "", LIST)],
        [],
    ]
    (item,) = log(with_list(long)).items
    assert written(item.messages[0]) == (
        f"{LIST} finds more targets than limits.targets allows: 7 are not watched; raise it, or split "
        "the list between two monitors"
    )
