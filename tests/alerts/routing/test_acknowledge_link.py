"""Tokens of links that acknowledge: only the key makes them, and each is for one alert and one receiver."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.routing.acknowledge_link import AcknowledgeLink, link_of, link_sent, token_of
from monitor.web.paths import ACKNOWLEDGE, is_link

NOW = datetime(2026, 11, 23, 12, 0, 0, 5, tzinfo=UTC)
KEY = b"k" * 32
LINK = link_sent("e602d103d217383aa4e7", "admins", NOW)
TOKEN = token_of(LINK, KEY)


def test_lasts_for_14_days() -> None:
    """It is counted from when the mail is written."""
    assert NOW + timedelta(days=14) - LINK.expires_at < timedelta(seconds=1)


@given(
    alert_id=st.text("0123456789abcdef", min_size=20, max_size=20),
    receiver=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}", fullmatch=True),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2400, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - as it wants
    key=st.binary(min_size=32, max_size=32),
)
def test_read_back(alert_id: str, receiver: str, at: datetime, key: bytes) -> None:
    """Each token says what it is for, in letters that a path has as they are."""
    link = link_sent(alert_id, receiver, at)
    token = token_of(link, key)
    assert link_of(token, key) == link
    assert is_link(ACKNOWLEDGE + token)


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("0aZ_-.g"))
def test_one_letter_changed(at: int, letter: str) -> None:
    """What is changed anywhere is refused, also where two signatures would decode to the same bytes."""
    changed = TOKEN[:at] + letter + TOKEN[at + 1 :]
    assert link_of(changed, KEY) == (LINK if changed == TOKEN else None)


@pytest.mark.parametrize(
    "other",
    [
        replace(LINK, alert_id="0602d103d217383aa4e7"),
        replace(LINK, receiver="operators"),
        replace(LINK, expires_at=LINK.expires_at + timedelta(days=1)),
    ],
)
def test_signature_of_another(other: AcknowledgeLink) -> None:
    """A signature does for nothing but what it was made for."""
    said = token_of(other, KEY).rpartition(".")[0]
    assert link_of(f"{said}.{TOKEN.rpartition('.')[2]}", KEY) is None


@pytest.mark.parametrize(
    "token", ["", ".", "...", TOKEN[:-1], f"{TOKEN}x", f"{TOKEN}\n", TOKEN.upper(), "\u0661" * 80]
)
def test_no_token(token: str) -> None:
    """What is cut or is no token is refused without an error."""
    assert link_of(token, KEY) is None


def test_another_key() -> None:
    """After a rotation none of the links works that were sent before."""
    assert link_of(TOKEN, b"x" * 32) is None


def test_no_short_key() -> None:
    """A key that was lost or cut signs nothing."""
    with pytest.raises(ValueError, match="must have 32 bytes"):
        token_of(LINK, b"")
