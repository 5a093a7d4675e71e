"""What an answer may not say, although its form is right: places, numbers, times and texts that cannot be."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest

from monitor.messages.language import language, languages
from monitor.messages.writer import Writer
from monitor.model import (
    Failure,
    FailureReason,
    Observation,
    ProbeRequest,
    ProbeResult,
    Sighting,
    TaggedSettings,
    text,
)
from monitor.parse import parse_certificate
from monitor.sources.endpoint.connect_options import ConnectOptions, Endpoint
from monitor.sources.files.settings import Files
from monitor.sources.kubernetes.settings import Cluster
from monitor.windows.access import RemoteMachine
from monitor.wire import WireError, by_our_clock, order_key, plausible, read_answer, write_answer
from support.factories.pipeline.world import target
from support.pki import NOW, authority, leaf

ROOT = authority("Test Root")
LEAF = leaf("cam01.dmz.example", ROOT)
REQUEST = target(1, "dmz").request
ALL = ConnectOptions(every_address=True)


def request(settings: TaggedSettings) -> ProbeRequest:
    """Return the request for settings."""
    return replace(REQUEST, settings=settings, location="ordered")


def read(answer: Mapping[str, object], asked: ProbeRequest = REQUEST) -> Observation:
    """Return what an answer says; every certificate is the same one."""
    written = {"id": asked.target_id, "key": order_key(asked), "at": 0, "took": 0, **answer}
    return read_answer(json.loads(json.dumps(written)), asked, {LEAF.sha256: LEAF.der}.get)


FILES = Files(("/etc/ssl/*.pem", "/opt/ca.pem", "C:\\Certs\\**", "/srv/[ab]/x"))
PLACES: list[tuple[TaggedSettings, str, bool]] = [
    (Endpoint("cam01", 443, ""), "ordered", True),
    (Endpoint("cam01", 443, ""), "ordered (RSA)", True),
    (Endpoint("cam01", 443, ""), "", True),
    (Endpoint("cam01", 443, ""), "portal.example:443", False),
    (Endpoint("cam01", 443, ""), "10.1.0.5:443", False),
    (Endpoint("cam01", 443, "", connect=ALL), "10.1.0.5:443", True),
    (Endpoint("cam01", 443, "", connect=ALL), "[2001:db8::1]:443 (ECDSA)", True),
    (Endpoint("cam01", 443, "", connect=ALL), "10.1.0.5:8443", False),
    (Endpoint("cam01", 443, "", connect=ALL), "portal.example:443", False),
    (FILES, "/etc/ssl/a.pem", True),
    (FILES, "/etc/ssl/a.p12#alias", True),
    (FILES, "/opt/ca.pem", True),
    (FILES, "/opt/ca.pem#1", True),
    (FILES, "c:\\certs\\sub\\a.pfx", True),
    (FILES, "/srv/a/x", True),
    (FILES, "/opt/ca.pem.old", False),
    (FILES, "/etc/ssl/../shadow", False),
    (FILES, "/etc/sslx/a.pem", False),
    (FILES, "portal.example:443", False),
    (Cluster("k"), "vms/secret/tls#tls.crt", True),
    (Cluster("k"), "validatingwebhookconfiguration/x#y", True),
    (Cluster("k"), "secrets", True),
    (Cluster("k", namespaces=("vms",)), "vms/configmap/a#b", True),
    (Cluster("k", namespaces=("vms",)), "other/secret/tls#tls.crt", False),
    (Cluster("k", exclude_namespaces=("kube-system",)), "kube-system/secret/a#b", False),
    (Cluster("k"), "portal.example:443/x", False),
    (RemoteMachine("rec01", 5986), "rec01/LocalMachine/My/AB", True),
    (RemoteMachine("rec01", 5986), "rec02/LocalMachine/My/AB", False),
]


@pytest.mark.parametrize(("settings", "place", "believed"), PLACES)
def test_an_answer_speaks_of_places_of_its_order(
    settings: TaggedSettings, place: str, *, believed: bool
) -> None:
    """Whatever it says there: certificates, failures, protocol versions or damaged items."""
    why = {"code": "x", "text": "no"}
    for said in (
        {"seen": [[LEAF.sha256, 0, place]]},
        {"failures": [["dns", why, place]]},
        {"tls_versions": [[place, "TLS 1.3"]]},
        {"isolated": [place]},
        {"staples": [[place, "AA=="]]},
    ):
        if believed:
            assert read(said, request(settings))
        else:
            with pytest.raises(WireError, match="order"):
                read(said, request(settings))


@pytest.mark.parametrize(
    "said",
    [
        {"seen": [[LEAF.sha256, number] for number in range(plausible.MOST_OF_ENDPOINT + 1)]},
        {
            "seen": [
                [LEAF.sha256, 0, f"host1:443 ({number})"] for number in range(plausible.MOST_LOCATIONS + 1)
            ]
        },
        {"failures": [["dns", {"code": "x", "text": "no"}]] * (plausible.MOST_OF_ENDPOINT + 1)},
        {"seen": [[LEAF.sha256, -1]]},
        {"seen": [[LEAF.sha256, 2**31]]},
        {"took": 10**30},
        {"at": 10**17},
    ],
)
def test_what_no_probe_gives_is_refused(said: Mapping[str, object]) -> None:
    """More than there can be of anything, and numbers that no database holds."""
    with pytest.raises(WireError):
        by_our_clock(read(said), timedelta(0), NOW)


def test_certificates_are_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of them, and all of them together."""
    monkeypatch.setattr(plausible, "LARGEST_OF_ENDPOINT", len(LEAF.der) - 1)
    with pytest.raises(WireError, match="bytes"):
        read({"seen": [[LEAF.sha256, 0]]})
    monkeypatch.setattr("monitor.wire.sightings.LARGEST_CERTIFICATE", len(LEAF.der) - 1)
    with pytest.raises(WireError, match="the certificate"):
        read({"seen": [[LEAF.sha256, 0]]})


