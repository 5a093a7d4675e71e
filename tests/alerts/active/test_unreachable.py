"""Unreachable targets are notified once per host, or once for the whole network."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts import NotifyReason
from monitor.alerts.texts import (
    failed_such_as,
    many_reachable,
    many_unreachable,
    many_unreachable_network,
    reachable_again,
    still_unreachable,
)
from monitor.model import Failure, FailureReason, Severity, Snapshot, TargetInfo, text
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    NOW,
    MonitorState,
    apply,
    certificate,
    decide,
    failing,
    news,
    picture,
    seen,
    steps,
    target,
    unreachable,
)
from support.factories.assess.machines import in_zone

CALM = picture(seen("a:443", certificate(1)))
HOUR = timedelta(hours=1)


def test_unreachability_is_reported_for_each_host() -> None:
    """Three unreachable ports of one host are one item."""
    states = [unreachable(seen(f"a:{port}", certificate(port))) for port in (443, 7563, 9000)]
    healthy = [seen(f"h{n}:443", certificate(n)) for n in range(20)]
    assert news(decide(picture(*states, *healthy), {}, NOW, monitor_state=AFTER_INVENTORY)) == [
        ("first", "warning", "a")
    ]


def test_hosts_of_one_name_in_two_zones_are_two() -> None:
    """One may be unreachable while the other is not; the title says which."""
    ours = [unreachable(seen(f"a:{port}", certificate(port))) for port in (443, 7563)]
    healthy = [seen(f"h{n}:443", certificate(n)) for n in range(20)]
    shown = picture(*ours, *(in_zone(one, "dmz") for one in ours), *healthy)
    decision = decide(shown, {}, NOW, monitor_state=AFTER_INVENTORY)
    assert news(decision) == [("first", "warning", "a"), ("first", "warning", "dmz/a")]


@pytest.mark.parametrize(
    ("infos", "wanted"),
    [
        ((TargetInfo("Media", server="Recorder 1"), TargetInfo("Server", server="Recorder 1")), "Recorder 1"),
        ((TargetInfo("Media", server="Recorder 1"), TargetInfo("Web server")), "a"),
        ((TargetInfo("Recorder 1"), TargetInfo("Recorder 1")), "Recorder 1"),
        ((TargetInfo(), TargetInfo()), "a"),
    ],
)
def test_unreachable_host_is_called_by_its_name(infos: tuple[TargetInfo, TargetInfo], wanted: str) -> None:
    """Several ports go by the title of their server, or by their host, in a notice and in the inventory."""
    states = [
        unreachable(seen(f"a:{n}", certificate(n), on=target(f"a:{n}", info=info)))
        for n, info in enumerate(infos, 1)
    ]
    others = [seen(f"h{n}:443", certificate(n)) for n in range(20)]
    shown = picture(*states, *others)
    (item,) = decide(shown, {}, NOW, monitor_state=AFTER_INVENTORY).items
    inventory = decide(shown, {}, NOW, monitor_state=MonitorState(NOW)).inventory
    assert inventory is not None
    assert (item.title, [silent.title for silent in inventory.unreachable_hosts]) == (wanted, [wanted])


def test_another_port_of_an_unreachable_host_is_quiet() -> None:
    """A port that stops answering after its host was reported adds no mail."""
    one, two = seen("a:443", certificate(1)), seen("a:7563", certificate(2))
    first, *rest = steps(
        (picture(unreachable(one), two), NOW), (picture(unreachable(one), unreachable(two)), NOW)
    )
    assert (len(first.items), [decision.items for decision in rest]) == (1, [()])


def test_failed_probe_that_is_not_yet_unreachable_is_quiet() -> None:
    """A network failure is reported by the unreachable rule only."""
    assert decide(
        picture(failing(seen("a:443", certificate(1)))), {}, NOW, monitor_state=AFTER_INVENTORY
    ).is_nothing


def test_unreachable_host_that_stays_unreachable_gets_worse() -> None:
    """Unreachability climbs from warning to critical and is reported again."""
    state = seen("a:443", certificate(1))
    decisions = steps(
        (picture(unreachable(state)), NOW), (picture(unreachable(state, Severity.CRITICAL)), NOW + HOUR)
    )
    assert [news(decision) for decision in decisions] == [
        [("first", "warning", "a:443")],
        [("worse", "critical", "a:443")],
    ]


def test_host_is_reachable_again_when_all_its_reported_ports_are() -> None:
    """The resolution waits for every port that was reported."""
    one, two = seen("a:443", certificate(1)), seen("a:7563", certificate(2))
    decisions = steps(
        (picture(unreachable(one), unreachable(two)), NOW),
        (picture(one, unreachable(two)), NOW + HOUR),
        (picture(one, two), NOW + 2 * HOUR),
        (picture(one, two), NOW + 3 * HOUR),
    )
    assert [news(decision) for decision in decisions] == [
        [("first", "warning", "a")],
        [],
        [("reachable_again", "", "a")],
        [],
    ]


def network(down: int, total: int = 20) -> Snapshot:
    """Return a network in which so many hosts do not answer."""
    states = [seen(f"h{n}:443", certificate(n)) for n in range(total)]
    return picture(*(unreachable(state) if n < down else state for n, state in enumerate(states)))


def test_many_unreachable_hosts_are_one_entry() -> None:
    """More than a fifth of the targets unreachable at once suggests the monitor's own network."""
    (item,) = decide(network(5), {}, NOW, monitor_state=AFTER_INVENTORY).items
    assert (item.title, item.messages) == ("", (many_unreachable_network(count=5, watched=20),))


