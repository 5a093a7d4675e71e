"""The list of alerts has those of the board, in their order and within its bound."""

from dataclasses import replace

from monitor.alerts import alerts_of_target
from monitor.model import AlertLevel, Snapshot, text
from monitor.web.queries import AlertItem, alert_list
from support.factories.web_fakes import NOW, endpoint, snapshot

STATES = [
    endpoint("ended", -3, sentence="it expired", title="Recorder 01"),
    endpoint("near", 5, sentence="near"),
]
SHOWN = replace(snapshot(*STATES), alerts=tuple(one for s in STATES for one in alerts_of_target(s, NOW)))


def test_an_alert_as_people_see_it() -> None:
    """An item has level, title, site, beginning and the first message of its alert."""
    assert alert_list(SHOWN).items[0] == AlertItem(
        AlertLevel.EXPIRED, "Recorder 01", "harbour", NOW, text("it expired")
    )


def test_bound() -> None:
    """Alerts beyond the bound are counted."""
    found = alert_list(SHOWN, most=1)
    assert ([one.title for one in found.items], found.more) == (["Recorder 01"], 1)


def test_without_alerts() -> None:
    """Nothing is listed where nothing is wrong."""
    assert (alert_list(Snapshot()).items, alert_list(Snapshot()).more) == ((), 0)
