"""What a site's answers mean as a whole: each endpoint once, labels, local hosts, notes, any JSON at all."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import DiscoveredTarget, Policy
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.xprotect import PARTS, Answers, Presets, SiteList, site_endpoints

BUILT_IN = Presets.built_in()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = (
    "id",
    "enabled",
    "name",
    "displayName",
    "hostName",
    "webServerUri",
    "activeWebServerUri",
    "portNumber",
    "publicAccessEnabled",
    "publicWebserverHostName",
    "uri",
    "uriArray",
    "address",
    "HTTPSEnabled",
    "httpSPort",
    "hotStandby",
    "primaryFailoverGroup",
    "relations",
)
URLS = st.sampled_from(
    ["https://a.example:7563/", "http://b", "https://[::1]:9", "https://x:99999", "//", "wss://c"]
)
ITEMS = st.lists(JSON | st.dictionaries(st.sampled_from(NAMES), JSON | URLS, max_size=6), max_size=4).map(
    tuple
)
BELOW = st.dictionaries(st.text(max_size=5), ITEMS, max_size=3)
ANY_ANSWERS = st.builds(
    Answers,
    sites=ITEMS,
    recording_servers=ITEMS,
    failover_groups=ITEMS,
    failover_recorders=ITEMS,
    group_recorders=BELOW,
    recorder_failovers=BELOW,
    registered_services=ITEMS,
    hardware=ITEMS,
    hardware_settings=BELOW,
    child_sites=ITEMS,
    api_gateways=st.lists(st.text(max_size=10) | URLS, max_size=2).map(tuple),
)


def site(
    answers: Answers, *, address: str = "https://vms01.vms.example", include: Iterable[str] = PARTS
) -> SiteList:
    """Return what answers mean for a site called Harbour."""
    return site_endpoints(answers, BUILT_IN, site="Harbour", api_address=address, include=tuple(include))


def service(*uris: str, name: str = "Event Server") -> dict[str, object]:
    """Return a registered service."""
    return {"id": "s1", "name": name, "uriArray": list(uris)}


def addresses(found: SiteList) -> list[str]:
    """Return the addresses found, in order."""
    return [one.address for one in found.found]


def at(found: SiteList, address: str) -> DiscoveredTarget:
    """Return what was found at one address."""
    (one,) = [one for one in found.found if one.address == address]
    return one


def test_management_server_needs_no_answer() -> None:
    """The configured server itself is watched, even when the site lists nothing."""
    found = site(Answers())
    assert [(one.address, one.preset) for one in found.found] == [
        ("vms01.vms.example:443", "management_server.gateway"),
        ("vms01.vms.example:9000", "management_server.web_api"),
    ]


def test_configured_port_is_the_gateways() -> None:
    """Another port in the configured address is where the gateway is watched."""
    assert addresses(site(Answers(), address="vms01.vms.example:8443"))[0] == "vms01.vms.example:8443"


def test_labels() -> None:
    """Everything found says component, certificate group, site and VMS."""
    found = at(site(Answers()), "vms01.vms.example:443")
    assert dict(found.labels) == {
        "component": "management_server",
        "certificate_group": "server",
        "site": "Harbour",
        "vms": "xprotect",
    }


def test_site_names_itself() -> None:
    """Without a name of the user's the label is the name that the site gives itself."""
    answers = Answers(sites=({"displayName": "Pier"},))
    found = site_endpoints(answers, BUILT_IN, site="", api_address="vms01.vms.example")
    assert dict(found.found[0].labels)["site"] == "Pier"


def test_same_location_by_two_ways_is_one() -> None:
    """A gateway on the management server's port is the management server, found once."""
    found = site(Answers(registered_services=(service("https://vms01.vms.example/api", name="API"),)))
    assert addresses(found) == ["vms01.vms.example:443", "vms01.vms.example:9000"]


def test_unknown_service_yields_to_a_known_one() -> None:
    """Where an unknown service shares a port with a known one, the known one says what it is."""
    answers = Answers(
        registered_services=(
            service("https://e.example:22331", name="Zork"),
            service("https://e.example:22331"),
        )
    )
    assert at(site(answers), "e.example:22331").preset == "event_server.events"


def test_short_and_full_name_are_one_machine() -> None:
    """A short name joins the one full name that begins with it, and stays a name that clients are given."""
    found = site(
        Answers(registered_services=(service("https://VMS01:22331/", "https://vms01.vms.example:22331/"),))
    )
    event = at(found, "vms01.vms.example:22331")
    assert (event.server_name, event.traits.public_names, event.aliases) == (
        "vms01.vms.example",
        ("vms01",),
        ("vms01",),
    )


