"""What is told when: the ladder, blindness, the first pass, the clock."""

from dataclasses import replace
from datetime import timedelta

import pytest
from alerts_world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    STARTED,
    apply,
    blind,
    certificate,
    ending,
    failing,
    finding,
    news,
    picture,
    seen,
    steps,
    target,
)

from monitor.alerts import Decision, Situation, decide
from monitor.model import Check, Finding, Policy, Severity, Snapshot, Told, ToldChange

CALM = picture(seen("a:443", certificate(1)))
HOUR = timedelta(hours=1)


def told_at(rung: str, days_ago: float, number: int = 1) -> dict[str, Told]:
    """Return told-state in which the end of one certificate was told some days ago."""
    key = f"expiry {certificate(number).sha256}"
    at = NOW - days_ago * DAYS
    return {key: Told(key, rung, at, at, "a:443", ("a:443",))}


@pytest.mark.parametrize(
    ("days", "severity", "before", "expected"),
    [
        (20, Severity.WARNING, {}, [("first", "warning", "a:443")]),
        (3, Severity.CRITICAL, {}, [("first", "critical", "a:443")]),
        (-2, Severity.CRITICAL, {}, [("first", "expired", "a:443")]),
        (0, Severity.CRITICAL, {}, [("first", "expired", "a:443")]),
        (20, Severity.WARNING, told_at("warning", 6.9), []),
        (20, Severity.WARNING, told_at("warning", 7), [("reminder", "warning", "a:443")]),
        (3, Severity.CRITICAL, told_at("warning", 0.1), [("worse", "critical", "a:443")]),
        (3, Severity.CRITICAL, told_at("critical", 0.9), []),
        (3, Severity.CRITICAL, told_at("critical", 1), [("reminder", "critical", "a:443")]),
        (-1, Severity.CRITICAL, told_at("warning", 0.1), [("worse", "expired", "a:443")]),
        (-1, Severity.CRITICAL, told_at("expired", 0.5), []),
        (20, Severity.WARNING, told_at("expired", 0.5), []),
        (20, Severity.WARNING, told_at("warning", -30), []),
        (20, Severity.UNKNOWN, {}, []),
        (20, Severity.OK, {}, []),
    ],
)
def test_ladder(days: float, severity: Severity, before: dict[str, Told], expected: list[object]) -> None:
    """A rung below the last told one is told, several at once tell the lowest, the rest is a reminder."""
    snapshot = picture(ending("a:443", certificate(1, days), severity))
    assert news(decide(snapshot, before, NOW, situation=AFTER_INVENTORY)) == expected


def test_told_row_remembers_lowest_rung_and_first_instant() -> None:
    """A milder rung later does not raise the ladder again, and the first instant stays."""
    snapshot = picture(ending("a:443", certificate(1, 20), Severity.WARNING))
    decision = decide(snapshot, told_at("critical", 8), NOW, situation=AFTER_INVENTORY)
    (change,) = decision.changes
    assert change.told is not None
    assert (change.told.rung, change.told.first_told_at, change.told.last_told_at) == (
        "critical",
        NOW - 8 * DAYS,
        NOW,
    )


def test_one_certificate_at_many_places_is_one_entry() -> None:
    """A certificate on three ports is told once, with every port."""
    one = certificate(1, 3)
    snapshot = picture(*(ending(f"a:{port}", one, Severity.CRITICAL) for port in (443, 7563, 9000)))
    (entry,) = decide(snapshot, {}, NOW, situation=AFTER_INVENTORY).entries
    assert [spot.place for spot in entry.spots] == ["a:443", "a:7563", "a:9000"]


def test_new_place_of_a_told_certificate_is_quiet() -> None:
    """One more port with a certificate that was told is remembered but not told."""
    one = certificate(1, 20)
    first, second = picture(ending("a:443", one)), picture(ending("a:443", one), ending("b:443", one))
    *_, decision = steps((first, NOW), (second, NOW))
    assert [c.told.places for c in decision.changes if c.told] == [("a:443", "b:443")]
    assert decision.entries == ()


def test_different_troubles_of_one_certificate_are_one_entry() -> None:
    """End, name and trust of one certificate are read together, the worst first."""
    one = certificate(1, 20)
    state = seen(
        "a:443",
        one,
        finding(Check.EXPIRY, one, "a:443", Severity.WARNING),
        finding(Check.NAME, one, "a:443"),
        finding(Check.TRUST, one, "a:443"),
    )
    (entry,) = decide(picture(state), {}, NOW, situation=AFTER_INVENTORY).entries
    assert entry.checks == (Check.NAME, Check.TRUST, Check.EXPIRY)


