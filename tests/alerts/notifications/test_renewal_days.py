"""Alerts about servers on which certificates are being renewed wait, and expiry does not."""

import pytest

from monitor.model import AlertState, Certificate, Check, ReceiverRecord, Snapshot, TargetState
from support.factories.alerts.passes import Passes, said
from support.factories.alerts.world import (
    DAYS,
    NOW,
    STARTED,
    certificate,
    ending,
    finding,
    picture,
    seen,
    unreachable,
)

SOON = certificate(1, 20)


def passes(*renewing: str) -> Passes:
    """Return passes for one receiver that has its inventory, while these hosts are worked on."""
    made = Passes({"a": ReceiverRecord("a", inventory_at=STARTED)})
    made.renewing = frozenset(f"endpoint:{one}" for one in renewing)
    return made


def notified(over: Passes, snapshot: Snapshot, days: float = 0) -> list[tuple[str, str]]:
    """Return reason and title of each item of one pass."""
    (mine,) = over.decide(snapshot, NOW + days * DAYS).receivers
    return said(mine.items)


def wrong(where: str, shown: Certificate) -> TargetState:
    """Return a target whose certificate is critically wrong in some other way than by its expiry."""
    return seen(where, shown, finding(Check.NAME, shown, where))


def fine(where: str) -> TargetState:
    """Return a target with nothing wrong."""
    return seen(where, certificate(3))


@pytest.mark.parametrize(
    "state",
    [unreachable(fine("rec:7563")), wrong("rec:7563", certificate(7)), wrong("rec:9001", certificate(7))],
)
def test_what_is_wrong_at_the_server_waits(state: TargetState) -> None:
    """Also at its other ports; it is on the board as waiting, and notified once the work is over."""
    over, shown = passes("rec:7563"), picture(fine("rec:7563"), state)
    assert notified(over, shown) == []
    assert [one.state for one in over.last.groups] == [AlertState.WAITING]
    over.renewing = frozenset()
    assert notified(over, shown, 0.5) == [("first", state.target.location)]
    assert [one.state for one in over.last.groups] == [AlertState.ACTIVE]


def test_expiry_never_waits() -> None:
    """What expires does so whatever is being worked on."""
    over = passes("rec:7563")
    assert notified(over, picture(ending("rec:7563", SOON))) == [("first", "rec:7563")]
    assert [one.state for one in over.last.groups] == [AlertState.ACTIVE]


def test_a_revocation_does_not_wait() -> None:
    """It is no consequence of the work either."""
    shown = certificate(4)
    over = passes("rec:7563")
    revoked = seen("rec:7563", shown, finding(Check.REVOKED, shown, "rec:7563"))
    assert notified(over, picture(revoked)) == [("first", "rec:7563")]


def test_other_servers_do_not_wait() -> None:
    """The work of one server hides nothing of another."""
    over = passes("rec:7563")
    shown = picture(wrong("rec:7563", certificate(7)), wrong("other:443", certificate(8)))
    assert notified(over, shown) == [("first", "other:443")]


def test_what_is_not_about_these_servers_alone_does_not_wait() -> None:
    """An alert of a certificate at two servers is notified while one of them is worked on."""
    over, shared = passes("rec:7563"), certificate(9, 20)
    ca = certificate(10, 20, name="CA", ca=True)
    both = [
        seen(where, shared, finding(Check.WEAK_KEY, ca, where), above=(ca,)) for where in ("rec:7563", "b:1")
    ]
    assert [reason for reason, _ in notified(over, picture(*both))] == ["first"]


def test_what_was_notified_before_and_lasts_is_notified_again() -> None:
    """The end of the work says that it was not solved."""
    over, shown = passes(), picture(wrong("rec:7563", certificate(7)))
    assert notified(over, shown) == [("first", "rec:7563")]
    over.renewing = frozenset({"endpoint:rec:7563"})
    assert notified(over, shown, 8) == []
    over.renewing = frozenset()
    assert notified(over, shown, 8.1) == [("released", "rec:7563")]


def test_what_the_work_solved_is_notified_as_resolved() -> None:
    """Good news of what was notified before do not wait, and what only opened meanwhile is never notified."""
    over, old = passes(), wrong("rec:7563", certificate(7))
    notified(over, picture(old, fine("rec:9001")))
    over.renewing = frozenset({"endpoint:rec:7563"})
    assert notified(over, picture(old, unreachable(fine("rec:9001"))), 0.1) == []
    solved = picture(fine("rec:7563"), fine("rec:9001"))
    assert [reason for reason, _ in notified(over, solved, 0.2)] == ["resolved"]
    over.renewing = frozenset()
    assert notified(over, solved, 0.3) == []


def test_a_removed_target_keeps_nothing_back() -> None:
    """A day whose targets are not watched any more has no servers."""
    assert notified(passes("gone:1"), picture(wrong("rec:7563", certificate(7)))) == [("first", "rec:7563")]
