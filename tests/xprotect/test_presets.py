"""The presets: what is known of each role's ports, and how the user's tables change it."""

import re
from datetime import timedelta
from typing import get_args

import pytest

from monitor.errors import ConfigError
from monitor.model import Check, Margin
from monitor.xprotect import Preset, Presets, make_target_info
from monitor.xprotect.shape import Component
from support.written import unfilled, written

BUILT_IN = Presets.built_in()
EVERY = [preset for role in BUILT_IN.roles for preset in BUILT_IN.all_ports(role)]
XPROTECT = [preset for preset in EVERY if preset.vms == "xprotect"]
SERVER = "84430eb7-847c-422d-aa00-7915cd0d7a65"
STREAMING = "549df21d-047c-456b-958e-99e65dd8b3ec"
EVENT = "7e02e0f5-549d-4113-b8de-bda2c1f38dbf"
MOBILE = "76cfc719-a852-4210-913e-703eadab139a"


def preset(key: str) -> Preset:
    """Return one built-in preset."""
    found = BUILT_IN.get(key)
    assert found is not None
    return found


def mistakes(tables: dict[str, object]) -> str:
    """Return what is said about wrong tables of the user's."""
    with pytest.raises(ConfigError) as caught:
        BUILT_IN.extend(tables, "site.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("role", "ports"),
    [
        ("management_server", {443: SERVER, 9000: SERVER}),
        ("api_gateway", {443: SERVER}),
        ("recording_server", {7563: STREAMING, 9001: SERVER}),
        ("event_server", {22331: EVENT, 22332: EVENT}),
        ("mobile_server", {8082: MOBILE}),
        ("data_collector", {7609: SERVER}),
        ("log_server", {}),
        ("failover_recorder", {7563: STREAMING, 9001: SERVER}),
        ("hot_standby", {7563: STREAMING, 9001: SERVER}),
        ("management_failover", {9453: ""}),
        ("sql_server", {}),
        ("addon", {22334: EVENT}),
        ("camera", {443: ""}),
        ("genetec", {443: ""}),
        ("avigilon", {8443: ""}),
        ("nx_witness", {7001: ""}),
        ("axis_camera_station", {29204: ""}),
        ("exacqvision", {443: ""}),
    ],
)
def test_ports_of_a_role(role: str, ports: dict[int, str]) -> None:
    """Naming a role watches these ports, each with the GUID of its certificate group."""
    assert {preset.port: preset.guid for preset in BUILT_IN.watched_ports(role)} == ports


@pytest.mark.parametrize(
    ("key", "port"),
    [
        ("event_server.messages", 22333),
        ("log_server.logs", 22337),
        ("failover_recorder.status", 8990),
        ("management_failover.ca_service", 9001),
        ("sql_server.database", 1433),
        ("camera.rtsps", 322),
        ("camera.alternative", 8443),
    ],
)
def test_port_known_but_not_watched(key: str, port: int) -> None:
    """These ports are known, and not watched until somebody asks for them."""
    assert (preset(key).port, preset(key).watched) == (port, False)


@pytest.mark.parametrize(
    "key",
    [
        "data_collector.values",
        "event_server.api",
        "event_server.messages",
        "log_server.logs",
        "addon.lpr",
        "management_failover.ca_service",
        "nx_witness.server",
        "exacqvision.web",
    ],
)
def test_unverified_is_marked(key: str) -> None:
    """A value that no readable source confirms says so."""
    assert not preset(key).verified


@pytest.mark.parametrize(
    "key",
    [
        "management_server.gateway",
        "management_server.web_api",
        "recording_server.media",
        "recording_server.server",
        "event_server.events",
        "mobile_server.clients",
        "management_failover.console",
        "failover_recorder.status",
    ],
)
def test_verified_is_marked(key: str) -> None:
    """A value that was read in a source says so."""
    assert preset(key).verified


def test_a_port_that_few_sources_have_names_its_source() -> None:
    """8990 is the failover service's own API."""
    assert preset("failover_recorder.status").source.startswith("https://github.com/Cacsjep/mscp/")


@pytest.mark.parametrize("key", [preset.key for preset in EVERY])
def test_what_no_source_confirms_is_never_stated_as_a_fact(key: str) -> None:
    """Impact and steps of an unverified port say so first; those of a verified one never."""
    one = preset(key)
    runbook = make_target_info(one, "", "host.example", one.port).runbook
    impact = written(runbook.impact) if runbook.impact else ""
    assert impact.startswith("Not confirmed by a source") == (not one.verified)
    for steps in filter(None, (runbook.steps, runbook.ca_first, runbook.switch)):
        assert ("is not confirmed by a source" in unfilled(steps)[0]) == (not one.verified)


