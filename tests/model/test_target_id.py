"""Ids of targets: as they always were without a zone, and unmistakable with one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from monitor.alerts.keys import alert_key
from monitor.metrics import Exposition
from monitor.model import (
    AlertKey,
    Check,
    Finding,
    Scope,
    Severity,
    Snapshot,
    Target,
    TargetState,
    make_target_id,
    text,
)
from monitor.store import Store
from support.factories.recorded import NOW, loaded, probe, sighting, target, using

KINDS = st.from_regex(r"[a-z_]+", fullmatch=True)
ZONES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
NAMES = st.text(max_size=30)
IN_A_ZONE = make_target_id("endpoint", "10.0.0.5:443/rec.example", "harbour-2")


@given(kind=KINDS, name=NAMES)
def test_without_a_zone(kind: str, name: str) -> None:
    """An id is the kind, a colon and the name, whatever the name holds."""
    assert make_target_id(kind, name) == f"{kind}:{name}"


def test_in_a_zone() -> None:
    """The zone and a slash come first."""
    assert IN_A_ZONE == "harbour-2/endpoint:10.0.0.5:443/rec.example"


@given(zone=st.one_of(st.just(""), ZONES), kind=KINDS, name=NAMES)
def test_an_id_says_one_thing(zone: str, kind: str, name: str) -> None:
    """What stands before the first colon is zone and kind: no name can pretend to be in another zone."""
    before, _, after = make_target_id(kind, name, zone).partition(":")
    assert (*before.rpartition("/")[::2], after) == (zone, kind, name)


@pytest.mark.parametrize("zone", ["a/b", "a:b", "a b", " ", "ü", "-a", ".", "a\n", "x" * 64])
def test_bad_zone(zone: str) -> None:
    """A zone that would make ids ambiguous is refused."""
    with pytest.raises(ValueError, match="a zone is a word"):
        make_target_id("endpoint", "a:443", zone)


def test_key_of_an_alert() -> None:
    """The key of an alert about a target in a zone has its id."""
    finding = Finding(Check.NAME, Severity.CRITICAL, text("wrong"), "ab" * 32)
    assert alert_key(IN_A_ZONE, finding) == AlertKey(Check.NAME, Scope.TARGET, IN_A_ZONE, "ab" * 32)


def test_metrics() -> None:
    """The label ``target`` is the id."""
    there = Target(IN_A_ZONE, "endpoint", "10.0.0.5:443", None, zone="harbour-2")
    text = b"".join(Exposition().pieces(Snapshot({there.id: TargetState(there)}), NOW)).decode()
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    assert {one.labels["target"] for one in samples if "target" in one.labels} == {IN_A_ZONE}


def test_record() -> None:
    """The state of a target in a zone comes back from the store, apart from that of its namesake."""
    ours = replace(target(), id=make_target_id("endpoint", "host:443", "harbour-2"), zone="harbour-2")
    states = [probe(NOW, sighting(one.id), of=one) for one in (target(), ours)]

    async def act(store: Store) -> list[TargetState]:
        for state, observations in states:
            await store.record([state], observations)
        return await loaded(store, target(), ours)

    assert using(act, "sqlite://") == [state for state, _ in states]