@pytest.mark.parametrize(
    "check", [Check.NAME, Check.TRUST, Check.USAGE, Check.OUTLIVES_CA, Check.NOT_YET_VALID]
)
def test_facts_of_a_target_have_a_key_for_each_target(check: Check) -> None:
    """What depends on where a certificate is served is remembered for each target."""
    one = certificate(1)
    states = (seen(where, one, finding(check, one, where)) for where in ("a:443", "b:443"))
    decision = decide(picture(*states), {}, NOW, situation=AFTER_INVENTORY)
    assert [change.key for change in decision.changes] == [
        f"{check} endpoint:a:443 {one.sha256}",
        f"{check} endpoint:b:443 {one.sha256}",
    ]


@pytest.mark.parametrize("check", [Check.EXPIRY, Check.CA_EXPIRY, Check.WEAK_KEY, Check.WEAK_SIGNATURE])
def test_facts_of_a_certificate_have_one_key(check: Check) -> None:
    """What is true of a certificate wherever it lies is remembered once."""
    one = certificate(1)
    states = (seen(where, one, finding(check, one, where)) for where in ("a:443", "b:443"))
    decision = decide(picture(*states), {}, NOW, situation=AFTER_INVENTORY)
    assert [change.key for change in decision.changes] == [f"{check} {one.sha256}"]


def test_shared_matter_is_told_once() -> None:
    """A matter of several targets has one key and one entry."""
    shared = Finding(Check.INCONSISTENT, Severity.WARNING, "www differs", matter="www.vms.example")
    states = [seen("a:443", certificate(1)), seen("b:443", certificate(2))]
    snapshot = picture(*states, correlated={s.target.id: (shared,) for s in states})
    decision = decide(snapshot, {}, NOW, situation=AFTER_INVENTORY)
    assert news(decision) == [("first", "warning", "www.vms.example")]
    assert [change.key for change in decision.changes] == ["inconsistent www.vms.example"]


def test_ca_is_titled_by_its_own_name() -> None:
    """A CA that ends is named itself, not by the first of the many targets below it."""
    ca = certificate(9, 50, name="VMS Certificate Authority", ca=True)
    state = seen("a:443", certificate(1), finding(Check.CA_EXPIRY, ca, "a:443"), above=(ca,))
    assert news(decide(picture(state), {}, NOW, situation=AFTER_INVENTORY)) == [
        ("first", "critical", "VMS Certificate Authority")
    ]


def test_worst_comes_first() -> None:
    """Expired stands above critical above warning, and the earlier end above the later one."""
    snapshot = picture(
        ending("w:1", certificate(1, 20)),
        ending("c5:1", certificate(2, 5), Severity.CRITICAL),
        ending("c3:1", certificate(3, 3), Severity.CRITICAL),
        ending("x:1", certificate(4, -1), Severity.CRITICAL),
    )
    entries = decide(snapshot, {}, NOW, situation=AFTER_INVENTORY).entries
    assert [entry.title for entry in entries] == ["x:1", "c3:1", "c5:1", "w:1"]


def test_reminders_nearly_due_come_along() -> None:
    """Once one reminder is due, one that falls due within a quarter of its interval shares the mail."""
    snapshot = picture(ending("a:443", certificate(1, 20)), ending("b:443", certificate(2, 20)))
    before = told_at("warning", 7) | told_at("warning", 5.5, number=2)
    assert [why for why, _, _ in news(decide(snapshot, before, NOW, situation=AFTER_INVENTORY))] == [
        "reminder",
        "reminder",
    ]


def test_strictest_policy_reminds() -> None:
    """Of several targets with one certificate the one with the shortest interval decides."""
    one = certificate(1, 20)
    strict = target("b:443", policy=Policy(remind_warning_every=timedelta(days=2)))
    snapshot = picture(ending("a:443", one), ending("b:443", one, on=strict))
    decision = decide(snapshot, told_at("warning", 2), NOW, situation=AFTER_INVENTORY)
    assert [why for why, _, _ in news(decision)] == ["reminder"]