def test_no_text_of_a_verified_port_names_an_unverified_one() -> None:
    """A port without a source is in the texts of that port alone."""
    verified = {one.port for one in EVERY if one.verified}
    doubtful = {str(one.port) for one in XPROTECT if one.port not in verified}
    assert doubtful == {"7609", "22332", "22333", "22334", "22337"}
    for one in EVERY:
        said = " ".join(unfilled((one.impact, one.in_brief, *one.steps, *one.ca_first, *one.switch)))
        assert not doubtful & set(re.findall(r"\d+", said))


def test_what_people_write_themselves_is_theirs() -> None:
    """An own text, and an own role without the key, get no remark."""
    own = BUILT_IN.extend(
        {
            "roles": {
                "data_collector": {"impact": "No tiles."},
                "gate": {"impact": "The gate stays shut.", "ports": {"web": {"port": 444}}},
            }
        }
    )
    found = [one for key in ("data_collector.values", "gate.web") if (one := own.get(key)) and one.impact]
    assert [written(one.impact) for one in found if one.impact] == ["No tiles.", "The gate stays shut."]
    assert [one.unconfirmed for one in found] == [True, False]


def test_every_port_of_xprotect_says_what_to_do_in_brief() -> None:
    """One line, which goes on a sentence; products that are known by their ports alone have none."""
    without = {preset.role for preset in EVERY if preset.in_brief is None}
    assert without == {"other", "genetec", "avigilon", "nx_witness", "axis_camera_station", "exacqvision"}
    assert not [one.key for one in EVERY if one.in_brief and not one.in_brief.text.endswith(".")]


def test_only_devices_that_nothing_validates_have_a_low_impact() -> None:
    """Nothing stops when the certificate of a device expires, unless XProtect validates it."""
    low = {preset.key for preset in EVERY if preset.low_impact}
    assert low == {"camera.https", "camera.rtsps", "camera.alternative"}


def test_only_cold_standbys_may_not_answer() -> None:
    """Silence is expected of a failover recorder in a group, not of a hot standby or anything else."""
    assert {preset.role for preset in EVERY if preset.standby} == {"failover_recorder"}


def test_components_are_the_published_ones() -> None:
    """Every component of the published list has a preset, and no other appears."""
    assert {preset.component for preset in EVERY} == set(get_args(Component))


@pytest.mark.parametrize("key", [preset.key for preset in XPROTECT])
def test_xprotect_policy(key: str) -> None:
    """XProtect's roles warn at 60 days or a quarter of the life, and allow a port without TLS."""
    defaults = preset(key).defaults
    assert defaults.warn_before == (Margin(timedelta(days=60)), Margin(share=0.25))
    assert defaults.encryption == "any"


@pytest.mark.parametrize(
    ("key", "off"),
    [
        ("camera.https", {Check.NAME, Check.TRUST, Check.USAGE, Check.WEAK_KEY, Check.WEAK_SIGNATURE}),
        ("camera.https_trusted", {Check.NAME}),
        ("camera.https_validated", set()),
    ],
)
def test_camera_policy(key: str, off: set[Check]) -> None:
    """A camera is judged by its end only; what XProtect validates is judged too."""
    checks = preset(key).defaults.checks or {}
    judged = {Check.NAME, Check.TRUST, Check.USAGE, Check.WEAK_KEY, Check.WEAK_SIGNATURE}
    assert {check for check in judged if check in checks} == off
    assert set(checks.values()) <= {None}
    assert not {Check.EXPIRY, Check.CA_EXPIRY} & set(checks)


def test_xprotect_asks_for_rsa() -> None:
    """Every port of a certificate group takes RSA keys only."""
    assert {preset.key_type for preset in XPROTECT if preset.certificate_group} == {"RSA"}


@pytest.mark.parametrize("key", [preset.key for preset in EVERY])
def test_preset_is_complete(key: str) -> None:
    """Every preset says what stops and what to do."""
    assert preset(key).impact
    assert preset(key).steps


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Event Server", "event_server"),
        ("EVENTSERVER", "event_server"),
        ("XProtect Event Server (VMS01)", "event_server"),
        ("Mobile Server", "mobile_server"),
        ("MobileServer", "mobile_server"),
        ("Mobile", "mobile_server"),
        ("Log server", "log_server"),
        ("LogServer", "log_server"),
        ("API", "api_gateway"),
        ("Data Collector", "data_collector"),
        ("Incident Manager", "management_server"),
        ("LPR Server", "addon"),
        ("API of somebody else", "other"),
        ("Weather", "other"),
        ("", "other"),
    ],
)
def test_registered_name(name: str, role: str) -> None:
    """A registered service is known by its name, whatever its case, spacing and maker."""
    assert BUILT_IN.role_of_service(name) == role


def test_unknown_key_and_role() -> None:
    """What is not known is nothing, not an error."""
    assert (BUILT_IN.get("zork.web"), BUILT_IN.watched_ports("zork")) == (None, ())


