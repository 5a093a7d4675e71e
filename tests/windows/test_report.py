"""The collector's document: what it shows, and that nothing hostile in it does harm."""

import json
from hashlib import sha1, sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import (
    Binding,
    Failure,
    FailureReason,
    KeyLink,
    KeyPermission,
    PrivateKey,
    ServiceAccount,
    StoreEntry,
    text,
)
from monitor.model.texts import located
from monitor.parse import parse_certificate
from monitor.windows.document import schema
from monitor.windows.report import ReportError, machine_names, parse_report, report_result
from monitor.windows.texts import report_too_large
from support.factories.sources.windows_documents import TAKEN, der, document, stored, written
from support.folders import ROOT
from support.written import written as sentence

SCHEMA = ROOT / "deploy" / "windows" / "report.schema.json"
RECORDER = der("rec01.vms.example")
OLD = der("rec01.vms.example")
THUMBPRINT = sha1(RECORDER).hexdigest().upper()
PLACE = f"rec01.vms.example/LocalMachine/My/{THUMBPRINT}"


def test_the_published_schema_is_that_of_the_model() -> None:
    """deploy/windows/report.schema.json is what the model says (write it anew with ``schema()``)."""
    assert SCHEMA.read_text("utf-8") == schema()


def test_a_stored_certificate_is_a_sighting_at_its_store() -> None:
    """The location has the machine, the store and the thumbprint of the bytes, not of the written one."""
    seen = report_result(parse_report(written(stored(RECORDER))))
    assert [(one.location, one.certificate) for one in seen.sightings] == [
        (PLACE, parse_certificate(RECORDER))
    ]
    assert seen.ders == {sha256(RECORDER).hexdigest(): RECORDER}


def test_what_the_store_says_of_a_certificate_is_kept() -> None:
    """Friendly name, key, provider, container and readers are kept, in their order."""
    key = {
        "link": "present",
        "provider": "Microsoft Software Key Storage Provider",
        "container": "ab_cd",
        "hardware": True,
        "readers": [
            {"sid": "S-1-5-20", "name": "NT AUTHORITY\\NETWORK SERVICE", "allowed": False},
            {"sid": "S-1-5-18", "name": "", "allowed": True},
        ],
        "error": "",
    }
    machine = report_result(parse_report(written(stored(RECORDER, key=key)))).machine
    assert machine is not None
    assert machine.entries == (
        StoreEntry(
            PLACE,
            "LocalMachine/My",
            THUMBPRINT,
            sha256(RECORDER).hexdigest(),
            "Recorder",
            archived=False,
            key=PrivateKey(
                KeyLink.PRESENT,
                "Microsoft Software Key Storage Provider",
                "ab_cd",
                hardware=True,
                readers=(
                    KeyPermission("S-1-5-20", "NT AUTHORITY\\NETWORK SERVICE", allowed=False),
                    KeyPermission("S-1-5-18", "", allowed=True),
                ),
            ),
        ),
    )


def test_a_key_of_another_provider_is_in_hardware() -> None:
    """Whatever the script made of it: who may read such a key is known to nobody here."""
    key = {"link": "present", "provider": "Luna Cryptographic Services for Microsoft Windows"}
    machine = report_result(parse_report(written(stored(RECORDER, key=key)))).machine
    assert machine is not None
    assert machine.entries[0].key.hardware is True


def test_an_archived_certificate_gives_no_sighting() -> None:
    """Windows hides it from its services; it is kept by name."""
    seen = report_result(parse_report(written(stored(RECORDER), stored(OLD, archived=True))))
    assert [one.location for one in seen.sightings] == [PLACE]
    assert seen.machine is not None
    assert [one.archived for one in seen.machine.entries] == [False, True]


def test_the_machine_goes_by_its_names_and_addresses() -> None:
    """Link-local addresses are on every machine and join nothing."""
    machine = report_result(parse_report(written())).machine
    assert machine is not None
    assert (machine.host, machine.names, machine.taken_at, machine.stores) == (
        "rec01.vms.example",
        ("rec01.vms.example", "rec01", "10.0.0.5"),
        TAKEN,
        ("LocalMachine/My",),
    )


