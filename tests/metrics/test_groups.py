"""What is kept between scrapes: whatever changed, a scrape is a plain rendering of its snapshot."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.metrics import Exposition, exposition
from monitor.metrics.families import (
    CERTIFICATE_INFO,
    DAYS,
    FINDINGS,
    INFO,
    NOT_AFTER,
    NOT_BEFORE,
    TARGET,
    TARGET_DAYS,
)
from monitor.metrics.rendered import Rendered, render
from monitor.model import (
    AlertGroup,
    AlertKey,
    AlertLevel,
    Assessment,
    Certificate,
    Check,
    Finding,
    Path,
    Policy,
    RenewalWindow,
    Scope,
    Severity,
    Sighting,
    Snapshot,
    Target,
    TargetInfo,
    TargetState,
    text,
)
from monitor.pipeline import Board

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
SHARED = Finding(Check.INCONSISTENT, Severity.WARNING, text("two leaves"))


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make several groups of a few targets."""
    monkeypatch.setattr(exposition, "LEAST", 2)
    monkeypatch.setattr(exposition, "MOST", 4)


def certificate(number: int) -> Certificate:
    """Return a certificate; a name with a percent sign must not be taken for a placeholder."""
    return Certificate(
        sha256=f"{number:064x}",
        sha1=f"{number:040X}",
        subject=f"CN={number}",
        issuer="CN=100 %b CA",
        subject_cn=f"{number} %d",
        issuer_cn="100 %b CA",
        serial=f"{number:08X}",
        not_before=NOW - timedelta(days=100),
        not_after=NOW + timedelta(days=number % 300),
        dns_names=(),
        ip_addresses=(),
        is_ca=False,
        self_issued=False,
        key_type="EC",
        key_bits=256,
        signature_hash="sha256",
        extended_usages=None,
    )


def pending(number: int, *, title: str = "") -> TargetState:
    """Return the state of a target before its first probe."""
    where = f"recorder{number}:443%"
    target = Target(
        f"endpoint:{where}",
        "endpoint",
        where,
        None,
        policy=Policy(renewal_information=number % 2 == 0),
        labels=(("site", "100 %b"),),
        info=TargetInfo(title=title),
    )
    return TargetState(target)


def seen(number: int, *serials: int, minutes: float = 5) -> TargetState:
    """Return the state of a target that showed some certificates, each the head of a path."""
    state = pending(number)
    where = state.target.location
    certificates = [certificate(serial) for serial in serials]
    paths = tuple(Path(where, (one,), trusted=True) for one in certificates)
    return replace(
        state,
        probed_at=NOW - timedelta(minutes=minutes),
        succeeded_at=NOW - timedelta(minutes=minutes),
        duration=timedelta(milliseconds=number),
        encrypted=True,
        sightings=tuple(Sighting(where, index, one) for index, one in enumerate(certificates)),
        assessment=Assessment(paths=paths, not_after=min((c.not_after for c in certificates), default=None)),
    )


def written(kept: Exposition, snapshot: Snapshot, now: datetime = NOW) -> list[bytes]:
    """Return the lines of a scrape; it must end with a line feed."""
    whole = b"".join(kept.pieces(snapshot, now))
    assert whole.endswith(b"\n")
    return whole.splitlines()


def plain(snapshot: Snapshot, now: datetime = NOW) -> list[bytes]:
    """Return the series about targets and certificates, rendered one by one with nothing kept."""
    lines = []
    for state in snapshot:
        correlated = snapshot.correlated.get(state.target.id, ())
        row = render(state, correlated, labels=("site",), chain="leaf")
        lines += [family.encode() + rest for family, rest in _rests(row, now.timestamp())]
    return sorted(lines)


