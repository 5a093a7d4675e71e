"""Stored notifications are read back unchanged; unknown content is refused."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.alerts import Inventory, NotificationItem, NotifyReason
from monitor.alerts.digest import Digest
from monitor.alerts.payload import UnreadablePayloadError, from_json, remarks_in, to_json
from monitor.model import AlertLevel, Check, Message, text
from monitor.model.message import own
from support.factories.alerts.world import NOW, certificate

UTC = ZoneInfo("UTC")
MESSAGES = st.text(max_size=20).map(text) | st.text(max_size=20).map(lambda one: own(one, ()))
INSTANTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
ANY = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.fixture(scope="module", autouse=True)
def _strategies() -> None:
    """Make values of these types from their fields, also of fields that are added later."""
    st.register_type_strategy(Message, MESSAGES)
    st.register_type_strategy(datetime, INSTANTS)
    st.register_type_strategy(str, st.text(max_size=10))


@ANY
@given(st.data())
def test_items_read_back_equal(data: st.DataObject) -> None:
    """Any items of a notice, with any certificate, locations, labels, steps and messages."""
    items = tuple(data.draw(st.lists(st.from_type(NotificationItem), max_size=2)))
    assert from_json(to_json(items)) == items


@ANY
@given(st.data())
def test_an_inventory_reads_back_equal(data: st.DataObject) -> None:
    """Any inventory, with its counts, items, upcoming expiries and hosts."""
    inventory = data.draw(st.from_type(Inventory))
    assert from_json(to_json(inventory)) == inventory


@ANY
@given(st.data())
def test_a_digest_reads_back_equal(data: st.DataObject) -> None:
    """Any digest, with who acknowledged what."""
    digest = data.draw(st.from_type(Digest))
    assert from_json(to_json(digest)) == digest


@ANY
@given(st.data())
def test_remarks_read_back_equal(data: st.DataObject) -> None:
    """Remarks on the notification are beside what it says, and change nothing of that."""
    remarks = tuple(data.draw(st.lists(MESSAGES, max_size=3)))
    payload = to_json((item(),), remarks)
    assert (remarks_in(payload), from_json(payload)) == (remarks, (item(),))


@pytest.mark.parametrize(
    "payload", ["", "[]", '{"items": [], "remarks": 1}', '{"items": [], "remarks": [1]}']
)
def test_remarks_that_were_never_stored_are_refused(payload: str) -> None:
    """The same kind of error for them."""
    with pytest.raises(UnreadablePayloadError):
        remarks_in(payload)


def item() -> NotificationItem:
    """Return an item about a certificate."""
    return NotificationItem(
        NotifyReason.FIRST, AlertLevel.CRITICAL, (Check.EXPIRY,), "Recorder", certificate=certificate(1, 3)
    )


def test_types_are_those_of_before() -> None:
    """Enumerations compare by value with texts; templates and lookups need the members."""
    (read,) = from_json(to_json((item(),)))  # type: ignore[misc]
    assert [type(one) for one in (read.reason, read.level, read.checks[0])] == [
        NotifyReason,
        AlertLevel,
        Check,
    ]


def test_only_what_is_there_is_stored() -> None:
    """Payloads of many items stay short: a field at its default is left out."""
    bare = NotificationItem(NotifyReason.RESOLVED, None, (), "A title")
    assert json.loads(to_json((bare,))) == {
        "items": [{"reason": "resolved", "level": None, "checks": [], "title": "A title"}]
    }


def test_a_field_of_another_version_is_ignored() -> None:
    """What a newer version added does not keep the rest from being sent."""
    document = json.loads(to_json((item(),)))
    document["items"][0]["color"] = "red"
    assert from_json(json.dumps(document)) == (item(),)


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "[]",
        "{}",
        '{"items": 1}',
        '{"items": [1]}',
        '{"items": [{}]}',
        '{"items": [{"reason": "hunger", "level": null, "checks": [], "title": ""}]}',
        '{"items": [{"reason": "first", "level": null, "checks": "expiry", "title": ""}]}',
        '{"items": [{"reason": "first", "level": null, "checks": [], "title": 1}]}',
        '{"inventory": {"watched": true}}',
    ],
)
def test_what_was_never_stored_is_refused(payload: str) -> None:
    """One kind of error for every way in which a payload can be wrong."""
    with pytest.raises(UnreadablePayloadError):
        from_json(payload)


def test_instants_keep_their_microseconds() -> None:
    """A certificate's time reads back to the microsecond."""
    (read,) = from_json(to_json((item(),)))  # type: ignore[misc]
    assert read.certificate.not_after == certificate(1, 3).not_after
    assert read.certificate.not_after > NOW
