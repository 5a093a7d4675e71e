"""A target list that cannot be fetched: reported once, over restarts too, and resolved only when fetched."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from monitor.assess import correlate
from monitor.model import AlertKey, DiscoveryState, Failure, FailureReason, Snapshot, text
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    Row,
    apply,
    certificate,
    decide,
    news,
    picture,
    seen,
)

SITE = "xprotect_site:https://vms01"
REFUSED = (Failure(FailureReason.UNAUTHORIZED, text("the login was refused")),)
FAILING = DiscoveryState(SITE, "endpoint:vms01:443", asked_at=NOW, failed=3, failures=REFUSED)
HAD = replace(FAILING, succeeded_at=NOW, failed=0, failures=())
RESTARTED = DiscoveryState(SITE, succeeded_at=NOW - DAYS)


def site(*lists: DiscoveryState) -> Snapshot:
    """Return a picture of one healthy endpoint whose list of neighbours is in this state."""
    plain = replace(picture(seen("vms01:443", certificate(1))), discoveries={one.id: one for one in lists})
    return replace(plain, correlated=correlate(plain, NOW))


def log(*snapshots: Snapshot) -> Iterator[list[tuple[str, str, str]]]:
    """Yield the news of each picture, each stored before the next."""
    rows: Mapping[AlertKey, Row] = {}
    for snapshot in snapshots:
        decision = decide(snapshot, rows, NOW, monitor_state=AFTER_INVENTORY)
        rows = apply(rows, decision)
        yield news(decision)


@pytest.mark.parametrize(
    "later",
    [RESTARTED, replace(FAILING, failed=1), replace(FAILING, failed=0)],
    ids=["not asked yet", "failing again", "not finished"],
)
def test_a_restart_does_not_call_a_stale_list_resolved(later: DiscoveryState) -> None:
    """Until the list is fetched again it is neither reported as resolved nor reported a second time."""
    _, after, again = log(site(FAILING), site(later), site(FAILING))
    assert (after, again) == ([], [])


def test_a_list_that_is_fetched_again_is_resolved() -> None:
    """The first complete answer resolves it."""
    _, after = log(site(FAILING), site(HAD))
    assert [why for why, _, _ in after] == ["resolved"]


def test_a_list_that_nobody_wants_any_more_is_forgotten_silently() -> None:
    """A discovery that left the configuration is not resolved, and is reported again if it comes back."""
    first, after, again = log(site(FAILING), site(), site(FAILING))
    assert (after, again) == ([], first)