def test_last_known_certificate_of_a_blind_target_still_climbs() -> None:
    """While nobody answers, the last known certificate goes on to its end."""
    state = blind(ending("a:443", certificate(1, -1), Severity.CRITICAL))
    decision = decide(picture(state), told_at("critical", 0.5), NOW, situation=AFTER_INVENTORY)
    assert ("worse", "expired", "a:443") in news(decision)


def test_blindness_is_told_for_each_host() -> None:
    """Three silent ports of one host are one entry."""
    states = [blind(seen(f"a:{port}", certificate(port))) for port in (443, 7563, 9000)]
    healthy = [seen(f"h{n}:443", certificate(n)) for n in range(20)]
    assert news(decide(picture(*states, *healthy), {}, NOW, situation=AFTER_INVENTORY)) == [
        ("first", "warning", "a")
    ]


def test_another_port_of_a_silent_host_is_quiet() -> None:
    """A port that falls silent after its host was told adds no mail."""
    one, two = seen("a:443", certificate(1)), seen("a:7563", certificate(2))
    first, *rest = steps((picture(blind(one), two), NOW), (picture(blind(one), blind(two)), NOW))
    assert (len(first.entries), [decision.entries for decision in rest]) == (1, [()])


def test_failed_look_that_is_not_yet_blind_is_quiet() -> None:
    """A network failure is told by the blind rule only."""
    assert (
        decide(picture(failing(seen("a:443", certificate(1)))), {}, NOW, situation=AFTER_INVENTORY)
        == Decision()
    )


def test_blind_host_that_stays_blind_gets_worse() -> None:
    """Blindness climbs from warning to critical and is told again."""
    state = seen("a:443", certificate(1))
    decisions = steps((picture(blind(state)), NOW), (picture(blind(state, Severity.CRITICAL)), NOW + HOUR))
    assert [news(decision) for decision in decisions] == [
        [("first", "warning", "a:443")],
        [("worse", "critical", "a:443")],
    ]


def test_host_answers_again_when_all_its_told_ports_do() -> None:
    """The good news waits for every port that was told."""
    one, two = seen("a:443", certificate(1)), seen("a:7563", certificate(2))
    decisions = steps(
        (picture(blind(one), blind(two)), NOW),
        (picture(one, blind(two)), NOW + HOUR),
        (picture(one, two), NOW + 2 * HOUR),
        (picture(one, two), NOW + 3 * HOUR),
    )
    assert [news(decision) for decision in decisions] == [
        [("first", "warning", "a")],
        [],
        [("answers", "", "a")],
        [],
    ]


def network(blind_ones: int, total: int = 20) -> Snapshot:
    """Return a network in which so many hosts are silent."""
    states = [seen(f"h{n}:443", certificate(n)) for n in range(total)]
    return picture(*(blind(state) if n < blind_ones else state for n, state in enumerate(states)))


def test_much_blindness_is_one_entry() -> None:
    """More than a fifth of the targets silent at once is about the monitor's own network."""
    (entry,) = decide(network(5), {}, NOW, situation=AFTER_INVENTORY).entries
    assert entry.sentences == ("5 of 20 targets cannot be looked at: is the monitor's own network down?",)


@pytest.mark.parametrize(("blind_ones", "total"), [(4, 5), (5, 25)])
def test_few_or_small_share_is_told_by_host(blind_ones: int, total: int) -> None:
    """Fewer than five, or a fifth and no more, are told host by host."""
    assert len(decide(network(blind_ones, total), {}, NOW, situation=AFTER_INVENTORY).entries) == blind_ones


def test_network_that_comes_back_bit_by_bit_does_not_flood() -> None:
    """While hosts return one by one nothing is said until the network as a whole is back, then once."""
    snapshots = [(network(n), NOW + (20 - n) * HOUR) for n in range(15, -1, -1)]
    told = [news(decision) for decision in steps(*snapshots)]
    assert [entries for entries in told if entries] == [
        [("first", "warning", "15 of 20 targets")],
        [("answers", "", "18 of 20 targets")],
        [("answers", "", "h1:443")],
        [("answers", "", "h0:443")],
    ]


def test_share_around_the_limit_does_not_flap() -> None:
    """A share that hovers around a fifth is told once."""
    snapshots = [(network(n), NOW + i * timedelta(minutes=1)) for i, n in enumerate([5, 4, 5, 4, 5, 3, 5])]
    assert sum(len(decision.entries) for decision in steps(*snapshots)) == 1


