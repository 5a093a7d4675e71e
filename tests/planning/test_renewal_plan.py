"""The plan for renewing the certificates of a site: its steps, their order, and how each is undone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from monitor.model import (
    Certificate,
    Check,
    Finding,
    KeyLink,
    Machine,
    Message,
    PrivateKey,
    Runbook,
    Severity,
    StoreEntry,
    TargetState,
    TargetTraits,
)
from monitor.model.message import plain
from monitor.planning.renewal_plan import (
    PlannedStep,
    PlanProblem,
    RenewalPlan,
    plan_for_site,
    plan_to_json,
    texts,
    words_of_steps,
)
from support.factories.alerts.world import DAYS, NOW, certificate, picture, seen

CA = certificate(90, 3000, name="Harbour CA", ca=True)
OLD = certificate(1, 20, name="old")
SERVER, STREAMING = ("recording_server", "server"), ("recording_server", "streaming_media")
REQUEST = plain("preset.texts.own_request", "Request one for {names}.")
COMMAND = plain("preset.texts.command", "Run it with {thumbprint}.")
VERIFY = plain("preset.texts.verify", "Verify it.")
SELECT = plain("preset.texts.configurator", "Select it, {thumbprint}.")
RENEW_CA = plain("preset.texts.ca_renew", "Renew {issuer}, which expires on {ca_expires}.")
TITLE = plain("preset.groups.server", "Server certificate")
RUNBOOK = Runbook(
    steps=(REQUEST, COMMAND, VERIFY), switch=(SELECT,), ca_first=(RENEW_CA,), group=TITLE, guid="84430eb7"
)


def port(where: str, role: tuple[str, str], shown: Certificate = OLD, ca: Certificate = CA) -> TargetState:
    """Return a port of the site that serves a certificate of a CA."""
    state = seen(where, shown, above=(ca,))
    component, group = role
    labels = (("site", "Harbour"), ("component", component), ("certificate_group", group))
    host = where.partition(":")[0]
    info = replace(state.target.info, runbook=RUNBOOK, component=component, server=f"Server {host}")
    return replace(state, target=replace(state.target, labels=labels, host=host, info=info))


def planned(*states: TargetState, **correlated: tuple[Finding, ...]) -> RenewalPlan:
    """Return the plan for some ports; ``correlated`` are findings of targets, by the name of their host."""
    known = picture(*states)
    found = {one.target.id: correlated[one.target.host] for one in states if one.target.host in correlated}
    made = plan_for_site(replace(known, correlated=found), "harbour", NOW)
    assert isinstance(made, RenewalPlan)
    return made


def titles(plan: RenewalPlan) -> list[tuple[str, str]]:
    """Return server and group of each step."""
    return [(one.step.server, one.step.group) for one in plan.steps]


def last(plan: RenewalPlan) -> PlannedStep:
    """Return the last step of a plan."""
    return plan.steps[-1]


def codes(said: tuple[Message, ...]) -> list[str]:
    """Return the codes of messages."""
    return [one.code for one in said]


def test_the_order() -> None:
    """The CA, one recorder as a pilot, then as the guide has it."""
    plan = planned(
        port("mob:8082", ("mobile_server", "mobile")),
        port("es:22331", ("event_server", "event_server")),
        port("rec2:7563", STREAMING),
        port("rec1:9001", SERVER),
        port("rec1:7563", STREAMING),
        port("ms:443", ("management_server", "server")),
        port("dc:7609", ("data_collector", "server")),
    )
    assert titles(plan) == [
        ("Harbour CA", ""),
        ("Server rec1", "server"),
        ("Server rec1", "streaming_media"),
        ("Server ms", "server"),
        ("Server rec2", "streaming_media"),
        ("Server es", "event_server"),
        ("Server mob", "mobile"),
        ("Server dc", "server"),
    ]
    assert [one.pilot for one in plan.steps] == [False, True, True, *[False] * 5]
    ids = [one.step.id for one in plan.steps]
    assert [one.step.needs for one in plan.steps[:4]] == [(), (ids[0],), (ids[0],), tuple(ids[:3])]
    unsure = {one.step.server: one.remarks[0] for one in plan.steps if not one.confirmed}
    assert unsure == {"Server es": texts.ORDER_CONFLICT, "Server dc": texts.ORDER_UNKNOWN}


def test_one_machine_with_everything_is_no_pilot() -> None:
    """Its group is one step for all its servers."""
    plan = planned(port("all:9001", SERVER), port("all:443", ("management_server", "server")))
    assert titles(plan) == [("Harbour CA", ""), ("Server all", "server")]
    assert [one.location for one in last(plan).step.ports] == ["all:443", "all:9001"]
    assert texts.NO_PILOT in plan.unknown


def test_what_is_said_of_a_step() -> None:
    """The preset's steps with names filled in; the new thumbprint is asked for, the old one is not there."""
    step = last(planned(port("rec1:9001", SERVER)))
    assert codes(step.instructions) == [REQUEST.code, COMMAND.code]
    assert step.names == OLD.dns_names
    given = dict(step.instructions[1].parameters)
    assert isinstance(given["thumbprint"], Message)
    assert OLD.sha1 not in str(step.instructions)
    assert step.verification[0].code == "plan_verify_expected"
    assert (step.expires_at, step.thumbprint) == (OLD.not_after, "")


