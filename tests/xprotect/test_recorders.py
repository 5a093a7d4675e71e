"""Recording servers and failover recorders: their addresses, and which servers they can replace."""

import pytest

from monitor.model import DiscoveredTarget
from monitor.xprotect import Answers, Presets, site_endpoints

GROUP = "27d6c895-6c73-4192-b58a-6e6055fd9353"
HOT = "936631d8-cd32-408e-a876-c8fe7a7c67ea"
NONE = "00000000-0000-0000-0000-000000000000"
FIRST = "11111111-1111-1111-1111-111111111111"


def recorder(**fields: object) -> dict[str, object]:
    """Return a recording server as the API lists it."""
    return {"id": FIRST, "name": "Recorder 01", "webServerUri": "https://rec01.vms.example:7563/"} | fields


def found(answers: Answers, *include: str) -> tuple[tuple[DiscoveredTarget, ...], tuple[str, ...]]:
    """Return what is found, without the management server, and the notes."""
    listed = site_endpoints(
        answers, Presets.built_in(), site="x", api_address="vms", include=include or ("servers", "failover")
    )
    return tuple(one for one in listed.found if one.server_name != "vms"), listed.notes


def addresses(answers: Answers) -> list[str]:
    """Return the addresses of the recorders found."""
    return [one.address for one in found(answers)[0]]


def test_recorder_has_two_ports() -> None:
    """A recorder is watched at its streams and at its server port, each under its group."""
    media, server = found(Answers(recording_servers=(recorder(),)))[0]
    assert (media.address, media.preset) == ("rec01.vms.example:7563", "recording_server.media")
    assert (server.address, server.preset) == ("rec01.vms.example:9001", "recording_server.server")


def test_title() -> None:
    """The title is what comes first in a mail."""
    media, _ = found(Answers(recording_servers=(recorder(),)))[0]
    assert media.title == "Recording Server Recorder 01, port 7563"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"webServerUri": "https://rec01.vms.example:7570"}, "rec01.vms.example:7570"),
        ({"webServerUri": "HTTPS://REC01.vms.example"}, "rec01.vms.example:7563"),
        ({"webServerUri": "", "activeWebServerUri": "https://act.example:7563"}, "act.example:7563"),
        ({"webServerUri": None, "hostName": "rec01", "portNumber": 7571}, "rec01:7571"),
        ({"webServerUri": "nonsense://", "hostName": "rec01", "portNumber": "x"}, "rec01:7563"),
        ({"webServerUri": "https://localhost:7563", "hostName": "rec01"}, "rec01:7563"),
        ({"activeWebServerUri": "https://standin.example:7563"}, "rec01.vms.example:7563"),
    ],
)
def test_where_the_streams_are(fields: dict[str, object], expected: str) -> None:
    """Host and port come from the URI, else from older fields; a stand-in's URI moves no recorder."""
    assert addresses(Answers(recording_servers=(recorder(**fields),)))[0] == expected


@pytest.mark.parametrize("said", [False, "false", "No", 0])
def test_disabled_recorder_is_left_out(said: object) -> None:
    """A disabled recorder is not watched, however it says so."""
    assert found(Answers(recording_servers=(recorder(enabled=said),))) == ((), ())


def test_plain_recorder_is_watched_and_noted() -> None:
    """A recorder that announces http stays a target where plain is possible, with one mild note for all."""
    plain = recorder(webServerUri="http://rec01.vms.example:7563")
    other = recorder(id="2", name="Recorder 02", webServerUri="http://rec02.vms.example:7563")
    listed, notes = found(Answers(recording_servers=(plain, other)))
    assert listed[0].traits.plain_possible
    assert notes == ("recordingServers: streams are not encrypted on Recorder 01, Recorder 02",)


def test_public_name_belongs_to_the_streams() -> None:
    """The name for clients outside must be in the streaming certificate, when public access is on."""
    public = recorder(publicAccessEnabled=True, publicWebserverHostName="cam.example.org")
    media, server = found(Answers(recording_servers=(public,)))[0]
    assert (media.traits.public_names, server.traits.public_names) == (("cam.example.org",), ())