def _rests(row: Rendered, now: float) -> Iterator[tuple[str, bytes]]:
    yield INFO.name, row.labels + row.info
    yield from (
        (family.name, row.labels + end) for family, end in zip(TARGET, row.values, strict=True) if end
    )
    if not isnan(row.expires_at):
        yield TARGET_DAYS.name, row.labels + b"} %.5f" % ((row.expires_at - now) / 86400)
    for one in row.certificates:
        yield NOT_AFTER.name, one.labels + one.not_after
        yield NOT_BEFORE.name, one.labels + one.not_before
        yield DAYS.name, one.labels + b"} %.5f" % ((one.expires_at - now) / 86400)
        yield CERTIFICATE_INFO.name, one.labels + one.info
    yield from ((FINDINGS.name, rest) for rest in row.findings)


def about_targets(lines: list[bytes]) -> list[bytes]:
    """Return the series of a scrape without counts, sorted."""
    return sorted(line for line in lines if not line.startswith((b"#", b"cert_monitor_targets{")))


def of_board(*states: TargetState) -> tuple[Board, Exposition]:
    """Return a board with these states and an exposition that has been scraped once."""
    board, kept = Board(), Exposition(labels=("site",))
    board.replace(states)
    written(kept, board.snapshot)
    return board, kept


def test_a_probe_changes_exactly_its_lines() -> None:
    """A probe that found nothing new changes the times of its target, and no line of any other."""
    board, kept = of_board(*(seen(number, number) for number in range(12)))
    before = written(kept, board.snapshot)
    state = next(iter(board.snapshot))
    board.put([replace(state, probed_at=NOW, succeeded_at=NOW)])
    after = written(kept, board.snapshot)
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    label = b'{target="endpoint:recorder0:443%"} '
    assert changed == [
        b"cert_monitor_target_last_%b_timestamp_seconds%b%d" % (of, label, NOW.timestamp())
        for of in (b"probe", b"success")
    ]


def test_a_probe_makes_nothing_again() -> None:
    """The text about target and certificates is taken over where a probe found nothing new."""
    board, kept = of_board(*(seen(number, number) for number in range(12)))
    kept._render = lambda *_: pytest.fail("rendered again")  # type: ignore[assignment]
    board.put([replace(state, probed_at=NOW, failed_probes=1) for state in board.snapshot])
    up = [line for line in written(kept, board.snapshot) if line.startswith(b"cert_monitor_target_up{")]
    assert {line[-2:] for line in up} == {b" 0"}


def test_one_more_target_makes_its_own_group_again() -> None:
    """A target in the middle of a list leaves the other groups as they are."""
    states = [seen(number, number) for number in range(400)]
    board, kept = of_board(*states[:200], *states[201:])
    rendered, render_one = [], kept._render

    def counted(state: TargetState, correlated: tuple[Finding, ...]) -> Rendered:
        rendered.append(state.target.id)
        return render_one(state, correlated)

    kept._render = counted  # type: ignore[assignment]
    board.replace(states)
    assert about_targets(written(kept, board.snapshot)) == plain(board.snapshot)
    assert len(rendered) < 100


def test_alerts_change_the_lines_of_alerts_only() -> None:
    """An alert pass that changes something leaves the text about targets as it is."""
    board, kept = of_board(seen(1, 1), seen(2, 2))
    before = written(kept, board.snapshot)
    key = AlertKey(Check.TRUST, Scope.TARGET, "one")
    board.set_alerts((AlertGroup(key.id, key.check, AlertLevel.WARNING, "one", NOW, (key,)),))
    after = written(kept, board.snapshot)
    assert [line.partition(b"{")[0] for line in after if line not in before] == [b"cert_monitor_alert"]
    board.set_alerts(())
    assert written(kept, board.snapshot) == before


def test_two_scrapes_at_once() -> None:
    """Each of two scrapes that take turns shows its own snapshot."""
    board, kept = of_board(*(seen(number, number) for number in range(12)))
    first = board.snapshot
    board.replace([replace(state, failed_probes=1) for state in [*first][3:]])
    texts: dict[str, bytes] = {"first": b"", "second": b""}
    running = {"first": kept.pieces(first, NOW), "second": kept.pieces(board.snapshot, NOW)}
    while running:
        for name, pieces in tuple(running.items()):
            piece = next(pieces, None)
            if piece is None:
                del running[name]
            texts[name] += piece or b""
    assert about_targets(texts["first"].splitlines()) == plain(first)
    assert about_targets(texts["second"].splitlines()) == plain(board.snapshot)