def test_a_new_certificate_that_is_on_the_machine_already() -> None:
    """It is only selected, and its thumbprint is in the command."""
    new = certificate(2, 365, name="new")
    said = plain("not_deployed", "newer one there")
    finding = Finding(Check.NOT_DEPLOYED, Severity.WARNING, said, OLD.sha256, instead=new.sha1)
    step = last(planned(port("rec1:9001", SERVER), rec1=(finding,)))
    assert codes(step.instructions) == [SELECT.code]
    assert (step.thumbprint, step.step.expected) == (new.sha1, new.sha1)
    assert step.instructions[0].parameters == (("thumbprint", new.sha1),)
    assert texts.ready(thumbprint=new.sha1) in step.remarks


def test_a_ca_that_lasts() -> None:
    """It is not renewed, but one person confirms that everybody trusts it before anything else."""
    first = planned(port("rec1:9001", SERVER)).steps[0]
    assert first.instructions[0] == texts.ca_outlives(ca="Harbour CA", not_after=CA.not_after)
    assert first.instructions[-1] == texts.CONFIRM_CA
    assert first.step.ports == ()


def test_a_ca_that_new_certificates_would_outlive() -> None:
    """It is renewed first; its successor is looked for among everything that was seen."""
    short = certificate(91, 30, name="Harbour CA", ca=True)
    ports = (port("rec1:9001", SERVER, ca=short),)
    first = planned(*ports).steps[0]
    assert first.instructions[0].code == RENEW_CA.code
    assert (texts.NEW_CA_UNKNOWN in first.remarks, first.trust) == (True, None)
    newer = replace(certificate(92, 4000, name="Harbour CA", ca=True), subject=short.subject)
    first = planned(*ports, seen("/trust/new.pem", newer)).steps[0]
    assert texts.new_ca_found(thumbprint=newer.sha1, not_after=newer.not_after) in first.remarks
    assert first.trust is not None
    assert first.trust.unknown == ("rec1",)


def machine(host: str, link: KeyLink, **roots: tuple[str, ...]) -> TargetState:
    """Return a machine whose store has the old certificate."""
    entry = StoreEntry(f"{host}/My", "LocalMachine/My", OLD.sha1, OLD.sha256, key=PrivateKey(link))
    state = port(f"{host}:5986", ("", ""))
    machine = Machine(host, (host,), NOW, (entry,), ("LocalMachine/My",), **roots)
    target = replace(state.target, id=f"windows_store:{host}", kind="windows_store")
    return replace(state, target=target, machine=machine, sightings=())


def test_who_trusts_the_ca() -> None:
    """As far as Root stores were read; a server that nobody reads is unknown."""
    plan = planned(
        port("rec1:9001", SERVER),
        machine("rec1", KeyLink.PRESENT, roots=(CA.sha256,)),
        machine("rec2", KeyLink.PRESENT, roots=()),
        port("rec3:9001", SERVER),
    )
    trust = plan.steps[0].trust
    assert trust is not None
    assert (trust.installed, trust.missing, trust.unknown) == (("rec1",), ("rec2",), ("rec3",))


def back(*states: TargetState) -> tuple[bool, list[str]]:
    """Return whether the last step can be undone, and what is said of that."""
    found = planned(*states).going_back[-1]
    return found.until is not None, codes(found.instructions)