@pytest.mark.parametrize("days", [-367, 1])
def test_times_that_cannot_be_are_refused(days: int) -> None:
    """Older than any spool, or not there yet."""
    seen = Observation(REQUEST.target_id, NOW + timedelta(days=days), timedelta(0), ProbeResult())
    with pytest.raises(WireError):
        by_our_clock(seen, timedelta(0), NOW)


@pytest.mark.parametrize(
    "at", ["2026-01-01T00:00:00", "0001-01-01T00:00:00+00:00", "9999-12-31T23:00:00-14:00"]
)
def test_dates_that_cannot_be_compared_are_not_read(at: str) -> None:
    """Without a time zone, or outside of the calendar of others."""
    assert read({"machine": {"host": "rec01", "taken_at": at}}).result.partial
    crl = {"location": "host1:443", "position": 0, "issuer": "x", "this_update": at, "next_update": None}
    assert read({"lists": [crl]}).result.partial


@pytest.mark.parametrize("number", [-1, 10**400])
def test_numbers_that_no_column_holds_are_not_read(number: int) -> None:
    """Of a machine and of CRLs."""
    binding = {"address": "0.0.0.0:443", "port": number, "thumbprint": "AB"}
    assert read({"machine": {"host": "rec01", "bindings": [binding]}}).result.partial
    crl = {
        "location": "host1:443",
        "position": 0,
        "issuer": "x",
        "this_update": NOW.isoformat(),
        "next_update": None,
    }
    assert read({"lists": [{**crl, "entries": number}]}).result.partial


PARAMETERS: list[Any] = [
    "s",
    "\x1b[31m\r\nBcc: x\u202e\ud800",
    "x" * 100_000,
    5,
    -3,
    10**400,
    {"instant": "0001-01-01T00:00:00+14:00"},
    {"instant": "9999-12-31T23:59:59-14:00"},
    {"instant": NOW.isoformat()},
    {"microseconds": 10**17},
    {"microseconds": -(10**17)},
    {"list": ["a", "b\n\u202e"]},
    {"list": []},
    {"message": {"code": "x", "text": "in {b:when}", "parameters": {"b": {"instant": NOW.isoformat()}}}},
    {"message": {"code": "x", "text": "in {b:open}", "parameters": {"b": {"instant": NOW.isoformat()}}}},
]
FORMS = ["", "date", "day", "on", "when", "expires", "seconds", "quoted", "open", "nothing"]


@pytest.mark.parametrize("form", FORMS)
def test_every_message_that_is_believed_can_be_written(form: str) -> None:
    """In every language, on one line: what cannot would keep a page or a mail from everybody."""
    for value in PARAMETERS:
        for plural in ("", "{count} {a}"):
            parameters = {"a": value, "count": 10**400 if plural else 1}
            message = {"code": "x", "text": f"{{a:{form}}}", "plural": plural, "parameters": parameters}
            (failure,) = read({"failures": [["dns", message]]}).result.failures
            for one in map(language, languages()):
                said = Writer(one, UTC, NOW).write(failure.message)
                assert said.isprintable()
                assert len(said) < 5000


def test_texts_are_clean_where_nobody_writes_them() -> None:
    """The API gives parameters as they are."""
    message = {"code": "x", "text": "{a}", "parameters": {"a": "b\x1b\ud800", "c": {"list": ["\u202e"]}}}
    (failure,) = read({"failures": [["dns", message]]}).result.failures
    assert failure.message.parameters == (("a", "b\ufffd\ufffd"), ("c", ("\ufffd",)))


def test_what_is_believed_comes_back() -> None:
    """As it was written."""
    seen = Sighting(REQUEST.location, 0, parse_certificate(LEAF.der))
    failure = Failure(FailureReason.DNS, text("no"), REQUEST.location)
    result = ProbeResult((seen,), (failure,), {LEAF.sha256: LEAF.der})
    observation = Observation(REQUEST.target_id, NOW, timedelta(0), result)
    assert read(write_answer(order_key(REQUEST), REQUEST.location, observation)) == observation
