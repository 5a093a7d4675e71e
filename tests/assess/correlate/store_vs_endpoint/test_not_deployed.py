"""A port that still serves the old certificate although a new one is installed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.assess.correlate.store_vs_endpoint.texts import not_deployed_from_store
from monitor.model import (
    AlertKey,
    Certificate,
    Check,
    Failure,
    FailureReason,
    KeyLink,
    Policy,
    PrivateKey,
    Scope,
    Severity,
    Sighting,
    StoreEntry,
    TargetState,
    text,
)
from support.factories.assess.machines import (
    GONE,
    HOST,
    NEW,
    OLD,
    by_target,
    checks,
    files,
    found,
    kept,
    machine,
    made,
    off,
    port,
    sentences,
)
from support.pki import days
from support.written import written

NOT_DEPLOYED = Check.NOT_DEPLOYED


def test_the_trap_of_automatic_renewal() -> None:
    """A newer certificate is in the store, the port serves the old one: both are named."""
    (finding,) = found(machine(kept(OLD), kept(NEW)), port(OLD))
    assert (finding.check, finding.severity, finding.sha256) == (NOT_DEPLOYED, Severity.WARNING, OLD.sha256)
    assert (finding.location, finding.instead) == (f"{HOST}:7563", NEW.sha1)
    assert finding.message == not_deployed_from_store(
        location=f"{HOST}:7563",
        sha1=OLD.sha1,
        not_after=days(25),
        store="LocalMachine/My",
        host=HOST,
        new_sha1=NEW.sha1,
        new_not_after=days(363),
    )


def test_it_is_reported_at_the_endpoint_once_for_all_its_ports() -> None:
    """Every port with the old certificate shows it; all of them are one alert."""
    reported = by_target(machine(kept(OLD), kept(NEW)), port(OLD), port(OLD, 9001))
    assert list(reported) == [f"endpoint:{HOST}:7563", f"endpoint:{HOST}:9001"]
    shared = AlertKey(Check.NOT_DEPLOYED, Scope.MACHINE, HOST, OLD.sha256)
    assert {f.shared_alert for several in reported.values() for f in several} == {shared}


def test_a_port_that_serves_the_new_one_is_fine() -> None:
    """Nothing is said once the port serves the latest."""
    assert checks(machine(kept(OLD), kept(NEW)), port(NEW)) == []


@pytest.mark.parametrize(
    ("ends_in", "severity"), [(8, Severity.WARNING), (6.9, Severity.CRITICAL), (-1, Severity.CRITICAL)]
)
def test_it_is_as_bad_as_the_end_of_what_is_served(ends_in: float, severity: Severity) -> None:
    """A warning at once, critical from the served one's critical threshold on."""
    old = made(-340, ends_in)
    assert [f.severity for f in found(machine(kept(NEW)), port(old))] == [severity]


def test_it_can_be_switched_off() -> None:
    """The endpoint's policy decides: off, or as bad as it says."""
    critical = Policy(checks=((NOT_DEPLOYED, Severity.CRITICAL),))
    store = machine(kept(NEW))
    assert checks(store, port(OLD, policy=off(NOT_DEPLOYED))) == []
    assert [f.severity for f in found(store, port(OLD, policy=critical))] == [Severity.CRITICAL]


NOT_READY = {
    "without its key": kept(NEW, GONE),
    "archived": kept(NEW, archived=True),
    "not yet valid": kept(made(1, 400)),
    "ended": kept(made(-300, -1)),
    "older": kept(made(-350, 200)),
    "ends sooner": kept(made(-2, 20)),
    "made in one sitting": kept(made(-335, 40)),
    "for another name": kept(made(-2, 363, "other.vms.example")),
    "for fewer names": kept(made(-2, 363, "rec01")),
    "for anything": kept(made(-2, 363, usage=False)),
    "self-signed": kept(made(-2, 363, by=None)),
    "a CA": kept(made(-2, 363, ca=True)),
    "in a store for other people's": kept(NEW, store="LocalMachine/TrustedPeople"),
    "in a person's store": kept(NEW, store="CurrentUser/My"),
}


@pytest.mark.parametrize("lying", NOT_READY.values(), ids=list(NOT_READY))
def test_what_is_no_successor(lying: tuple[StoreEntry, Certificate]) -> None:
    """Only what could be switched to counts."""
    assert NOT_DEPLOYED not in checks(machine(kept(OLD), lying), port(OLD))