def test_short_name_of_two_machines_stays() -> None:
    """A short name that begins two full names is a machine of its own."""
    uris = ("https://vms01:22331", "https://vms01.a.example:22331", "https://vms01.b.example:22331")
    found = site(Answers(registered_services=(service(*uris),)), include=["services"])
    assert addresses(found) == ["vms01:22331", "vms01.a.example:22331", "vms01.b.example:22331"]


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "[::1]", "169.254.1.1", "[fe80::1]", "0.0.0.0", "[::ffff:127.0.0.1]"]
)
def test_local_host_is_refused(host: str) -> None:
    """What means the announcing machine itself is not watched, and a note says so."""
    found = site(Answers(registered_services=(service(f"https://{host}:22331"),)), include=["services"])
    assert found.found == ()
    assert "is another machine here than on the site" in found.notes[0]


def test_local_host_is_allowed() -> None:
    """With allow_local it is watched."""
    answers = Answers(registered_services=(service("https://127.0.0.1:22331"),))
    found = site_endpoints(
        answers, BUILT_IN, site="", api_address="vms", include=["services"], allow_local=True
    )
    assert addresses(found) == ["127.0.0.1:22331"]


def test_local_site_may_announce_local_hosts() -> None:
    """A configured server on loopback may announce loopback."""
    answers = Answers(registered_services=(service("https://127.0.0.5:22331"),))
    assert "127.0.0.5:22331" in addresses(site(answers, address="https://127.0.0.1:8443"))


def test_ipv6_address_is_written_in_brackets() -> None:
    """An IPv6 literal is in brackets in the address and without them as the name."""
    found = site(Answers(registered_services=(service("https://[2001:DB8::5]:22331"),)), include=["services"])
    assert (found.found[0].address, found.found[0].server_name) == ("[2001:db8::5]:22331", "2001:db8::5")


@pytest.mark.parametrize(
    ("part", "address"),
    [
        ("servers", "rec01.vms.example:7563"),
        ("failover", "fo1.vms.example:7563"),
        ("services", "e.example:22331"),
        ("cameras", "10.0.0.7:443"),
        ("child_sites", "child.example:443"),
    ],
)
def test_part_is_included_only_when_named(part: str, address: str) -> None:
    """Each part is found when it is included, and not when all others are."""
    answers = Answers(
        recording_servers=({"id": "1", "webServerUri": "https://rec01.vms.example:7563"},),
        failover_recorders=({"id": "2", "webServerUri": "https://fo1.vms.example:7563"},),
        registered_services=(service("https://e.example:22331"),),
        hardware=({"id": "3", "address": "https://10.0.0.7/"},),
        child_sites=({"id": "4", "name": "Pier", "address": "https://child.example/"},),
    )
    assert address in addresses(site(answers, include=[part]))
    assert address not in addresses(site(answers, include=[one for one in PARTS if one != part]))


def test_many_notes_are_bounded() -> None:
    """The notes about one resource stop after some, with how many there would be."""
    found = site(Answers(hardware=tuple({"id": str(number)} for number in range(1000))))
    assert len(found.notes) == 21
    assert found.notes[-1] == "hardware: 980 more notes of this kind"


def test_hostile_text_is_cleaned() -> None:
    """Titles and notes stay on one line whatever the site calls its servers."""
    recorder = {"id": "1\r\n2", "name": "A\r\nBcc: x", "webServerUri": "https://rec01.vms.example:7563"}
    found = site(Answers(recording_servers=(recorder, {"id": "\r\n"})))
    assert not any("\n" in text for text in (*found.notes, *(one.title for one in found.found)))


@given(ANY_ANSWERS)
def test_any_json_is_read(answers: Answers) -> None:
    """Whatever JSON the resources hold, a list comes back, and no host and port is in it twice."""
    found = site_endpoints(answers, BUILT_IN, site="", api_address="https://vms01.vms.example", include=PARTS)
    assert len(set(addresses(found))) == len(found.found)


@given(ANY_ANSWERS)
def test_any_json_gives_endpoints(answers: Answers) -> None:
    """Whatever is found can be probed: its address and name are those of an endpoint."""
    for one in site_endpoints(answers, BUILT_IN, site="", api_address="vms01", include=PARTS).found:
        target = EndpointSettings(address=one.address, server_name=one.server_name).target(Policy())
        assert target.location == one.address


@given(ANY_ANSWERS)
def test_any_json_gives_no_local_target(answers: Answers) -> None:
    """Nothing that a site says makes the monitor probe itself."""
    found = site_endpoints(answers, BUILT_IN, site="", api_address="https://vms01.vms.example", include=PARTS)
    assert not [one for one in found.found if one.server_name in ("localhost", "::1")]


def test_a_huge_number_is_no_name() -> None:
    """A number of thousands of digits, legal in JSON, is passed over."""
    found = site(Answers(recording_servers=({"id": 10**5000, "enabled": 10**5000, "hostName": 10**5000},)))
    assert found.notes == (
        "recordingServers without id: no usable host in webServerUri or hostName, so it is not watched",
    )
