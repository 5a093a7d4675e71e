"""Answers read back as the observations that they were made from, and forged ones are refused."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model import (
    Failure,
    FailureReason,
    KeyLink,
    Machine,
    Message,
    Observation,
    PrivateKey,
    ProbeRequest,
    ProbeResult,
    RevocationList,
    Sighting,
    Staple,
    StoreEntry,
    text,
)
from monitor.model.message import placeholders
from monitor.parse import parse_certificate
from monitor.sources.endpoint.texts import no_ipv4_address
from monitor.wire import WireError, order_key, read_answer, read_answers, write_answer, write_answers
from monitor.wire.texts import PART_UNREADABLE
from support.factories.pipeline.world import target
from support.pki import NOW, authority, leaf

ROOT = authority("Test Root")
LEAF = leaf("cam01.dmz.example", ROOT)
OTHER = leaf("cam02.dmz.example", ROOT)
DERS = {one.sha256: one.der for one in (LEAF, OTHER, ROOT)}
REQUEST = target(1, "dmz").request
HERE = REQUEST.location
TEXTS = st.text(st.characters(categories=["L", "N"]), max_size=20)
MESSAGES = st.builds(text, TEXTS) | st.builds(lambda host: no_ipv4_address(host=host), TEXTS)
LOCATIONS = st.just(HERE) | st.builds(lambda more: f"{HERE} ({more})", TEXTS)
FAILURES = st.builds(Failure, st.sampled_from(FailureReason), MESSAGES, st.just("") | LOCATIONS)
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - naive bounds
SIGHTINGS = st.builds(
    lambda place, position, der, own: Sighting(place, position, parse_certificate(der), own),
    LOCATIONS,
    st.integers(0, 9),
    st.sampled_from([LEAF.der, OTHER.der, ROOT.der]),
    st.booleans(),
)
KEYS = st.builds(PrivateKey, st.sampled_from(KeyLink), TEXTS)
ENTRIES = st.builds(StoreEntry, LOCATIONS, TEXTS, TEXTS, TEXTS, TEXTS, st.booleans(), KEYS)
MACHINES = st.builds(
    Machine, TEXTS, st.tuples(TEXTS), st.none() | TIMES, st.lists(ENTRIES, max_size=2).map(tuple)
)
LISTS = st.builds(RevocationList, LOCATIONS, st.integers(0, 9), TEXTS, TIMES, st.none() | TIMES, TEXTS)


def observed(sightings: list[Sighting], **parts: Any) -> ProbeResult:
    """Return what a probe gave, with the bytes of its certificates."""
    ders = {one.certificate.sha256: DERS[one.certificate.sha256] for one in sightings}
    return ProbeResult(tuple(sightings), ders=ders, **parts)


RESULTS = st.builds(
    observed,
    st.lists(SIGHTINGS, max_size=3),
    failures=st.lists(FAILURES, max_size=2).map(tuple),
    encrypted=st.none() | st.booleans(),
    machine=st.none() | MACHINES,
    lists=st.lists(LISTS, max_size=2).map(tuple),
    staples=st.lists(st.builds(Staple, LOCATIONS, st.binary(max_size=9)), max_size=2).map(tuple),
    partial=st.booleans(),
    isolated=st.frozensets(LOCATIONS, max_size=2),
    tls_versions=st.lists(st.tuples(LOCATIONS, TEXTS), max_size=2).map(tuple),
)


def usual(der: bytes = LEAF.der) -> Observation:
    """Return what nearly every probe gives: one chain."""
    chain = [Sighting(HERE, index, parse_certificate(one)) for index, one in enumerate((der, ROOT.der))]
    result = observed(chain, encrypted=True, tls_versions=((HERE, "TLS 1.3"),))
    return Observation(REQUEST.target_id, NOW, timedelta(milliseconds=31), result)


def document(observation: Observation, *names: str) -> Any:
    """Return the document of one answer as data, with the bytes of these certificates."""
    answer = write_answer(order_key(REQUEST), HERE, observation)
    return json.loads(write_answers([answer], {name: DERS[name] for name in names}, NOW))


def read(data: Any, request: ProbeRequest = REQUEST, **held: bytes) -> Observation:
    """Return the observation of the one answer of a document, by a center that holds certificates."""
    received = read_answers(json.dumps(data).encode())
    ders = {**received.certificates, **held}
    return read_answer(received.answers[0], request, ders.get)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine
@given(RESULTS, TIMES, st.timedeltas(timedelta(0), timedelta(hours=1)))
def test_an_observation_comes_back(result: ProbeResult, at: datetime, took: timedelta) -> None:
    """With all that a probe may give, and the certificates from their bytes."""
    observation = Observation(REQUEST.target_id, at, took, result)
    assert read(document(observation, *result.ders)) == observation


def test_a_certificate_is_sent_once() -> None:
    """A center that holds it is sent its name alone."""
    received = read_answers(json.dumps(document(usual())).encode())
    assert received.missing(lambda names: names) == ()
    assert received.missing(lambda _: ()) == tuple(sorted((LEAF.sha256, ROOT.sha256)))
    assert read(document(usual()), **DERS) == usual()


def test_an_answer_is_small() -> None:
    """It is sent as often as a target is probed."""
    several = [write_answer(order_key(REQUEST), HERE, usual())] * 2
    one, two = (len(write_answers(several[:number], {}, NOW)) for number in (1, 2))
    assert two - one < 310


def changed(**members: object) -> Callable[[Any], None]:
    """Return what puts members into the answer."""
    return lambda data: data["answers"][0].update(members)


def _swap(data: Any) -> None:
    first, second = list(data["certificates"])[:2]
    sent = data["certificates"]
    sent[first], sent[second] = sent[second], sent[first]


@pytest.mark.parametrize(
    "forge",
    [
        _swap,
        changed(seen=[["ab" * 32, 0]]),
        changed(seen=[["../../etc", 0]]),
        changed(seen=[[LEAF.sha256, "first"]]),
        changed(seen=[[]]),
        changed(seen={"a": 1}),
        changed(id="other/endpoint:host1:443"),
        changed(at=10**30),
        changed(at="now"),
        changed(took=-1),
        changed(failures=[["dns"]]),
        changed(failures=[["dns", {"code": "x"}]]),
        changed(staples=[["here", "%%%"]]),
        changed(encrypted="yes"),
        changed(isolated="all"),
        changed(tls_versions=[["a"]]),
        lambda data: data.update(sent_at=None),
        lambda data: data.update(answers=data["answers"] * 1001),
        lambda data: data["certificates"].update({"zz": ""}),
        lambda data: data.update(version=2),
        lambda data: data.update(padding="x" * 9_000_000),
    ],
)
def test_a_forged_document_is_refused(forge: Callable[[Any], None]) -> None:
    """It names bytes that it did not send, or others', or is not what an agent of ours writes."""
    data = document(usual(), LEAF.sha256, ROOT.sha256)
    forge(data)
    with pytest.raises(WireError):
        read(data)