READY = {
    "a key that could not be seen": kept(NEW, PrivateKey(KeyLink.UNKNOWN)),
    "one more name": kept(made(-2, 363, HOST, "rec01", "10.0.0.5")),
    "names in capitals": kept(made(-2, 363, HOST.upper())),
    "in another store of services": kept(NEW, store="LocalMachine/WebHosting"),
    "in one service's store": kept(NEW, store="Services/MilestoneEventServerService/My"),
    "ends with its CA": kept(made(-20, 25)),
}


@pytest.mark.parametrize("lying", READY.values(), ids=list(READY))
def test_what_is_a_successor(lying: tuple[StoreEntry, Certificate]) -> None:
    """What may have its key, lies where services look, and has every name, counts."""
    assert checks(machine(kept(OLD), lying), port(OLD)) == [NOT_DEPLOYED]


def with_usages(start: float, end: float, *usages: str) -> Certificate:
    """Return a certificate with these usages."""
    return replace(made(start, end), extended_usages=usages)


SERVER, CLIENT = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"


@pytest.mark.parametrize(
    ("served", "lying", "reported"),
    [
        ((SERVER,), (SERVER, CLIENT), []),
        ((SERVER, CLIENT), (SERVER,), [NOT_DEPLOYED]),
        ((SERVER, CLIENT), (CLIENT, SERVER), [NOT_DEPLOYED]),
        ((SERVER,), (CLIENT,), []),
    ],
)
def test_usages(served: tuple[str, ...], lying: tuple[str, ...], reported: list[Check]) -> None:
    """A computer's own certificate, renewed by the domain, is no successor of a server's one."""
    old, new = with_usages(-340, 25, *served), with_usages(-2, 363, *lying)
    assert checks(machine(kept(new)), port(old)) == reported


def test_the_latest_of_several_is_named() -> None:
    """Of several successors the one that began last is the one to switch to."""
    between = made(-100, 265)
    (finding,) = found(machine(kept(between), kept(NEW)), port(OLD))
    assert finding.instead == NEW.sha1


def test_a_kind_of_key_that_the_product_takes() -> None:
    """A newer certificate with a kind of key that the service cannot use is no successor."""
    assert NEW.key_type == "EC"
    assert checks(machine(kept(NEW)), port(OLD, key_type="RSA")) == []


def test_two_types_of_key_side_by_side() -> None:
    """A server with an RSA and an ECDSA certificate renews each on its own; a changed type follows."""
    other = replace(NEW, key_type="RSA")
    assert checks(machine(kept(OLD), kept(other)), port(OLD)) == []
    assert checks(machine(kept(other)), port(OLD)) == [NOT_DEPLOYED]


def test_a_location_for_each_type_of_key() -> None:
    """A port that is probed for each type of key is one port of its machine."""
    where = f"{HOST}:7563 (ECDSA)"
    (finding,) = found(machine(kept(NEW)), port(OLD, location=where))
    assert (finding.location, written(finding).startswith(f"{where} still serves")) == (where, True)


def test_two_probes_that_call_a_machine_differently() -> None:
    """A probe by address and a probe by name are one machine with one alert."""
    by_address = machine(kept(NEW), kind="windows_remote", host="10.0.0.5", names=("10.0.0.5", HOST))
    shared = {finding.shared_alert for finding in found(by_address, port(OLD, aliases=(HOST,)))}
    assert shared == {AlertKey(Check.NOT_DEPLOYED, Scope.MACHINE, HOST, OLD.sha256)}


def test_an_unresponsive_port_says_nothing() -> None:
    """A service that is being restarted is not reported as not switched."""
    assert checks(machine(kept(NEW)), port(OLD, up=False)) == []


def test_an_address_that_answers_beside_one_that_does_not() -> None:
    """Of a name with several addresses each is judged by whether it answered itself."""
    store = machine(kept(NEW), names=(HOST, "10.0.0.5"))
    here, other = "10.0.0.5:7563", "10.0.0.6:7563"
    for silent, reported in ((other, [NOT_DEPLOYED]), (here, []), ("", [])):
        failure = Failure(FailureReason.TIMEOUT, text("no answer"), silent)
        state = replace(
            port(OLD, host="pool.vms.example", location=here), failed_probes=1, failures=(failure,)
        )
        assert checks(store, state) == reported