def test_shared_findings_go_with_their_targets() -> None:
    """A finding from other targets is shown although the same mapping came with other targets before."""
    states, kept = [seen(number, number) for number in range(3)], Exposition(labels=("site",))
    correlated = {state.target.id: (SHARED,) for state in states}
    for some in (states[:2], states[1:], states):
        snapshot = Snapshot({state.target.id: state for state in some}, correlated)
        assert about_targets(written(kept, snapshot)) == plain(snapshot)


def test_renewal_windows_of_many_groups() -> None:
    """A window is shown for each target that asks for one, and goes away with the target."""
    states, kept = [seen(number, number) for number in range(10)], Exposition()
    windows = {
        f"{number:064x}": RenewalWindow(f"{number:064x}", NOW, NOW + timedelta(days=1), NOW)
        for number in range(10)
    }
    for some in (states, states[4:]):
        snapshot = Snapshot({state.target.id: state for state in some}, renewals=windows)
        lines = written(kept, snapshot)
        assert sum(b"_window_start_timestamp_seconds{" in line for line in lines) == len(some) / 2


Change = Callable[[TargetState], TargetState]

CHANGES = st.one_of(
    st.integers(0, 600).map(lambda number: lambda state: seen(_number(state), number)),
    st.lists(st.integers(0, 600), max_size=6, unique=True).map(
        lambda serials: lambda state: seen(_number(state), *serials)
    ),
    st.floats(0, 1e6).map(
        lambda minutes: lambda state: replace(state, probed_at=NOW - timedelta(minutes=minutes))
    ),
    st.integers(0, 3).map(lambda failed: lambda state: replace(state, failed_probes=failed, probed_at=NOW)),
    st.sampled_from([None, True, False]).map(
        lambda encrypted: lambda state: replace(state, encrypted=encrypted)
    ),
    st.text("ab%\n", max_size=3).map(
        lambda title: lambda state: replace(state, target=pending(_number(state), title=title).target)
    ),
    st.sampled_from([Check.TRUST, Check.NAME, None]).map(
        lambda check: (
            lambda state: replace(
                state,
                assessment=replace(
                    state.assessment,
                    findings=(Finding(check, Severity.CRITICAL, text("odd")),) if check else (),
                ),
            )
        )
    ),
    st.just(lambda state: pending(_number(state))),
)


def _number(state: TargetState) -> int:
    return int(state.target.id.removeprefix("endpoint:recorder").removesuffix(":443%"))


@settings(max_examples=150)
@given(data=st.data())
def test_kept_text_is_that_of_a_plain_rendering(data: st.DataObject) -> None:
    """After any changes a scrape is what it would be with nothing kept."""
    board, kept = Board(), Exposition(labels=("site",))
    for _ in range(data.draw(st.integers(1, 6))):
        numbers = data.draw(st.lists(st.integers(0, 20), max_size=20, unique=True))
        known = board.snapshot.states
        if data.draw(st.booleans()):  # a reload: others come, go and change places
            fresh = [pending(number) for number in numbers]
            board.replace([known.get(state.target.id, state) for state in fresh])
        else:
            by_id = {pending(number).target.id: data.draw(CHANGES) for number in numbers}
            changed = [
                by_id[name](state) if name in by_id else state
                for name, state in board.snapshot.states.items()
            ]
            board.replace(changed)
        names = data.draw(st.lists(st.sampled_from([pending(n).target.id for n in range(20)]), max_size=5))
        board.set_correlated({name: (SHARED,) for name in names if name in board.snapshot.states})
        now = NOW + timedelta(seconds=data.draw(st.integers(-(10**6), 10**6)))
        lines = written(kept, board.snapshot, now)
        assert about_targets(lines) == plain(board.snapshot, now)
        assert lines == written(Exposition(labels=("site",)), board.snapshot, now)
