"""Tests of how values stand in columns and come back from there."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Failure, FailureReason, Message, RecipientStatus, text
from monitor.store.columns.json_values import failures_json, failures_of, recipients_json, recipients_of
from monitor.store.columns.types import DurationColumn, TimestampColumn, storable
from monitor.store.texts import FAILURE_UNREADABLE

INSTANTS = st.datetimes(timezones=st.just(UTC))


@given(INSTANTS)
def test_every_instant_comes_back(at: datetime) -> None:
    """An instant survives its column to the microsecond, from year 1 to 9999."""
    column = TimestampColumn()
    number = column.process_bind_param(at, None)
    assert column.process_result_value(number, None) == at


@given(st.timedeltas(timedelta(days=-100_000), timedelta(days=100_000)))
def test_every_length_comes_back(length: timedelta) -> None:
    """A length survives its column to the microsecond."""
    column = DurationColumn()
    assert column.process_result_value(column.process_bind_param(length, None), None) == length


@given(st.text(st.characters()))
def test_every_text_is_storable(text: str) -> None:
    """Any text becomes one that UTF-8 can hold, and one that it can hold stays as it is."""
    clean = storable(text)
    assert (clean.encode().decode(), storable(clean)) == (clean, clean)


FAILURES = st.lists(
    st.builds(Failure, st.sampled_from(FailureReason), st.text(st.characters()).map(text), st.text())
).map(tuple)


@given(FAILURES)
def test_failures_come_back(failures: tuple[Failure, ...]) -> None:
    """Failures survive their JSON form."""
    assert failures_of(failures_json(failures)) == failures


def test_reason_of_another_version_reads_as_internal() -> None:
    """A reason that this version does not know does not stop loading."""
    stored = failures_json([Failure(FailureReason.DNS, text("x"))]).replace('"dns"', '"from_the_future"')
    assert failures_of(stored) == (Failure(FailureReason.INTERNAL, text("x")),)


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        ({"detail": "the connection was refused"}, text("the connection was refused")),
        ({"message": {"code": "from_the_future", "text": "{what}"}}, FAILURE_UNREADABLE),
    ],
)
def test_what_other_versions_wrote_is_read(stored: dict[str, object], message: Message) -> None:
    """The sentence of an earlier version stays, and a message that cannot be read does not stop loading."""
    written = json.dumps([{"reason": "refused", "location": "h:1", **stored}])
    assert failures_of(written) == (Failure(FailureReason.REFUSED, message, "h:1"),)


@given(st.lists(st.tuples(st.text(), st.sampled_from(RecipientStatus))).map(tuple))
def test_recipients_come_back(recipients: tuple[tuple[str, RecipientStatus], ...]) -> None:
    """Recipients survive their JSON form, in order."""
    assert recipients_of(recipients_json(recipients)) == recipients
