"""What is done first, which alerts are one entry, and how targets are counted, for mails and pages alike."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts import NotificationItem, NotifyReason
from monitor.alerts.summarize import OF_CA, bundled, count_levels, count_targets, depends_on, summarize
from monitor.model import AlertGroup, AlertLevel, AlertLocation, Check, Severity, Snapshot
from monitor.web.queries.overview import overview, target_facts
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    MonitorState,
    certificate,
    decide,
    picture,
)
from support.factories.delivery.mail_samples import contents, site

_BAD = (Check.EXPIRY, Check.TRUST, Check.CA_EXPIRY, Check.NAME, Check.UNREACHABLE, Check.NEVER_SEEN)


def item(
    number: int,
    check: Check = Check.EXPIRY,
    level: AlertLevel | None = AlertLevel.WARNING,
    *,
    at: Sequence[str] = (),
    days: float = 20,
    low: bool = False,
    since: datetime | None = NOW,
) -> NotificationItem:
    """Return an item about a certificate at some locations."""
    places = tuple(AlertLocation(where, where) for where in at or (f"h{number}:443",))
    shown = certificate(number, days, ca=check in OF_CA)
    return NotificationItem(
        NotifyReason.FIRST, level, (check,), f"item {number}", (), places, shown, since=since, low_impact=low
    )


def titles(entries: Sequence[object]) -> list[str]:
    """Return the titles of entries in order."""
    return [entry.first.title for entry in entries]  # type: ignore[attr-defined]


def test_expired_and_critical_come_first() -> None:
    """The worst first, and of one level what expires first."""
    items = [
        item(1),
        item(2, level=AlertLevel.CRITICAL, days=3),
        item(3, level=AlertLevel.EXPIRED, days=-1),
        item(4, level=AlertLevel.CRITICAL, days=2),
    ]
    summary = summarize(items)
    assert titles(summary.do_first) == ["item 3", "item 4", "item 2"]
    assert titles(summary.then) == ["item 1"]
    assert [entry.number for entry in summary.entries] == [1, 2, 3, 4]


def test_a_ca_comes_before_what_depends_on_it() -> None:
    """Also where what depends on it expired already, and says so with its number."""
    ca = item(9, Check.CA_EXPIRY, at=("a:1", "b:1"), days=80)
    summary = summarize(
        [item(1, level=AlertLevel.EXPIRED, at=("a:1",), days=-1), item(2, at=("b:1",)), ca, item(3)]
    )
    assert titles(summary.do_first) == ["item 9", "item 1"]
    assert [(one.first.title, one.number, one.after) for one in summary.entries] == [
        ("item 9", 1, 0),
        ("item 1", 2, 1),
        ("item 2", 3, 1),
        ("item 3", 4, 0),
    ]


def test_only_what_is_renewed_waits_for_the_ca() -> None:
    """A private key that is missing has nothing to do with the CA's life."""
    ca = item(9, Check.CA_EXPIRY, at=("a:1",))
    summary = summarize([ca, item(1, Check.KEY_MISSING, at=("a:1",))])
    assert [one.after for one in summary.then] == [0]


def test_the_upper_of_two_cas_comes_first() -> None:
    """An intermediate CA is issued by the one above it."""
    root, lower = (
        item(8, Check.CA_EXPIRY, days=90, at=("a:1",)),
        item(9, Check.CA_EXPIRY, days=10, at=("a:1",)),
    )
    assert lower.certificate is not None
    assert root.certificate is not None
    below = replace(lower, certificate=replace(lower.certificate, issuer=root.certificate.subject))
    assert titles(summarize([below, root]).do_first) == ["item 8", "item 9"]


def test_cas_that_issued_each_other_are_both_there() -> None:
    """Cross-certificates make a circle, which is no reason to lose one of them."""
    one, two = item(1, Check.CA_EXPIRY), item(2, Check.CA_EXPIRY)
    assert one.certificate is not None
    assert two.certificate is not None
    one = replace(one, certificate=replace(one.certificate, issuer=two.certificate.subject))
    two = replace(two, certificate=replace(two.certificate, issuer=one.certificate.subject))  # type: ignore[union-attr]
    assert sorted(titles(summarize([one, two]).do_first)) == ["item 1", "item 2"]


def test_low_impact_is_last_and_has_no_number() -> None:
    """However bad it is."""
    camera = item(1, level=AlertLevel.EXPIRED, days=-9, low=True)
    summary = summarize([camera, item(2), item(3, level=AlertLevel.CRITICAL)])
    assert titles(summary.do_first) == ["item 3"]
    assert [(one.first.title, one.number, one.low_impact) for one in summary.then] == [
        ("item 2", 2, False),
        ("item 1", 0, True),
    ]


def test_unreachable_and_standby_have_sections_of_their_own() -> None:
    """They need another kind of action."""
    summary = summarize([item(1, Check.UNREACHABLE, AlertLevel.CRITICAL), item(2, Check.NEVER_SEEN)])
    assert (titles(summary.unreachable), titles(summary.standby)) == (["item 1"], ["item 2"])
    assert summary.do_first + summary.then == ()