def test_a_configured_name_comes_first() -> None:
    """Where the machine is configured under a name, its locations and joins use that."""
    machine = report_result(parse_report(written(stored(RECORDER))), "10.9.9.9", ("cam.example",)).machine
    assert machine is not None
    assert machine.names == ("10.9.9.9", "cam.example", "rec01.vms.example", "rec01", "10.0.0.5")
    assert machine.entries[0].location == f"10.9.9.9/LocalMachine/My/{THUMBPRINT}"


def test_a_machine_without_a_full_name_is_known_by_its_short_one() -> None:
    """In a workgroup there may be no full name."""
    assert machine_names(parse_report(written(host={"netbios": "REC01"}))) == ("rec01",)


def test_what_could_not_be_seen_stays_unknown() -> None:
    """Null is None, an empty list is none."""
    unknown = report_result(parse_report(written())).machine
    none = report_result(parse_report(written(roots=[], intermediates=[], bindings=[], services=[]))).machine
    assert unknown is not None
    assert none is not None
    assert (unknown.roots, unknown.intermediates, unknown.bindings, unknown.accounts) == (None,) * 4
    assert (none.roots, none.intermediates, none.bindings, none.accounts) == ((),) * 4


def test_roots_bindings_and_services_are_reported() -> None:
    """Hashes are brought to the product's spelling: SHA-256 lower, thumbprints upper."""
    report = parse_report(
        written(
            roots=[{"thumbprint": "a" * 40, "sha256": "AB" * 32}],
            intermediates=[{"thumbprint": "a" * 40, "sha256": "cd" * 32}],
            bindings=[{"address": "::", "port": 443, "thumbprint": "ef" * 20, "store": "", "app_id": "{x}"}],
            services=[
                {
                    "name": "VideoOS Recording Server",
                    "display_name": "Milestone XProtect Recording Server",
                    "account": "NT AUTHORITY\\NETWORK SERVICE",
                    "sids": ["S-1-5-20", "S-1-1-0"],
                    "running": True,
                },
            ],
        )
    )
    machine = report_result(report).machine
    assert machine is not None
    assert (machine.roots, machine.intermediates) == (("ab" * 32,), ("cd" * 32,))
    assert machine.bindings == (Binding("::", 443, "EF" * 20, "My", "{x}"),)
    assert machine.accounts == (
        ServiceAccount(
            "VideoOS Recording Server",
            "Milestone XProtect Recording Server",
            "NT AUTHORITY\\NETWORK SERVICE",
            ("S-1-5-20", "S-1-1-0"),
            running=True,
        ),
    )


@pytest.mark.parametrize("raw", ["AAAA", "%%%", "", "é"])
def test_bytes_that_are_no_certificate_cost_only_themselves(raw: str) -> None:
    """The failure names the location by the written thumbprint, for want of a better one."""
    seen = report_result(
        parse_report(written(stored(RECORDER), stored(OLD) | {"raw": raw, "thumbprint": "ab" * 20}))
    )
    location = f"rec01.vms.example/LocalMachine/My/{'AB' * 20}"
    assert [one.location for one in seen.sightings] == [PLACE]
    assert [(one.reason, one.location) for one in seen.failures] == [
        (FailureReason.BAD_CERTIFICATE, location)
    ]
    assert seen.unreachable_failures == ()


def test_one_certificate_twice_in_a_store_is_one() -> None:
    """A location is probed once."""
    assert len(report_result(parse_report(written(stored(RECORDER), stored(RECORDER)))).sightings) == 1


def test_a_store_that_could_not_be_read_is_a_failure() -> None:
    """What was known of that store stays; other parts that could not be seen are no failure."""
    errors = [
        {"part": "LocalMachine/WebHosting", "message": "access is denied"},
        {"part": "bindings", "message": "netsh is not there"},
    ]
    report = parse_report(written(stored(RECORDER), errors=errors))
    location = "rec01.vms.example/LocalMachine/WebHosting"
    assert report_result(report).failures == (
        Failure(
            FailureReason.UNREADABLE, located(location=location, problem=text("access is denied")), location
        ),
    )