def test_the_way_back() -> None:
    """The old thumbprint belongs here, and only here; the end of the way back is said."""
    served = port("rec1:9001", SERVER)
    found = planned(served, machine("rec1", KeyLink.PRESENT)).going_back[0]
    assert found.until == OLD.not_after - timedelta(hours=24)
    assert codes(found.instructions) == ["plan_back", "plan_back_command", "plan_no_way_back_after"]
    assert OLD.sha1 in str(found.instructions)
    assert back(served)[1][0] == texts.KEY_UNKNOWN.code


def test_no_way_back() -> None:
    """Nearly expired, without a key, not trusted, or several that one selection cannot restore."""
    served = port("rec1:9001", SERVER)
    late = port("rec1:9001", SERVER, certificate(3, 0.9, name="late"))
    assert back(late) == (False, ["plan_no_way_back_after"])
    assert back(served, machine("rec1", KeyLink.MISSING)) == (False, [texts.NO_WAY_BACK_KEY.code])
    paths = tuple(replace(one, trusted=False) for one in served.assessment.paths)
    untrusted = replace(served, assessment=replace(served.assessment, paths=paths))
    assert back(untrusted) == (False, [texts.NO_WAY_BACK_TRUST.code])
    other = port("rec1:9002", SERVER, certificate(4, 30, name="other"))
    assert back(served, other) == (False, [texts.NO_WAY_BACK_SEVERAL.code])


def test_what_is_left_for_later() -> None:
    """What lasts more than 90 days longer than the first one is not touched on the same day."""
    plan = planned(port("rec1:9001", SERVER), port("rec2:9001", SERVER, certificate(5, 300, name="later")))
    assert titles(plan) == [("Harbour CA", ""), ("Server rec1", "server")]
    assert [one.expires_at for one in plan.later] == [NOW + 300 * DAYS]


def test_what_cannot_be_planned_is_said() -> None:
    """A failover recorder in wait, a port without encryption, cameras."""
    silent = port("fo1:7563", ("failover_recorder", "streaming_media"))
    traits = TargetTraits(standby=True)
    silent = replace(silent, failed_probes=1, probed_at=NOW, target=replace(silent.target, traits=traits))
    plain_port = replace(port("rec9:7563", STREAMING), sightings=(), encrypted=False)
    camera = port("cam1:443", ("camera", ""))
    camera = replace(camera, target=replace(camera.target, info=replace(camera.target.info, low_impact=True)))
    unknown = planned(port("rec1:9001", SERVER), silent, plain_port, camera).unknown
    assert unknown == (
        texts.not_encrypted(server="Server rec9", locations=("rec9:7563",)),
        texts.not_seen(server="Server fo1", locations=("fo1:7563",)),
        texts.devices(count=1),
    )


def test_no_plan() -> None:
    """No such site, or nothing of it was ever seen."""
    unseen = replace(port("rec1:9001", SERVER), sightings=())
    assert plan_for_site(picture(unseen), "elsewhere", NOW) is PlanProblem.NO_SITE
    assert plan_for_site(picture(unseen), "Harbour", NOW) is PlanProblem.NOTHING_SEEN


def test_the_version_and_ids_are_stable() -> None:
    """Time alone changes neither."""
    ports = (port("rec1:9001", SERVER), port("rec2:9001", SERVER))
    again = plan_for_site(picture(*reversed(ports)), "Harbour", NOW + DAYS)
    assert isinstance(again, RenewalPlan)
    first = planned(*ports)
    assert (again.version, again.day_steps) == (first.version, first.day_steps)


def test_what_a_stored_plan_says_is_read_back() -> None:
    """What is no plan says nothing."""
    plan = planned(port("rec1:9001", SERVER))
    said: Mapping[str, tuple[Message, ...]] = words_of_steps(plan_to_json(plan))
    step = last(plan)
    assert said[step.step.id] == (*step.remarks, *step.instructions, *step.verification)
    assert words_of_steps('{"steps": [1]}') == words_of_steps("nonsense") == {}


def test_a_server_of_no_certificate_group_is_verified_without_xprotect() -> None:
    """Any site has a plan; Smart Client is named only where XProtect's groups are."""
    plain_port = port("web:443", ("", ""))
    *_, of_web = planned(plain_port).steps
    *_, of_recorder = planned(port("rec:9001", SERVER)).steps
    assert (of_web.verification[-1], of_recorder.verification[-1]) == (texts.LOOK_AT_CLIENTS, texts.LOOK)
