"""The forecast for programs."""

from monitor.model import Snapshot
from support.factories.web.fakes import FakeDaemon, certificate, endpoint, snapshot, unreachable
from support.factories.web.pages import get


def answer(shown: Snapshot, query: str = "?at=2027-03-15") -> dict[str, object]:
    """Return the answer of the API."""
    response = get(FakeDaemon(shown), f"/api/v1/forecast{query}")
    assert response.status_code == 200
    body: dict[str, object] = response.json()
    return body


def test_certificates_have_their_locations() -> None:
    """What will have expired is listed with what a program needs to find it."""
    shown = certificate(5, "a")
    assert answer(snapshot(endpoint("a", 5), endpoint("b", 500)))["expiries"] == [
        {
            "certificate": shown.sha256,
            "title": "a",
            "issuer": "VMS CA",
            "not_after": shown.not_after.isoformat(),
            "ca": False,
            "level": "ok",
            "low_impact": False,
            "depends_on": [],
            "location_count": 1,
            "locations": [{"location": "a:443", "target": "endpoint:a:443"}],
        }
    ]


def test_what_stops_is_in_the_words_of_the_reader() -> None:
    """Texts follow the language of the request."""
    response = get(
        FakeDaemon(snapshot(endpoint("a", 5))), "/api/v1/forecast?at=2027-03-15", {"accept-language": "pt-BR"}
    )
    (stop,) = response.json()["stops"]
    assert (stop["impact"], stop["component"], stop["target_count"], stop["targets"]) == (
        "Os clientes que verificam o certificado se recusam a conectar.",
        "recording_server",
        1,
        ["endpoint:a:443"],
    )


def test_the_day_ends_in_utc() -> None:
    """The instant is the last second of the day."""
    assert answer(snapshot())["at"] == "2027-03-15T23:59:59+00:00"


def test_without_a_day_it_looks_90_days_ahead() -> None:
    """The usual question needs no parameter."""
    assert answer(snapshot(), "")["at"] == "2027-02-21T23:59:59+00:00"


def test_a_wrong_day_is_refused() -> None:
    """The answer says what is expected."""
    response = get(FakeDaemon(snapshot()), "/api/v1/forecast?at=soon")
    assert (response.status_code, response.json()["problems"]) == (
        422,
        ["at must be a day within 50 years from now, such as 2027-03-15"],
    )


def test_months_and_what_is_not_known_are_counted() -> None:
    """Numbers come as numbers."""
    found = answer(snapshot(endpoint("a", 5), unreachable("b")))
    load, unknown = found["load"], found["unknown"]
    assert isinstance(load, dict)
    assert isinstance(unknown, dict)
    assert load["months"][0] == {
        "month": "2026-11",
        "renewals": 1,
        "by_path": 1,
        "sites": {"harbour": 1},
        "components": {"recording_server": 1},
    }
    assert unknown["unreachable"] == 1