def test_a_renewal_in_hand_has_an_hour() -> None:
    """Within an hour of the new one's making nothing is said; the port's probe counts, not the clock."""
    fresh = made(-0.02, 365)
    store = machine(kept(fresh))
    assert checks(store, port(OLD)) == []
    assert checks(store, port(OLD, after=timedelta(hours=1))) == [NOT_DEPLOYED]


def test_last_known_stores_serve_on() -> None:
    """While the machine cannot be read, what was seen to lie there still does."""
    silent = replace(machine(kept(NEW)), failed_probes=3)
    assert checks(silent, port(OLD)) == [NOT_DEPLOYED]


def test_two_certificates_of_one_recorder_are_judged_as_a_pair() -> None:
    """Where the other port of a recorder has the new one already, that is reported as the pair, once."""
    ports = (
        port(OLD, 7563, group="streaming_media", component="recording_server"),
        port(NEW, 9001, group="server", component="recording_server"),
    )
    assert set(checks(machine(kept(OLD), kept(NEW)), *ports)) == {Check.RECORDER_PAIR}


def test_twins_for_two_services() -> None:
    """Two certificates that end together, both in use, are each in their right place."""
    one, other = made(-300, 200), made(-280, 203)
    store = machine(kept(one), kept(other))
    assert checks(store, port(one, 443), port(other, 8443)) == []
    assert checks(store, port(one, 443)) == [NOT_DEPLOYED]


def test_a_port_of_the_same_service_that_was_switched() -> None:
    """Of two ports one was switched and one was forgotten: the forgotten one is reported."""
    reported = by_target(machine(kept(OLD), kept(NEW)), port(OLD, 443), port(NEW, 9000))
    assert list(reported) == [f"endpoint:{HOST}:443"]


def test_two_probes_of_one_machine_tell_once() -> None:
    """Stores that are read in two ways give one finding for a port."""
    other = machine(kept(NEW), kind="windows_remote")
    assert checks(machine(kept(NEW)), other, port(OLD)) == [NOT_DEPLOYED]


def test_each_address_of_a_name_is_a_machine_of_its_own() -> None:
    """Of a name with several addresses only the one that the machine has is compared with its store."""
    store = machine(kept(NEW), names=(HOST, "10.0.0.5"))
    there = port(OLD, host="pool.vms.example", aliases=(HOST,), location="10.0.0.5:7563")
    elsewhere = port(OLD, host="pool.vms.example", aliases=(HOST,), location="10.0.0.6:7563")
    assert (checks(store, there), checks(store, elsewhere)) == ([NOT_DEPLOYED], [])


def test_a_file_of_a_named_machine() -> None:
    """A file with a newer certificate tells of the endpoints of the host that its entry names."""
    (finding,) = found(files(NEW, host=HOST), port(OLD))
    assert sentences([finding])[0].endswith(
        "although a newer certificate for the same names is stored at /etc/tls/new.pem: "
        f"{NEW.sha1}, which expires in 363 days (21 Nov 2027 12:00 UTC)"
    )


@pytest.mark.parametrize(
    ("host", "reported"), [("127.0.0.1", [NOT_DEPLOYED]), ("::1", [NOT_DEPLOYED]), (HOST, [])]
)
def test_a_file_of_no_named_machine(host: str, reported: list[Check]) -> None:
    """It lies on the monitor's own machine, so it tells only of endpoints there."""
    assert checks(files(NEW), port(OLD, host=host)) == reported


def test_files_that_we_use_ourselves() -> None:
    """A pinned certificate among our anchors is nobody's successor."""
    assert checks(files(NEW, origin="trust"), port(OLD, host="localhost")) == []


def test_a_chain_in_a_file() -> None:
    """Only what heads a chain can be served; a CA above it is no successor of anything."""
    chain = files(NEW, host=HOST)
    above = Sighting("/etc/tls/new.pem", 1, made(-2, 3000, HOST))
    more: TargetState = replace(chain, sightings=(*chain.sightings, above))
    assert [finding.instead for finding in found(more, port(OLD))] == [NEW.sha1]


def test_the_monitors_own_machine() -> None:
    """Its own store is joined with its own ports, under whatever loopback name they are watched."""
    own = machine(kept(NEW), kind="windows_store", host="watch.vms.example")
    assert checks(own, port(OLD, host="localhost")) == [NOT_DEPLOYED]
    assert checks(machine(kept(NEW), names=(HOST, "127.0.0.1")), port(OLD, host="127.0.0.1")) == []