def test_public_name_that_is_off() -> None:
    """Without public access its name is nobody's business."""
    public = recorder(publicAccessEnabled="no", publicWebserverHostName="cam.example.org")
    media, _ = found(Answers(recording_servers=(public,)))[0]
    assert media.traits.public_names == ()


def test_short_host_name_is_given_to_clients() -> None:
    """A short name beside the full one is an alias and must be in the certificate."""
    media, server = found(Answers(recording_servers=(recorder(hostName="REC01"),)))[0]
    assert (media.traits.public_names, server.traits.public_names) == (("rec01",), ("rec01",))


def test_foreign_host_name_is_only_an_alias() -> None:
    """An address in the older field joins targets and is no name for clients."""
    media, _ = found(Answers(recording_servers=(recorder(hostName="10.0.0.5"),)))[0]
    assert (media.aliases, media.traits.public_names) == (("10.0.0.5",), ())


def test_unreadable_recorder_is_noted() -> None:
    """A recorder without a host is named with its resource and id."""
    _, notes = found(Answers(recording_servers=({"id": FIRST},)))
    assert notes == (
        f"recordingServers {FIRST}: no usable host in webServerUri or hostName, so it is not watched",
    )


def failover(**settings: object) -> Answers:
    """Return a site with one recorder, a failover recorder in a group, and one outside of it."""
    return Answers(
        recording_servers=(recorder(),),
        group_recorders={GROUP.upper(): ({"id": "f1", "name": "FO1", "hostName": "fo1.vms.example"},)},
        failover_recorders=(
            {"id": HOT.upper(), "name": "FO2", "webServerUri": "https://fo2.vms.example:7563"},
        ),
        recorder_failovers={FIRST.upper(): (settings,)},
    )


def at(answers: Answers, address: str) -> DiscoveredTarget:
    """Return what was found at one address."""
    (one,) = [one for one in found(answers)[0] if one.address == address]
    return one


def test_group_member_stands_in_for_the_groups_recorders() -> None:
    """A failover recorder of a recorder's group stands in for it, silently until then."""
    one = at(failover(primaryFailoverGroup=f"FailoverGroup[{GROUP.upper()}]"), "fo1.vms.example:7563")
    assert (one.preset, one.traits.standby, one.traits.stands_in_for) == (
        "failover_recorder.media",
        True,
        ("rec01.vms.example",),
    )


def test_secondary_group_counts() -> None:
    """The secondary group stands in as well."""
    one = at(failover(secondaryFailoverGroup={"id": GROUP}), "fo1.vms.example:9001")
    assert one.traits.stands_in_for == ("rec01.vms.example",)


def test_hot_standby_runs_all_the_time() -> None:
    """A recorder's hot standby is expected to answer."""
    one = at(failover(hotStandby=f"FailoverRecorder[{HOT}]"), "fo2.vms.example:7563")
    assert (one.preset, one.traits.standby, one.traits.stands_in_for) == (
        "hot_standby.media",
        False,
        ("rec01.vms.example",),
    )


def test_zeros_mean_nobody() -> None:
    """An all-zero GUID is no group and no standby."""
    answers = failover(primaryFailoverGroup=f"FailoverGroup[{NONE}]", hotStandby=NONE)
    assert {one.traits.stands_in_for for one in found(answers, "failover")[0]} == {()}


def test_failover_recorder_in_both_lists_is_one() -> None:
    """A member of a group that the whole list names again is found once."""
    member = {"id": "f1", "hostName": "fo1.vms.example"}
    answers = Answers(group_recorders={GROUP: (member,)}, failover_recorders=(member,))
    assert addresses(answers) == ["fo1.vms.example:7563", "fo1.vms.example:9001"]


def test_disabled_failover_recorder_is_left_out() -> None:
    """A disabled failover recorder is not watched."""
    assert addresses(Answers(failover_recorders=({"id": "f", "enabled": "no", "hostName": "fo1"},))) == []


def test_unassigned_failover_recorder_may_not_answer() -> None:
    """A failover recorder that nobody names has nothing to run for yet."""
    one = at(failover(), "fo2.vms.example:7563")
    assert one.traits.standby
