"""Findings across a machine's stores and ports are notified once, with steps."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from monitor.alerts import NotificationItem
from monitor.alerts.keys import STORE_VS_ENDPOINT
from monitor.alerts.steps.fill import standard_steps
from monitor.assess import correlate
from monitor.model import (
    AlertKey,
    Assessment,
    Certificate,
    Check,
    Failure,
    FailureReason,
    Finding,
    FormerLeaf,
    Policy,
    Scope,
    Severity,
    Snapshot,
    TargetInfo,
    TargetState,
    text,
)
from monitor.xprotect import Presets, make_target_info
from support.factories.alerts.recorders import TARGET_INFO, with_runbook
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    NOW,
    Decided,
    Row,
    apply,
    decide,
    mails,
    news,
    parsed,
    picture,
    text_of,
)
from support.factories.assess.machines import (
    CA,
    ELSEWHERE,
    GONE,
    HOST,
    NEW,
    OLD,
    TRUST,
    account,
    bound,
    client,
    files,
    kept,
    machine,
    made,
    port,
    readable_by,
    server,
)
from support.written import written

PRESET = Presets.built_in().get("recording_server.media")
assert PRESET is not None
GUID = PRESET.guid
REAL = make_target_info(PRESET, "Recorder 01", HOST, 7563)
RENEWED_STORE = machine(kept(OLD), kept(NEW))


def joined(*states: TargetState) -> Snapshot:
    """Return a snapshot with its joined findings."""
    plain = picture(*states)
    return replace(plain, correlated=correlate(plain, NOW))


def decided(*states: TargetState, log: Mapping[AlertKey, Row] | None = None) -> Decided:
    """Return what is reported about these targets."""
    return decide(joined(*states), log or {}, NOW, monitor_state=AFTER_INVENTORY)


def item(*states: TargetState) -> NotificationItem:
    """Return the one item about these targets."""
    (only,) = decided(*states).items
    return only


def recorder(meant: TargetInfo = REAL, *findings: Finding, shown: Certificate = OLD) -> TargetState:
    """Return a recorder that serves a certificate, with its path and findings."""
    state = port(shown, group="streaming_media", component="recording_server", anchor=CA)
    assessment = Assessment(findings, state.assessment.paths)
    return replace(state, target=replace(state.target, info=meant), assessment=assessment)


def ending() -> Finding:
    """Return the finding that the old certificate expires."""
    return Finding(Check.EXPIRY, Severity.WARNING, text("it ends in 25 days"), OLD.sha256, f"{HOST}:7563")


def mail(*states: TargetState) -> str:
    """Return the text of the mail about these targets."""
    (sent,) = mails(decided(*states))
    return " ".join(text_of(sent).split())


class TestServedOld:
    """The most common mistake: renewed in the store, and not used."""

    def test_its_headline(self) -> None:
        """It is reported under the name that people gave the port."""
        (sent,) = mails(decided(RENEWED_STORE, recorder()))
        assert parsed(sent)["Subject"] == (
            f"{REAL.title}: new certificate installed but not used, "
            "the one in use expires in 25 days (warning)"
        )

    def test_a_port_without_a_name(self) -> None:
        """It is reported under its location."""
        assert item(RENEWED_STORE, port(OLD)).title == f"{HOST}:7563"

    def test_it_is_one_piece_of_news_with_the_end(self) -> None:
        """The expiry and the installed new certificate are one item, the expiry first."""
        one = item(RENEWED_STORE, recorder(REAL, ending()))
        assert one.checks == (Check.EXPIRY, Check.NOT_DEPLOYED)
        assert [NEW.sha1 in written(message) for message in one.messages] == [False, True]

    def test_the_steps_begin_where_the_work_is(self) -> None:
        """No step says to request and import what is installed already, nor to renew its CA first."""
        (advice,) = item(RENEWED_STORE, recorder(REAL, ending())).renewal_steps
        steps = [written(step) for step in advice.steps]
        assert steps[0].startswith(f"On {HOST}, check the private key of the new certificate")
        assert not [step for step in steps if step.startswith(("Request", "Renew the CA"))]
        assert any("Open Server Configurator" in step for step in steps)
        assert advice.impact == REAL.runbook.impact

    def test_the_command_holds_the_new_thumbprint_only(self) -> None:
        """Commands have the thumbprint of the new certificate, and no step that of the old one."""
        (advice,) = item(RENEWED_STORE, recorder(REAL, ending())).renewal_steps
        steps = [written(step) for step in advice.steps]
        (command,) = [step for step in steps if "ServerConfigurator.exe" in step]
        assert f"/certificategroup={GUID} /thumbprint={NEW.sha1}" in command
        assert not [step for step in steps if OLD.sha1 in step or "<" in step]

    def test_a_placeholder_in_the_users_own_steps(self) -> None:
        """A thumbprint in the steps for switching is that of the new certificate."""
        own = with_runbook(TARGET_INFO, switch=("Run it with /thumbprint={thumbprint} for {names}",))
        (advice,) = item(RENEWED_STORE, recorder(own)).renewal_steps
        assert [written(step) for step in advice.steps] == [f"Run it with /thumbprint={NEW.sha1} for {HOST}"]

    def test_without_a_preset(self) -> None:
        """Steps that fit anything name the machine, the location and the new certificate."""
        text = mail(RENEWED_STORE, port(OLD))
        assert f"On {HOST}, select the new certificate (thumbprint {NEW.sha1})" in text
        assert f"cert-monitor check {HOST}:7563" in text

    def test_it_is_reported_once(self) -> None:
        """A second pass reports nothing, nor does one with another port of the same certificate."""
        first = decided(RENEWED_STORE, recorder())
        again = decided(RENEWED_STORE, recorder(), port(OLD, 9001), log=apply({}, first))
        assert (len(first.items), again.items) == (1, ())

    def test_it_is_reported_again_when_it_gets_critical(self) -> None:
        """The level of the served certificate's expiry is the level of this."""
        states = machine(kept(NEW)), port(made(-340, 5))
        log = apply({}, decided(*states))
        before = {key: replace(row, level="warning") for key, row in log.items()}
        assert news(decided(*states, log=before)) == [("worse", "critical", f"{HOST}:7563")]

    def test_its_end_is_the_renewal(self) -> None:
        """Once the port serves the new one for two probes, that is reported as renewed, and nothing else."""
        log = apply({}, decided(RENEWED_STORE, recorder(REAL, ending())))
        switched = replace(recorder(shown=NEW), former_leaves=(FormerLeaf(f"{HOST}:7563", OLD, NEW, 2),))
        waiting = replace(switched, former_leaves=(FormerLeaf(f"{HOST}:7563", OLD, NEW, 1),))
        assert decided(RENEWED_STORE, waiting, log=log).items == ()
        after = decided(RENEWED_STORE, switched, log=log)
        assert news(after) == [("renewed", "", REAL.title)]
        assert apply(log, after) == {}

    def test_a_store_that_is_not_known_any_more_solves_nothing(self) -> None:
        """While the port serves the same certificate, no change is reported."""
        log = apply({}, decided(RENEWED_STORE, recorder()))
        after = decided(recorder(), log=log)
        assert (after.items, apply(log, after)) == ((), {})

    def test_an_unresponsive_port_waits(self) -> None:
        """Nothing is reported about an unreachable port."""
        log = apply({}, decided(RENEWED_STORE, recorder()))
        after = decided(RENEWED_STORE, replace(recorder(), failed_probes=1), log=log)
        assert (after.items, apply(log, after)) == ((), log)

    def test_what_is_switched_off_is_not_reported_as_resolved(self) -> None:
        """After the check is switched off, no resolution is reported."""
        log = apply({}, decided(RENEWED_STORE, recorder()))
        policy = Policy(checks=((Check.NOT_DEPLOYED, None),))
        quiet = replace(recorder(), target=replace(recorder().target, policy=policy))
        assert decided(RENEWED_STORE, quiet, log=log).items == ()

    def test_a_file_that_was_renewed(self) -> None:
        """If the new certificate is in a file the same is reported, for the host of its entry."""
        assert item(files(NEW, host=HOST), port(OLD)).checks == (Check.NOT_DEPLOYED,)


