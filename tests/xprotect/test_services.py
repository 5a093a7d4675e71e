"""Registered services, gateways and child sites: where they answer."""

import pytest

from monitor.xprotect import Answers, Presets, SiteList, site_endpoints


def listed(answers: Answers) -> SiteList:
    """Return what services and child sites mean."""
    include = ("services", "child_sites")
    return site_endpoints(answers, Presets.built_in(), site="Harbour", api_address="vms", include=include)


def locations(answers: Answers) -> list[tuple[str, str]]:
    """Return the address and preset of everything found."""
    return [(one.address, one.preset) for one in listed(answers).found]


@pytest.mark.parametrize(
    ("name", "uri", "expected"),
    [
        ("Event Server", "https://e.example:22331/Central", [("e.example:22331", "event_server.events")]),
        ("Event Server", "http://e.example:22331/Central", [("e.example:22331", "event_server.events")]),
        ("Event Server", "wss://e.example:22332/", [("e.example:22332", "event_server.api")]),
        ("Event Server", "https://e.example:30000/", [("e.example:30000", "event_server.events")]),
        ("MobileServer", "https://m.example:8082/", [("m.example:8082", "mobile_server.clients")]),
        ("Mobile", "http://m.example:8081/", [("m.example:8082", "mobile_server.clients")]),
        ("SmartConnect", "https://m.example:8082/", [("m.example:8082", "mobile_server.clients")]),
        ("MIPS", "https://m.example:8082/", [("m.example:8082", "mobile_server.clients")]),
        ("MIP", "https://m.example:8082/", [("m.example:8082", "mobile_server.clients")]),
        ("MIP plug-in", "https://m.example:999/", [("m.example:999", "other.service")]),
        ("Data Collector", "http://d.example:7609/", [("d.example:7609", "data_collector.values")]),
        ("API", "https://g.example/api", [("g.example:443", "api_gateway.gateway")]),
        ("Log server", "http://l.example:22337/LogServer/", []),
        ("Log server", "https://l.example:22337/LogServer/", [("l.example:22337", "log_server.logs")]),
        ("Weather", "https://w.example:999/", [("w.example:999", "other.service")]),
        ("Weather", "http://w.example:999/", [("w.example:999", "other.service")]),
        ("Weather", "http://w.example/", []),
        ("Weather", "net.tcp://w.example:808/", []),
        ("LPR", "https://p.example:22334", [("p.example:22334", "addon.lpr")]),
    ],
)
def test_service(name: str, uri: str, expected: list[tuple[str, str]]) -> None:
    """A service is watched where it says, under the role of its name."""
    assert locations(Answers(registered_services=({"id": "1", "name": name, "uri": uri},))) == expected


@pytest.mark.parametrize(
    "item",
    [
        {"uriArray": ["https://e.example:22331"]},
        {"Uri": "https://e.example:22331"},
        {"properties": {"uris": [{"uri": "https://e.example:22331"}]}},
        {"serviceUrl": "https://e.example:22331"},
    ],
)
def test_spellings_of_the_address(item: dict[str, object]) -> None:
    """The address is found whatever its field is called and wherever it hangs."""
    answers = Answers(registered_services=({"id": "1", "name": "Event Server"} | item,))
    assert locations(answers) == [("e.example:22331", "event_server.events")]


def test_each_host_and_port_once() -> None:
    """Two URIs of one host and port are one location."""
    uris = ["https://e.example:22331/a", "https://e.example:22331/b"]
    assert len(locations(Answers(registered_services=({"name": "Event Server", "uriArray": uris},)))) == 1


def test_disabled_service_is_left_out() -> None:
    """A disabled service is not watched and not noted."""
    item = {"name": "Event Server", "enabled": False, "uri": "https://e.example:22331"}
    assert listed(Answers(registered_services=(item,))) == SiteList((), ())


@pytest.mark.parametrize(
    ("item", "note"),
    [
        (
            {"id": "7", "name": "Event Server"},
            "registeredServices 7 (Event Server): it names no address, so it is not watched",
        ),
        (
            {"id": "7", "name": "Weather", "uri": "https://x:99999"},
            "registeredServices 7: https://x:99999 is no address that can be watched",
        ),
        (
            {"id": "7", "name": "Log server", "uri": "http://l.example:22337"},
            "registeredServices 7 (Log server): it announces no port with TLS, so it is not watched",
        ),
    ],
)
def test_what_is_not_watched_is_noted(item: dict[str, object], note: str) -> None:
    """A service that cannot be watched is named with its id and the reason."""
    assert listed(Answers(registered_services=(item,))).notes == (note,)


def test_announced_gateway() -> None:
    """A gateway on another host than the management server is watched as such."""
    assert locations(Answers(api_gateways=("https://gw.example/api",))) == [
        ("gw.example:443", "api_gateway.gateway")
    ]


def test_unreadable_gateway_is_noted() -> None:
    """An unusable gateway address is named."""
    assert listed(Answers(api_gateways=("::",))).notes == ("ApiGateways: :: is no usable address",)


def test_child_site_has_its_own_label() -> None:
    """A child site's gateway carries the child's name as its site."""
    (child,) = listed(Answers(child_sites=({"name": "Pier", "siteAddress": "http://pier.example/"},))).found
    assert (child.address, dict(child.labels)["site"]) == ("pier.example:443", "Pier")


def test_child_site_without_address_is_noted() -> None:
    """A child site that gives no address is named."""
    assert listed(Answers(child_sites=({"id": "9"},))).notes == (
        "childSites 9: no usable address, so it is not watched",
    )