def with_reason(reason: FailureReason, count: int, silent: int = 0) -> Snapshot:
    """Return a network of 20 in which ``silent`` hosts refuse, and ``count`` more fail with this reason."""
    because = (Failure(reason, text("what was said")),)
    states = list(network(silent + count).states.values())
    for n in range(count):
        states[n] = replace(states[n], failures=because)
    return picture(*states)


def test_network_is_not_suspected_where_something_else_is_said() -> None:
    """A file share that is gone is one alert with its reason and an example."""
    (item,) = decide(with_reason(FailureReason.NOT_FOUND, 5, 1), {}, NOW, monitor_state=AFTER_INVENTORY).items
    assert item.messages == (
        many_unreachable(count=6, watched=20),
        failed_such_as(reason="not_found", count=5, detail=text("what was said")),
        failed_such_as(reason="refused", count=1, detail=text("nobody listens there")),
    )


def test_network_is_suspected_where_half_of_them_do_not_answer() -> None:
    """One refused login in an unreachable network does not hide the likely cause."""
    (item,) = decide(with_reason(FailureReason.FORBIDDEN, 1, 5), {}, NOW, monitor_state=AFTER_INVENTORY).items
    assert item.messages == (
        many_unreachable_network(count=6, watched=20),
        failed_such_as(reason="refused", count=5, detail=text("nobody listens there")),
        failed_such_as(reason="forbidden", count=1, detail=text("what was said")),
    )


@pytest.mark.parametrize(
    "reason", [FailureReason.LATE, FailureReason.BAD_ANSWER, FailureReason.TOO_LARGE, FailureReason.NOT_TLS]
)
def test_what_is_broken_by_itself_is_reported_by_itself(reason: FailureReason) -> None:
    """Many unusable reports are no unreachable network, and hide no host that stops answering later."""
    first, second = steps((with_reason(reason, 8), NOW), (with_reason(reason, 8, 1), NOW + HOUR))
    assert (len(first.items), news(second)) == (8, [("first", "warning", "h8:443")])


def test_inventory_marks_what_is_broken_by_itself() -> None:
    """What the inventory said of eight broken reports is not said again by the unreachable rule."""
    shown = with_reason(FailureReason.LATE, 8)
    log = apply({}, decide(shown, {}, NOW, monitor_state=MonitorState(NOW)))
    assert decide(shown, log, NOW + HOUR, monitor_state=AFTER_INVENTORY).items == ()


@pytest.mark.parametrize(("down", "total"), [(4, 5), (5, 25)])
def test_few_or_small_share_is_reported_by_host(down: int, total: int) -> None:
    """Fewer than five, or a fifth and no more, are reported host by host."""
    assert len(decide(network(down, total), {}, NOW, monitor_state=AFTER_INVENTORY).items) == down


def test_network_that_comes_back_bit_by_bit_does_not_flood() -> None:
    """While hosts return one by one nothing is reported until the whole network is back, then once."""
    snapshots = [(network(n), NOW + (20 - n) * HOUR) for n in range(15, -1, -1)]
    items = [item for decision in steps(*snapshots) for item in decision.items]
    assert [(item.reason, item.title, item.messages) for item in items] == [
        (NotifyReason.FIRST, "", (many_unreachable_network(count=15, watched=20),)),
        (
            NotifyReason.REACHABLE_AGAIN,
            "",
            (many_reachable(count=18, watched=20), still_unreachable(count=2)),
        ),
        (NotifyReason.REACHABLE_AGAIN, "h1:443", (reachable_again(title="h1:443"),)),
        (NotifyReason.REACHABLE_AGAIN, "h0:443", (reachable_again(title="h0:443"),)),
    ]


def test_share_around_the_limit_does_not_flap() -> None:
    """A share that hovers around a fifth is reported once."""
    snapshots = [(network(n), NOW + i * timedelta(minutes=1)) for i, n in enumerate([5, 4, 5, 4, 5, 3, 5])]
    assert sum(len(decision.items) for decision in steps(*snapshots)) == 1