def test_text_of_strangers_is_cleaned() -> None:
    """A friendly name cannot turn a line round or end it."""
    machine = report_result(
        parse_report(written(stored(RECORDER, friendly_name="a\n\u202eb" + "c" * 300)))
    ).machine
    assert machine is not None
    assert machine.entries[0].friendly_name == "a \ufffdb" + "c" * 251 + "…"


def test_fields_of_a_newer_collector_are_passed_over() -> None:
    """Within one major version more may be written."""
    report = parse_report(written(stored(RECORDER, color="red"), version="1.7", weather=[1]))
    assert len(report_result(report).sightings) == 1


def test_a_byte_order_mark_does_no_harm() -> None:
    """An editor may have put one."""
    assert parse_report(b"\xef\xbb\xbf" + written()).collector == "1.0.0"


WRONG = [
    (b"", "the report is not a complete JSON document: EOF while parsing a value at line 1 column 0"),
    (
        written()[:-5],
        "the report is not a complete JSON document: EOF while parsing an object at line 1 column ",
    ),
    (b"[]", "not a report of the collector: document: Input should be an object"),
    (b"{}", "not a report of the collector: version: Field required (and 9 more errors)"),
    (b"[" * 100_000, "the report is not a complete JSON document: recursion limit exceeded"),
    (written(version="2.0"), "has format 2.0, but this version of cert-monitor reads format 1: update"),
    (written(taken_at="2026-11-23T12:00:00"), "not a report of the collector: taken_at: "),
    (written(taken_at="yesterday"), "not a report of the collector: taken_at: "),
    (written(host={"netbios": "a/b"}), "not a report of the collector: host.netbios: is no name of a host"),
    (written(host={"netbios": ""}), "not a report of the collector: host.netbios: "),
    (written(host={"netbios": "a", "addresses": ["x"]}), "not a report of the collector: host.addresses.0"),
    (written(stores=["CurrentUser/My"]), "not a report of the collector: stores.0: is written as"),
    (written(bindings={}), "not a report of the collector: bindings: "),
    (written(bindings=[{"address": "a", "port": "443", "thumbprint": "a" * 40}]), "bindings.0.port"),
    (written().decode().encode("utf-16"), "the report is not a complete JSON document: "),
]


@pytest.mark.parametrize(("data", "said"), WRONG)
def test_another_shape_is_refused(data: bytes, said: str) -> None:
    """The sentence says where, and never the value."""
    with pytest.raises(ReportError) as raised:
        parse_report(data)
    assert raised.value.reason is FailureReason.BAD_ANSWER
    assert said in sentence(raised.value.message)


def test_a_document_is_bounded() -> None:
    """More is not even parsed."""
    with pytest.raises(ReportError) as raised:
        parse_report(b" " * (1 << 20) + b"{}", largest=1 << 20)
    assert raised.value.reason is FailureReason.TOO_LARGE
    assert raised.value.message == report_too_large(mebibytes=1)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(document())), _JSON)
def test_any_value_in_any_field_is_read_or_refused(field: str, value: object) -> None:
    """Nothing but ReportError leaves the parser, and what it takes can be shown."""
    data = json.dumps(document(stored(RECORDER)) | {field: value}).encode("utf-8", "surrogatepass")
    try:
        report = parse_report(data)
    except ReportError:
        return
    assert report_result(report).machine is not None


def test_a_known_store_is_called_as_windows_calls_it() -> None:
    """Who asked the collector for ``my`` gets the locations, and the joined findings, of ``My``."""
    one = stored(RECORDER) | {"store": "LocalMachine/my"}
    machine = report_result(parse_report(written(one, stores=["LocalMachine/my"]))).machine
    assert machine is not None
    assert (machine.stores, [kept.store for kept in machine.entries or ()]) == (
        ("LocalMachine/My",),
        ["LocalMachine/My"],
    )
