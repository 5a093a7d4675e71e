"""The family of alerts: one series for each group, whatever its texts are, and copied while none changed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from monitor.metrics import Exposition
from monitor.metrics.alerts import ALERTS_PER_PIECE, AlertLines
from monitor.model import AlertGroup, AlertKey, AlertLevel, AlertState, Check, Scope, Snapshot
from monitor.pipeline import Board

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def group(name: str, level: AlertLevel = AlertLevel.WARNING, *, title: str = "Recorder 01") -> AlertGroup:
    """Return a group of one alert."""
    key = AlertKey(Check.TRUST, Scope.TARGET, name)
    return AlertGroup(
        key.id, key.check, level, title, NOW, (key,), site="harbor", component="recorder", owner="ops"
    )


def written(groups: tuple[AlertGroup, ...], lines: AlertLines | None = None) -> str:
    """Return the text of the family."""
    return b"".join((lines or AlertLines()).pieces(groups)).decode()


def series(text: str) -> list[dict[str, str]]:
    """Return the labels of each series, all of which are 1."""
    found = [one for family in text_string_to_metric_families(text) for one in family.samples]
    assert {(one.name, one.value) for one in found} <= {("cert_monitor_alert", 1.0)}
    return [one.labels for one in found]


def test_labels() -> None:
    """A group has its id, check, level, title, site, component, owner and state as labels."""
    assert series(written((group("one", AlertLevel.CRITICAL),))) == [
        {
            "alert": AlertKey(Check.TRUST, Scope.TARGET, "one").id,
            "check": "trust",
            "level": "critical",
            "title": "Recorder 01",
            "site": "harbor",
            "component": "recorder",
            "owner": "ops",
            "state": "active",
        }
    ]


@pytest.mark.parametrize("state", AlertState)
def test_state(state: AlertState) -> None:
    """An alert that is kept back stays a series, whose state says so."""
    assert [one["state"] for one in series(written((replace(group("one"), state=state),)))] == [state]


def test_nothing_before_the_first_pass() -> None:
    """Before the first alert pass the family is there, without any series."""
    text = b"".join(Exposition().pieces(Snapshot(), NOW)).decode()
    assert (text.count("# TYPE cert_monitor_alert gauge"), "\ncert_monitor_alert{" in text) == (1, False)


def test_alerts_of_the_board_are_exposed() -> None:
    """What the alert pass puts on the board is in the next scrape, and what is over is gone from it."""
    board, exposition = Board(), Exposition()
    counts = []
    for groups in ((group("one"), group("two")), (group("two"),), ()):
        board.set_alerts(groups)
        text = b"".join(exposition.pieces(board.snapshot, NOW)).decode()
        counts.append(text.count("\ncert_monitor_alert{"))
    assert counts == [2, 1, 0]


def test_pieces_are_bounded_and_kept() -> None:
    """Many alerts come in bounded pieces, which the next scrape gets as they are."""
    groups, lines = tuple(group(str(i)) for i in range(ALERTS_PER_PIECE + 1)), AlertLines()
    first, second = list(lines.pieces(groups)), list(lines.pieces(groups))
    assert [piece.count(b"\n") for piece in first] == [2, ALERTS_PER_PIECE, 1]
    assert all(one is other for one, other in zip(first[1:], second[1:], strict=True))


def test_unfinished_scrape_is_not_kept() -> None:
    """A scrape that stopped after its first piece takes nothing from the next one."""
    groups, lines = tuple(group(str(i)) for i in range(2 * ALERTS_PER_PIECE)), AlertLines()
    next(unfinished := lines.pieces(groups))
    next(unfinished)
    assert len(series(written(groups, lines))) == 2 * ALERTS_PER_PIECE


HOSTILE = st.text(
    st.one_of(st.sampled_from('\\"\n\r\x00{}=,# \u2028\u202e\udcff'), st.characters(codec=None)), max_size=30
)


@given(title=HOSTILE, site=HOSTILE)
def test_hostile_title(title: str, site: str) -> None:
    """Whatever a title or a label contains, it is one value of one series."""
    groups = (replace(group("one", title=title), site=site), replace(group("two", title=title), owner=site))
    found = series(written(groups))
    assert (len(found), {len(one) for one in found}) == (2, {8})


def test_ordinary_title_arrives_unchanged() -> None:
    """Quotes, backslashes and other alphabets come out of the parser as they went in."""
    title = 'CN=Überwachung "Süd", O=A\\B, 漢'
    assert [one["title"] for one in series(written((group("one", title=title),)))] == [title]