def test_what_a_certificate_says_comes_from_its_bytes() -> None:
    """A forged answer can name another certificate, but not change one."""
    data = document(usual(), LEAF.sha256, ROOT.sha256)
    data["answers"][0]["seen"][0].append(f"{HERE} (RSA)")
    assert read(data).result.sightings[0].certificate == parse_certificate(LEAF.der)


def test_bytes_that_are_no_certificate_here_are_a_failure() -> None:
    """The agent may have a reader that this center has not."""
    der = b"\x30\x03\x02\x01\x01"
    data = document(usual())
    name = sha256(der).hexdigest()
    data["answers"][0]["seen"] = [[name, 0]]
    result = read(data, **{name: der}).result
    assert (result.sightings, [one.reason for one in result.failures]) == (
        (),
        [FailureReason.BAD_CERTIFICATE],
    )


def test_a_reason_of_a_newer_version_stays_readable() -> None:
    """It counts as internal, with the message that came."""
    why = {"code": "quic_refused", "text": "QUIC is refused by {host}", "parameters": {"host": "cam01"}}
    data = document(usual(), LEAF.sha256, ROOT.sha256)
    data["answers"][0] |= {"failures": [["quic_refused", why]], "later": True}
    (failure,) = read(data).result.failures
    assert failure == Failure(
        FailureReason.INTERNAL, Message("quic_refused", "QUIC is refused by {host}", "", (("host", "cam01"),))
    )


def test_a_machine_in_the_form_of_a_newer_version_is_partly_read() -> None:
    """What could not be read is said, and nothing is concluded from its absence."""
    data = document(usual(), LEAF.sha256, ROOT.sha256)
    data["answers"][0]["machine"] = {"host": "rec01", "entries": [{"location": 7}]}
    result = read(data).result
    assert (len(result.sightings), result.machine, result.partial) == (2, None, True)
    assert result.failures[-1].message == PART_UNREADABLE


@pytest.mark.parametrize(
    "template",
    ["{a.__class__}", "{a!r}", "{a:bogus}", "{a[0]}", "line\nbreak {a}", "\u202eabc{a}", "{a}" + "x" * 5000],
)
def test_a_template_unlike_ours_is_only_a_text(template: str) -> None:
    """Whoever writes the message for a reader fills nothing in."""
    (name,) = placeholders(template)
    data = document(usual(), LEAF.sha256, ROOT.sha256)
    why = {"code": "x", "text": template, "parameters": {name: "1"}}
    data["answers"][0]["failures"] = [["dns", why]]
    message = read(data).result.failures[0].message
    assert (message.code, message.text) == ("text", "{text}")


def test_texts_are_cleaned() -> None:
    """Locations and what a machine says are hostile text like any other."""
    machine = Machine("rec\x0001", ("a\u202eb",))
    observation = usual()
    result = replace(observation.result, machine=machine, isolated=frozenset({f"{HERE} (a\nb)"}))
    found = read(document(replace(observation, result=result), LEAF.sha256, ROOT.sha256)).result
    assert found.machine == Machine("rec\ufffd01", ("a\ufffdb",))
    assert found.isolated == {f"{HERE} (a b)"}


NESTED: Mapping[str, object] = {"code": "x", "text": "{why}"}


def test_messages_in_messages_have_an_end() -> None:
    """A message is written by recursion."""
    why: Mapping[str, object] = {"code": "x", "text": "end"}
    for _ in range(40):
        why = {**NESTED, "parameters": {"why": {"message": why}}}
    data = document(usual(), LEAF.sha256, ROOT.sha256)
    data["answers"][0]["failures"] = [["dns", why]]
    assert read(data).result.failures[0].message == text("{why}")