@pytest.mark.parametrize(("number", "entries"), [(19, 19), (20, 1), (60, 1)])
def test_twenty_alike_are_one_entry(number: int, entries: int) -> None:
    """Of one check and issuer, within a day."""
    several = [item(one, days=one, since=NOW - timedelta(minutes=one)) for one in range(1, number + 1)]
    summary = summarize(several)
    assert len(summary.then) == entries
    assert sum(len(one.alerts) for one in summary.then) == number
    assert summary.then[0].first.title == "item 1"


def test_what_began_at_different_times_is_not_one_entry() -> None:
    """Twenty in a month are twenty stories."""
    assert len(bundled([item(one, since=NOW - one * DAYS) for one in range(30)])) == 30


def test_another_check_or_issuer_is_another_entry() -> None:
    """Nineteen of one kind stay apart, however many there are of another."""
    expiring, untrusted = [item(one) for one in range(19)], [item(one, Check.TRUST) for one in range(50, 75)]
    assert sorted(map(len, bundled(expiring + untrusted))) == [1] * 19 + [25]


LEVELS = st.sampled_from([*AlertLevel, None])
ITEMS = st.lists(
    st.builds(
        item,
        st.integers(1, 60),
        st.sampled_from(_BAD),
        LEVELS,
        at=st.lists(st.sampled_from([f"h{n}:443" for n in range(6)]), max_size=3),
        days=st.integers(-5, 400),
        low=st.booleans(),
        since=st.sampled_from([None, NOW, NOW - 9 * DAYS]),
    ),
    max_size=60,
)


@given(ITEMS)
def test_each_alert_is_in_one_entry(items: list[NotificationItem]) -> None:
    """None is lost, none is there twice, and good news is in none."""
    shown = [one for entry in summarize(items).entries for one in entry.alerts]
    assert sorted(map(id, shown)) == sorted(id(one) for one in items if one.level is not None)


@given(ITEMS)
def test_order_holds(items: list[NotificationItem]) -> None:
    """Every CA is before what depends on it but for what is of low impact, and numbers count on."""
    summary = summarize(items)
    entries = summary.do_first + summary.then
    numbers = [one.number for one in entries if one.number]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [one.low_impact for one in entries] == sorted(one.low_impact for one in entries)
    for place, entry in enumerate(entries):
        later = [ca.first for ca in entries[place + 1 :] if ca.first.check in OF_CA and len(ca.alerts) == 1]
        cycle = entry.first.check in OF_CA
        assert (
            entry.low_impact or cycle or not any(depends_on(entry.first, ca) for ca in later if not _low(ca))
        )


def _low(ca: NotificationItem) -> bool:
    return ca.low_impact


@given(ITEMS)
def test_levels_add_up(items: list[NotificationItem]) -> None:
    """Each alert is counted once."""
    assert sum(count_levels(items).values()) == sum(one.level is not None for one in items)


def needing(snapshot: Snapshot, groups: Sequence[AlertGroup]) -> set[str]:
    """Return the targets with an alert that needs action, by what is on the board."""
    several = [one for one in groups if one.check not in (Check.UNREACHABLE, Check.NEVER_SEEN)]
    return {target for one in several for target in one.targets}


def test_the_inventory_counts_what_page_and_metrics_count() -> None:
    """Each target once, and the same numbers of unreachable ones and of those with an alert."""
    inventory, snapshot = contents()["inventory"], picture(*site())
    groups = decide(snapshot, {}, NOW, monitor_state=MonitorState(NOW - DAYS)).groups
    counts = count_targets(snapshot, needing(snapshot, groups))
    board = replace(snapshot, alerts=groups)
    assert counts == overview(board, target_facts(board, NOW), (), NOW).targets
    assert inventory == replace(
        inventory,  # type: ignore[type-var]
        watched=counts.watched,
        need_action=counts.need_action,
        unreachable=counts.unreachable,
        standby=counts.standby,
        fine=counts.fine,
    )
    parts = (counts.need_action, counts.unreachable, counts.standby, counts.not_checked, counts.fine)
    assert sum(parts) == counts.watched == 10


def test_a_mail_has_as_many_of_each_level_as_prometheus() -> None:
    """An item of a mail is a group of alerts on the board, under the same id."""
    decided = decide(picture(*site()), {}, NOW, monitor_state=AFTER_INVENTORY)
    assert count_levels(decided.items) == count_levels(decided.groups)
    assert {one.alert_id for one in decided.items} == {one.id for one in decided.groups}


def test_unreachable_counts_before_its_last_certificate() -> None:
    """What is known of a server that cannot be reached does not count it twice."""
    down = [replace(one, failed_probes=1) for one in site()[:3]]
    counts = count_targets(picture(*down), {one.target.id for one in down})
    assert (counts.unreachable, counts.need_action, counts.watched) == (3, 0, 3)


def test_severities_are_not_needed() -> None:
    """Groups of the board are summarized like items of a mail."""
    groups = decide(picture(*site()), {}, NOW, monitor_state=AFTER_INVENTORY).groups
    summary = summarize(groups)
    assert [one.number for one in summary.do_first] == [1, 2, 3, 4]
    assert Severity.CRITICAL  # the sections depend on levels alone