def test_user_changes_one_port() -> None:
    """The user's tables win key by key; everything else stays."""
    changed = BUILT_IN.extend({"roles": {"recording_server": {"ports": {"media": {"port": 7570}}}}})
    media = changed.get("recording_server.media")
    assert media is not None
    assert (media.port, media.guid) == (7570, STREAMING)


def test_user_changes_leave_the_built_in_alone() -> None:
    """Extending gives new presets; the built-in ones stay as they are."""
    BUILT_IN.extend({"roles": {"mobile_server": {"ports": {"clients": {"port": 1}}}}})
    assert preset("mobile_server.clients").port == 8082


def test_user_switches_a_port_on() -> None:
    """A port that is off by default is watched when the configuration says so."""
    changed = BUILT_IN.extend({"roles": {"failover_recorder": {"ports": {"status": {"by_default": True}}}}})
    assert [preset.port for preset in changed.watched_ports("failover_recorder")] == [7563, 9001, 8990]


def test_user_adds_a_role() -> None:
    """A role of the user's own needs nothing but its ports."""
    changed = BUILT_IN.extend({"roles": {"door_server": {"ports": {"web": {"port": 8444}}}}})
    (web,) = changed.watched_ports("door_server")
    assert (web.key, web.name, web.component) == ("door_server.web", "door server", "other")


def test_user_writes_a_step() -> None:
    """A step may be a sentence instead of the name of a text; the account is filled in."""
    changed = BUILT_IN.extend(
        {"roles": {"mobile_server": {"account": "svc-mob", "steps": ["Tell {account}."]}}}
    )
    assert unfilled(changed.watched_ports("mobile_server")[0].steps) == ("Tell svc-mob.",)


def test_users_impact_has_no_placeholders() -> None:
    """Braces in it are braces, since no alert fills them in."""
    changed = BUILT_IN.extend({"roles": {"mobile_server": {"impact": "Ask {names} {host} {}"}}})
    impact = changed.watched_ports("mobile_server")[0].impact
    assert impact is not None
    assert written(impact) == "Ask {names} {host} {}"


def test_nothing_to_extend() -> None:
    """Without tables of the user's the built-in presets are the presets."""
    assert BUILT_IN.extend({}) is BUILT_IN


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (
            {"roles": {"recording_server": {"ports": {"media": {"port": "x"}}}}},
            "site.yaml: presets.roles.recording_server.ports.media.port: must be a valid integer (got 'x')",
        ),
        (
            {"roles": {"camera": {"ports": {"rtsps": {"port": 0}}}}},
            "site.yaml: presets.roles.camera.ports.rtsps.port: must be greater than or equal to 1 (got 0)",
        ),
        (
            {"roles": {"camera": {"zork": 1}}},
            "site.yaml: presets.roles.camera.zork: is not a key that is known here",
        ),
        (
            {"policies": {"vms": {"blind_after": 2}}},
            "site.yaml: presets.policies.vms.blind_after: is now called unreachable_after",
        ),
        ({"roles": None}, "site.yaml: presets.roles: must be a table of keys (got None)"),
        ({"roles": {"x": {}}}, "site.yaml: presets.roles.x.ports: is required"),
        (
            {"roles": {"camera": {"policy": "loud"}}},
            "site.yaml: presets.roles.camera.policy: must be one of vms, camera, camera_trusted (got 'loud')",
        ),
        (
            {"roles": {"camera": {"steps": ["zork"]}}},
            "site.yaml: presets.roles.camera.steps: there is no text of this name under texts (got 'zork')",
        ),
        (
            {"roles": {"camera": {"steps": ["Set -Thumbprint {served_thumbprint}"]}}},
            "site.yaml: presets.roles.camera.steps: a command selects the new certificate: use {thumbprint}",
        ),
        (
            {"roles": {"camera": {"account": "{host}"}}},
            "site.yaml: presets.roles.camera.account: has no placeholders (got '{host}')",
        ),
        (
            {"texts": {"verify": "Look at }"}},
            "site.yaml: presets.texts.verify: braces are only for placeholders (got 'Look at }')",
        ),
        (
            {"policies": {"vms": {"checks": {"name": "loud"}}}},
            "site.yaml: presets.policies.vms.checks.name: must be one of off, warning, critical (got 'loud')",
        ),
    ],
)
def test_user_mistake_is_named(tables: dict[str, object], said: str) -> None:
    """A mistake names the file, the key and the value."""
    assert mistakes(tables) == said


def test_every_mistake_is_named_at_once() -> None:
    """Two mistakes are two lines."""
    said = mistakes({"roles": {"camera": {"zork": 1, "link": "ftp://x"}}})
    assert [line.split(": ")[1] for line in said.splitlines()] == [
        "presets.roles.camera.link",
        "presets.roles.camera.zork",
    ]


def test_unknown_placeholder_lists_the_known() -> None:
    """A placeholder that nobody fills is refused, with those that exist."""
    assert "placeholders are account, ca_expires, group" in mistakes({"texts": {"verify": "{zork}"}})