FOUND = {
    Check.BINDING_STALE: (machine(bindings=(bound(ELSEWHERE),)),),
    Check.KEY_MISSING: (machine(kept(NEW, GONE)),),
    Check.KEY_INACCESSIBLE: (
        machine(kept(NEW, readable_by()), accounts=(account("S-1-5-21-1-2-3-1104"),)),
        port(NEW, component="recording_server"),
    ),
    Check.NOT_IN_STORE: (machine(), port(NEW, group="streaming_media")),
    Check.CA_NOT_INSTALLED: (TRUST, server(), client()),
}
TITLES = {Check.NOT_IN_STORE: f"{HOST}:7563", Check.CA_NOT_INSTALLED: "VMS Certificate Authority"}
FINE: dict[str, Any] = {"bindings": (), "accounts": (), "roots": (CA.sha256,), "stores": (), "entries": ()}


@pytest.mark.parametrize(("check", "states"), FOUND.items())
def test_each_is_reported_with_what_to_do(check: Check, states: tuple[TargetState, ...]) -> None:
    """Machine, port or CA in the headline, the sentence, and steps without anything left to fill in."""
    one = item(*states)
    assert (one.checks, one.title) == ((check,), TITLES.get(check, HOST))
    (advice,) = one.renewal_steps
    assert len(advice.steps) >= 2
    steps = [written(step) for step in advice.steps]
    assert not [step for step in steps if "{" in step]
    assert steps[0][:40] in mail(*states)


