"""The sections ``routes`` and ``silences``."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.alerts import Escalation, Route
from monitor.config import Config, load
from monitor.config.sections.routing import routing
from monitor.config.sections.silences import active_silences
from monitor.errors import ConfigError
from monitor.model import Matcher
from monitor.settings import duration

RECEIVERS = """
email: {host: relay, from: a@b.example}
receivers:
  - {name: admins, kind: email, to: [admins@vms.example]}
  - {name: chief, kind: email, to: [chief@vms.example]}
"""
CONTRACT = """
routes:
  - {match: {site: harbour}, receivers: [admins], escalate: {after: 3d, to: [chief]}}
  - {match: {check: [expiry, ca_expiry]}, receivers: [chief], continue: true}
"""
SILENCE = (
    'silences: [{{match: {{target: "endpoint:old.vms.example:443"}}, {}, reason: "replaced in January"}}]\n'
)
WINDOW = 'window: {days: [thursday], from: "22:00", to: "02:00", timezone: Europe/Lisbon}'


def loaded(folder: Path, text: str) -> Config:
    """Return the configuration with this text and two receivers."""
    path = folder / "c.yaml"
    path.write_text(RECEIVERS + text, "utf-8")
    return load(path)


def refused(folder: Path, text: str) -> str:
    """Return the one problem of a configuration."""
    with pytest.raises(ConfigError) as error:
        loaded(folder, text)
    (problem,) = error.value.problems
    return f"{problem.key}: {problem.message}"


def test_routes(tmp_path: Path) -> None:
    """They are what alerts decide by; whom alerts are only escalated to gets nothing by default."""
    config = loaded(tmp_path, CONTRACT.replace(", continue: true", "").replace("[chief], ", "[admins], "))
    found = routing(config.routes, config.receivers)
    assert found is not None
    assert found.routes[0] == Route(
        ("admins",), (Matcher("site", ("harbour",)),), escalation=Escalation(duration("3d"), ("chief",))
    )


def test_the_default_receivers(tmp_path: Path) -> None:
    """What no route matches is for everybody whom alerts are not only escalated to."""
    first = CONTRACT.rpartition("  -")[0]
    texts = {"escalated only": first, "named elsewhere": CONTRACT}
    found = {name: routing((c := loaded(tmp_path, text)).routes, c.receivers) for name, text in texts.items()}
    assert {name: one.default if one else None for name, one in found.items()} == {
        "escalated only": ("admins",),
        "named elsewhere": ("admins", "chief"),
    }


def test_without_routes(tmp_path: Path) -> None:
    """Everybody is notified of everything."""
    config = loaded(tmp_path, "")
    assert routing(config.routes, config.receivers) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "routes: [{receivers: [admin]}]\n",
            "routes[0].receivers[0]: there is no such receiver (got 'admin')",
        ),
        (
            "routes: [{receivers: [admins], escalate: {after: 1d, to: [boss]}}]\n",
            "routes[0].escalate.to[0]: there is no such receiver (got 'boss')",
        ),
        (
            "routes: [{match: {check: expiri}, receivers: []}]\n",
            "routes[0].match: there is no check 'expiri'",
        ),
        ("routes: [{match: {level: bad}, receivers: []}]\n", "routes[0].match: there is no level 'bad'"),
        ("silences: [{match: {}, reason: x}]\n", "silences[0].match: needs at least one label"),
        ("silences: [{match: {site: x}}]\n", "silences[0].reason: "),
        (SILENCE.format("until: tomorrow"), "silences[0].until: must be a day such as 2027-01-31"),
        (SILENCE.format('until: "2027-01-31T18:00"'), "silences[0].until: must be a day such as 2027-01-31"),
        (SILENCE.format(WINDOW.replace("22:00", "25:00")), "silences[0].window.from: must be a time of day"),
        (SILENCE.format(WINDOW.replace("Lisbon", "Lisbn")), "silences[0].window.timezone: "),
    ],
)
def test_mistakes(tmp_path: Path, text: str, said: str) -> None:
    """Each names its key and what is allowed."""
    assert refused(tmp_path, text).startswith(said)


@pytest.mark.parametrize(
    ("keys", "now", "expected"),
    [
        ("until: 2027-01-31", "2027-01-31T12:00+00:00", True),
        ("until: 2027-01-31", "2027-02-01T12:00+00:00", False),
        ('until: "2027-01-31T18:00+01:00"', "2027-01-31T16:59+00:00", True),
        ('until: "2027-01-31T18:00+01:00"', "2027-01-31T17:00+00:00", False),
        (WINDOW, "2026-12-03T21:59+00:00", False),
        (WINDOW, "2026-12-03T22:00+00:00", True),
        (WINDOW, "2026-12-04T01:59+00:00", True),
        (WINDOW, "2026-12-04T02:00+00:00", False),
        (WINDOW, "2026-12-05T22:30+00:00", False),
        (WINDOW, "2026-07-02T21:00+00:00", True),
        (WINDOW + ", until: 2026-12-03", "2026-12-10T23:00+00:00", False),
        ("until: null", "2036-12-10T23:00+00:00", True),
    ],
)
def test_when_a_silence_applies(tmp_path: Path, keys: str, now: str, *, expected: bool) -> None:
    """Until the end of a day, until an instant, every week within a window in its time zone, or for good."""
    config = loaded(tmp_path, SILENCE.format(keys))
    found = list(active_silences(config.silences, datetime.fromisoformat(now)))
    assert bool(found) is expected
    assert all(one.active(datetime.fromisoformat(now).astimezone(UTC)) and one.configured for one in found)
