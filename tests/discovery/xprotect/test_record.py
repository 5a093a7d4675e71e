"""A recorded site shows its structure and nothing that names anything."""

import json
from typing import Any

import pytest

from monitor.demo.xprotect_site import PASSWORD
from monitor.discovery.xprotect.record import record
from monitor.discovery.xprotect.site_query import SiteResult
from monitor.model import Failure, FailureReason, text
from monitor.xprotect import Answers, Presets, site_endpoints
from support.factories.xprotect_asking import fresh, running

GUID = "43133986-bd1e-5086-b1a7-283829d00abd"


def masked(item: dict[str, Any]) -> dict[str, Any]:
    """Return one recording server as it is recorded."""
    asked = SiteResult(Answers(recording_servers=(item,)))
    found: dict[str, Any] = record([("vms01.corp.example:443", asked)])[0]["answers"]["recording_servers"][0]
    return found


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"enabled": True, "portNumber": 7563, "x": None}, {"enabled": True, "portNumber": 7563, "x": None}),
        ({"big": 123456789, "latitude": 55.67}, {"big": 0, "latitude": None}),
        ({"version": "24.2.15063.1"}, {"version": "24.2.15063.1"}),
        ({"displayName": "Bank vault"}, {"displayName": "text-1"}),
        ({"name": "Event Server"}, {"name": "Event Server"}),
        (
            {"userName": "root", "password": "x", "apiToken": ""},
            {"userName": "***", "password": "***", "apiToken": ""},
        ),
        ({"hostName": "rec01.corp.example"}, {"hostName": "host-2.domain-1.example"}),
        (
            {"hostName": "REC01", "webServerUri": "https://rec01.corp.example:7563/"},
            {"hostName": "host-2", "webServerUri": "https://host-2.domain-1.example:7563/"},
        ),
        (
            {"address": "http://10.1.2.3/", "other": "https://10.1.2.4:8443/cam?user=root"},
            {"address": "http://198.18.0.1/", "other": "https://198.18.0.2:8443/cam"},
        ),
        ({"webServerUri": "https://[fe80::1]:7563/"}, {"webServerUri": "https://[fe80::1]:7563/"}),
        ({"uri": "https://user:pw@10.1.2.3/secret path"}, {"uri": "https://198.18.0.1/path"}),
        ({"id": GUID}, {"id": "00000000-0000-0000-0000-000000000001"}),
        (
            {"id": GUID.upper(), "hotStandby": f"FailoverRecorder[{GUID}]"},
            {
                "id": "00000000-0000-0000-0000-000000000001",
                "hotStandby": "FailoverRecorder[00000000-0000-0000-0000-000000000001]",
            },
        ),
        (
            {"hotStandby": "FailoverRecorder[00000000-0000-0000-0000-000000000000]"},
            {"hotStandby": "FailoverRecorder[00000000-0000-0000-0000-000000000000]"},
        ),
        ({"note": f"seen by Jane on {GUID}"}, {"note": "00000000-0000-0000-0000-000000000001"}),
        ({"MacAddress": "00:11:22:33:44:55"}, {"MacAddress": "***"}),
        ({"Jane's key!": "x"}, {"key": "text-1"}),
        ({"webServerUri": "https://[broken"}, {"webServerUri": "text-1"}),
    ],
)
def test_masks(item: dict[str, Any], expected: dict[str, Any]) -> None:
    """Structure, ports, versions and relations stay; names, addresses, users and ids do not."""
    assert masked(item) == expected


def test_failures_without_words() -> None:
    """Failures are recorded by reason and list: their sentences name hosts."""
    failures = (
        Failure(FailureReason.FORBIDDEN, text("said vms01"), "recordingServers"),
        Failure(FailureReason.DNS, text("vms01"), "vms01:443"),
    )
    recorded = record([("vms01:443", SiteResult(failures=failures))])[0]["failures"]
    assert recorded == [
        {"reason": "forbidden", "location": "recordingServers"},
        {"reason": "dns", "location": ""},
    ]


def test_recorded_site() -> None:
    """A recorded site names nothing of the real one and still means the same endpoints by component."""
    with running() as simulator, fresh(simulator) as asking:
        url = simulator.url
        found = asking.discover()
        assert asking.site is not None
        text = json.dumps(record(asking.site.results))
        names = [
            item[key]
            for items in simulator.resources.values()
            for item in items
            for key in ("name", "id")
            if key in item
        ]
    kept = {"API", "Event Server", "Mobile Server", "Log server", "Data Collector"}
    assert [name for name in names if name in text and name not in kept] == []
    assert PASSWORD not in text
    again = Answers(**json.loads(text)[0]["answers"])
    listed = site_endpoints(again, Presets.built_in(), site="", api_address=url)
    assert sorted(dict(one.labels)["component"] for one in listed.found) == sorted(
        dict(one.labels)["component"] for one in found.found
    )