@pytest.mark.parametrize(("check", "states"), FOUND.items())
def test_each_is_reported_once_and_resolved(check: Check, states: tuple[TargetState, ...]) -> None:
    """A second pass reports nothing; what is gone while its target is seen is reported so, and forgotten."""
    log = apply({}, decided(*states))
    assert decided(*states, log=log).items == ()
    quiet = [replace(s, machine=replace(s.machine, **FINE)) if s.machine else s for s in states]
    after = decided(*quiet, log=log)
    # A port that serves on what it served may as well have a machine that is not known any more.
    expected = set() if check is Check.NOT_IN_STORE else {(check,)}
    assert {one.checks for one in after.items} == expected
    assert apply(log, after) == {}


def test_a_store_that_cannot_be_read_solves_nothing() -> None:
    """A binding is not right because the store that it names could not be read this time."""
    known = machine(bindings=(bound(ELSEWHERE),))
    log = apply({}, decided(known))
    failure = Failure(FailureReason.UNREADABLE, text("cut"), f"{HOST}/LocalMachine/My")
    after = decided(machine(bindings=(bound(ELSEWHERE),), stores=(), failures=(failure,)), log=log)
    assert (after.items, apply(log, after)) == ((), log)


def test_many_machines_without_one_ca_are_one_entry() -> None:
    """The CA is named with its facts, and every machine in a sentence of its own."""
    one = item(TRUST, server(), *(client(host=f"client{number}.vms.example") for number in range(3)))
    assert (one.title, one.certificate, len(one.messages)) == ("VMS Certificate Authority", CA, 3)


def test_another_machine_without_the_ca_is_news() -> None:
    """A client that comes later is reported, with those that were reported before beside it."""
    log = apply({}, decided(TRUST, server(), client()))
    after = decided(TRUST, server(), client(), client(host="new.vms.example"), log=log)
    assert [len(one.messages) for one in after.items] == [2]


def test_every_joined_check_has_steps() -> None:
    """Each of them has steps."""
    assert all(
        standard_steps(
            Finding(check, Severity.WARNING, text(""), shared_alert=AlertKey(check, Scope.MACHINE, "h", "x"))
        )
        for check in STORE_VS_ENDPOINT
    )


def test_names_of_machines_are_no_placeholders() -> None:
    """A machine's own name is filled in unchanged."""
    odd = Finding(
        Check.KEY_MISSING,
        Severity.WARNING,
        text(""),
        shared_alert=AlertKey(Check.KEY_MISSING, Scope.MACHINE, "{instead}", "x"),
    )
    assert "{instead}" in written(standard_steps(odd)[0])


BOUND_STORE = machine(kept(OLD), kept(NEW), bindings=(bound(OLD.sha1, 443),))


def test_a_failed_probe_of_a_port_reports_nothing_of_its_binding() -> None:
    """The old certificate was reported at the port: no answer there is no news, nor is its expiry."""
    log = apply({}, decided(BOUND_STORE, port(OLD, 443)))
    silent = decided(BOUND_STORE, port(OLD, 443, up=False), log=log)
    again = decided(BOUND_STORE, port(OLD, 443), log=apply(log, silent))
    assert (silent.items, again.items) == ((), ())


def test_a_binding_is_not_right_because_its_port_answers() -> None:
    """A finding of a binding whose port did not answer becomes one of the port then, and is not resolved."""
    unseen = Finding(Check.UNREACHABLE, Severity.WARNING, text("it cannot be seen"))
    silent = decided(BOUND_STORE, replace(port(OLD, 443, up=False), unreachable=unseen))
    after = decided(BOUND_STORE, port(OLD, 443), log=apply({}, silent))
    assert Check.BINDING_STALE in {check for one in silent.items for check in one.checks}
    assert [one.checks for one in after.items] == [(Check.NOT_DEPLOYED,), (Check.UNREACHABLE,)]