def test_suspect_clock_tells_only_that_and_once() -> None:
    """With a clock that cannot be believed nothing else is decided."""
    snapshot = picture(ending("a:443", certificate(1, -5), Severity.CRITICAL))
    decisions = steps(
        (snapshot, NOW),
        (snapshot, NOW + DAYS),
        situation=replace(AFTER_INVENTORY, clock_suspect=True),
    )
    assert [news(decision) for decision in decisions] == [
        [("clock", "critical", "The monitor's own clock is wrong")],
        [],
    ]


def test_clock_that_is_right_again_is_told() -> None:
    """Telling goes on, and the administrators hear that it does."""
    row = Told("clock", "critical", NOW - DAYS, NOW - DAYS)
    decision = decide(CALM, {"clock": row}, NOW, situation=AFTER_INVENTORY)
    assert news(decision) == [("solved", "", "The monitor's own clock")]
    assert decision.changes == (ToldChange("clock", None),)


FIRST_PASS = Situation(NOW, never_looked=2)


@pytest.mark.parametrize(
    ("days", "severity", "check", "expected"),
    [
        (20, Severity.WARNING, Check.EXPIRY, []),
        (3, Severity.CRITICAL, Check.EXPIRY, [("first", "critical", "a:443")]),
        (-3, Severity.CRITICAL, Check.EXPIRY, [("first", "expired", "a:443")]),
        (300, Severity.CRITICAL, Check.NAME, []),
    ],
)
def test_first_pass_tells_only_urgent_ends(
    days: float, severity: Severity, check: Check, expected: list[object]
) -> None:
    """Before the inventory only what has ended or ends critically soon is told."""
    one = certificate(1, days)
    snapshot = picture(seen("a:443", one, finding(check, one, "a:443", severity)))
    assert news(decide(snapshot, {}, NOW, situation=FIRST_PASS)) == expected


@pytest.mark.parametrize(
    ("never_looked", "minutes", "expected"), [(2, 29, False), (2, 30, True), (0, 1, True)]
)
def test_inventory_comes_when_all_were_tried_or_after_half_an_hour(
    never_looked: int, minutes: int, *, expected: bool
) -> None:
    """The first pass ends when every target was tried, or after 30 minutes."""
    situation = Situation(NOW, never_looked=never_looked)
    decision = decide(CALM, {}, NOW + timedelta(minutes=minutes), situation=situation)
    assert (decision.inventory is not None) is expected


def test_inventory_waits_for_a_first_target() -> None:
    """A discovery that has not answered yet is no reason for an empty inventory."""
    assert decide(picture(), {}, NOW, situation=Situation(NOW)) == Decision()


def test_inventory_counts_and_lists() -> None:
    """The inventory counts targets and lists what needs action, what is silent, and the next ends."""
    snapshot = picture(
        ending("a:443", certificate(1, 20)),
        seen("b:443", certificate(2, 300)),
        failing(seen("c:443", certificate(3, 200))),
    )
    inventory = decide(snapshot, {}, NOW, situation=Situation(NOW)).inventory
    assert inventory is not None
    assert (inventory.watched, inventory.need_action, inventory.unreachable) == (3, 1, 1)
    assert [entry.title for entry in inventory.entries] == ["a:443"]
    assert [(s.title, s.reason) for s in inventory.silent] == [("c:443", "refused: nobody listens there")]
    assert [end.place for end in inventory.soonest] == ["a:443", "c:443", "b:443"]


def test_everything_in_the_inventory_counts_as_told() -> None:
    """After the inventory the same facts, also a silent target that turns blind, bring no notice."""
    one, two = ending("a:443", certificate(1, 20)), failing(seen("c:443", certificate(3)))
    first = decide(picture(one, two), {}, NOW, situation=Situation(NOW))
    told = apply({}, first)
    second = decide(picture(one, blind(two)), told, NOW + HOUR, situation=replace(AFTER_INVENTORY))
    assert second == Decision()


def test_inventory_is_sent_once() -> None:
    """Its own told row keeps the inventory from coming twice, whatever the situation says."""
    decisions = steps((CALM, NOW), (CALM, NOW), situation=Situation(STARTED))
    assert [decision.inventory is not None for decision in decisions] == [True, False]


def test_quiet_network_changes_nothing() -> None:
    """Where nothing is wrong nothing is told and nothing is written."""
    assert decide(CALM, {}, NOW, situation=AFTER_INVENTORY) == Decision()
