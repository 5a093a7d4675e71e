"""A recorded site shows its structure and nothing that names anything, and can be replayed."""

import asyncio
import json
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from monitor.demo.xprotect_site import PASSWORD, Behavior
from monitor.discovery import DiscoveryResult
from monitor.discovery.xprotect.exchanges import SiteExchange
from monitor.discovery.xprotect.mask import Mask
from monitor.discovery.xprotect.record import SiteRecord, record
from monitor.discovery.xprotect.site import XProtectSite
from monitor.discovery.xprotect.site_query import SiteResult
from monitor.model import Failure, FailureReason, text
from support.factories.xprotect.asking import QUICK, Answer, Made, answer, context, fresh, made, running
from support.factories.xprotect.replay import replayed

GUID = "43133986-bd1e-5086-b1a7-283829d00abd"


def masked(item: dict[str, Any]) -> dict[str, Any]:
    """Return one recording server as it is recorded, after the host of its site."""
    mask = Mask()
    mask.host("vms01.corp.example")
    found: dict[str, Any] = mask.value("", item)
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


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"name": "Mobile Server (VMS01)"}, {"name": "Mobile Server text-1"}),
        ({"name": "4711", "portNumber": "7563"}, {"name": "text-1", "portNumber": "7563"}),
        (
            {"securityMask": 2147483648, "mask": "2147483648"},
            {"securityMask": 2147483648, "mask": "2147483648"},
        ),
        (
            {"name": "RecordingServers", "displayName": "Jane"},
            {"name": "RecordingServers", "displayName": "text-1"},
        ),
        ({"pin": 4711, "userToken": 5}, {"pin": 0, "userToken": 0}),
        ({"serviceAccount": "S-1-5-20"}, {"serviceAccount": "S-1-5-20"}),
        ({"serviceAccount": "S-1-5-21-7-7-7-1104"}, {"serviceAccount": "text-1"}),
        ({"version": "Vault of Jane"}, {"version": "text-1"}),
        ({"type": "Vault", "model": "Jane cam"}, {"type": "text-1", "model": "text-2"}),
        ({"uri": "https://localhost:22331/AcmeBank/"}, {"uri": "https://localhost:22331/path"}),
        ({"note": "see jane://x/ there"}, {"note": "text-1"}),
        ({"uri": "jane://vault/"}, {"uri": "scheme://host-2/"}),
    ],
)
def test_masks_what_seems_harmless(item: dict[str, Any], expected: dict[str, Any]) -> None:
    """A name is a name where usually something harmless stands."""
    assert masked(item) == expected


def test_a_name_is_masked_where_a_rule_would_keep_it() -> None:
    """What is masked at one place is masked at every other, also in names of fields, and so are secrets."""
    mask = Mask()
    found = mask.value(
        "", {"displayName": "JaneVault", "JaneVault": "yes", "czNjcmV0": 1, "s3cretField": True}
    )
    text = json.dumps(mask.scrubbed(found, ["s3cret"]))
    assert [word for word in ("JaneVault", "czNjcmV0", "s3cret") if word.lower() in text.lower()] == []


def test_failures_without_words() -> None:
    """Failures are recorded by reason, code and list: their sentences name hosts."""
    failures = (
        Failure(FailureReason.FORBIDDEN, text("said vms01"), "recordingServers"),
        Failure(FailureReason.DNS, text("vms01"), "vms01:443"),
    )
    site = SiteRecord([("vms01:443", SiteResult(failures=failures))], [], failures=failures)
    assert record([site])["sites"][0]["failures"] == [
        {"reason": "forbidden", "said": "text", "location": "recordingServers"},
        {"reason": "dns", "said": "text", "location": "host-1:443"},
    ]


PLANTED = (
    "JaneDoe",
    "Acme Bank",
    "acmebank",
    "vault07",
    "10.20.30.40",
    GUID,
    "hunter2-pass",
    "tok-abcdef",
    b64encode(b"certmon:hunter2-pass").decode(),
    b64encode(b"hunter2-pass").decode().rstrip("="),
    "c00kie-value",
    "Planted Person",
)


def planted(method: str, path: str, body: bytes) -> Answer:
    """Answer as a site that has names and secrets everywhere."""
    headers = {
        "Set-Cookie": "sid=c00kie-value",
        "X-JaneDoe": "Acme Bank",
        "Date": "a day of Planted Person",
        "Server": "vault07.acmebank.example",
        "WWW-Authenticate": 'Bearer realm="Acme Bank"',
    }
    del body
    if method == "POST":
        return answer({"access_token": "tok-abcdef", "expires_in": 3600, "token_type": "Bearer"}, **headers)
    if path.endswith("/uris"):
        uris = {"IdentityProvider": "https://vault07.acmebank.example/acmebank", "ProductVersion": "25.1.1.1"}
        return answer(uris | {"ApiGateways": ["https://vault07.acmebank.example/api/"]}, **headers)
    if "/hardware?" in path:
        return 500, headers, b"<h1>JaneDoe at 10.20.30.40 tok-abcdef</h1>"
    item = {
        "id": GUID,
        "name": "Acme Bank vault",
        "type": "JaneDoe",
        "version": "JaneDoe",
        "lastModified": "JaneDoe",
        "JaneDoe": {"nested": [{"deep": [{"owner": "JaneDoe", "password": "hunter2-pass"}]}]},
        "displayName": "JaneDoe",
        "blob": b64encode(b"certmon:hunter2-pass").decode(),
        b64encode(b"hunter2-pass").decode().rstrip("="): True,
        "webServerUri": f"https://JaneDoe:hunter2-pass@vault07.acmebank.example:7563/acmebank?x={GUID}",
        "address": "10.20.30.40",
        "note": f"token tok-abcdef of JaneDoe for {GUID} at 10.20.30.40",
    }
    return answer({"array": [item]}, **headers)


async def recorded_from(site: Made, **keys: Any) -> tuple[dict[str, Any], DiscoveryResult]:
    """Return the record of one query of a site, and what it found."""
    exchanges: list[SiteExchange] = []
    asking = XProtectSite(
        site.settings(**keys), (site.trust,), context(), budgets=QUICK, on_exchange=exchanges.append
    )
    try:
        found = await asking.discover()
    finally:
        await asking.close()
    one = SiteRecord(
        asking.results,
        exchanges,
        found.found,
        found.failures,
        secrets=("certmon", "hunter2-pass", "certmon:hunter2-pass"),
    )
    chain = [{"subject": "JaneDoe CA", "issuer": "Acme Bank", "names": ["*.acmebank.example", "10.20.30.40"]}]
    return record([one], {"vault07.acmebank.example:7563": {"outcome": "TLS", "chain": chain}}), found


async def recorded_at(answers: Callable[[str, str, bytes], Answer]) -> tuple[dict[str, Any], DiscoveryResult]:
    """Return the record of a site that answers so, and what was found there."""
    async with made(answers) as site:
        return await recorded_from(site)


def test_nothing_planted_is_in_a_record() -> None:
    """Names and secrets in every place: nested, coded, in errors, headers, paths and certificates."""
    recorded, found = asyncio.run(recorded_at(planted))
    text = json.dumps(recorded).lower()
    assert [word for word in PLANTED if word.lower() in text] == []
    assert found.failures
    address = next(
        one["address"] for one in recorded["sites"][0]["targets"] if one["preset"].endswith("media")
    )
    assert recorded["ports"][0]["address"] == address
    assert recorded["ports"][0]["chain"][0]["names"][0].endswith(address.split(".", 1)[1].split(":")[0])


def test_a_site_that_cannot_be_read_is_recorded() -> None:
    """The answer that nobody understood is there, by its status and form."""
    page = 200, {"Content-Type": "text/html"}, b"<p>JaneDoe</p>"
    recorded, found = asyncio.run(recorded_at(lambda *_: page))
    (first, *_) = recorded["sites"][0]["requests"]
    assert (first["status"], first["not_json"]["begins_with"]) == (200, "markup")
    assert found.failures[0].reason is FailureReason.NOT_XPROTECT


def odd(method: str, path: str, body: bytes) -> Answer:
    """Answer with a list that has something else in it, a bare list, and fields that nobody knows."""
    if method == "POST" or path.endswith("/uris"):
        return answer(json.loads(planted(method, path, body)[2]))
    recorder = {"id": "1", "webServerUri": "https://rec.example:7563/", "futureField": {"x": [1]}}
    if "/recordingServers?" in path:
        return answer({"array": [recorder, "text", None, 7]})
    if "/registeredServices?" in path:
        return answer([{"id": "2", "name": "Event Server", "uri": "https://ev.example:22331/"}])
    return answer({"array": []})


def test_unknown_fields_and_shapes_are_listed_and_break_nothing() -> None:
    """What can be read is watched; the odd list is a failure, so that no known target is removed."""
    recorded, found = asyncio.run(recorded_at(odd))
    addresses = {one.address for one in found.found}
    assert {"rec.example:7563", "ev.example:22331"} <= addresses
    assert [one.location for one in found.failures] == ["recordingServers"]
    assert "fields that this version does not know, and ignores: recordingServers: futureField" in found.notes
    queried = recorded["sites"][0]["queried"][0]
    assert queried["unknown_fields"] == {"recordingServers": ["futureField"]}


def test_replay_gives_the_same_shape() -> None:
    """A record of the simulated site, replayed, has as many targets of each preset and the same failures."""
    with running() as simulator, fresh(simulator) as asking:
        exchanges: list[SiteExchange] = []
        simulator.behavior = Behavior(answers={"childSites": 500})
        found = asking.discover(
            on_exchange=exchanges.append,
            include=["servers", "failover", "services", "cameras", "child_sites"],
        )
        assert asking.site is not None
        one = SiteRecord(
            asking.site.results, exchanges, found.found, found.failures, secrets=("certmon", PASSWORD)
        )
        recorded = json.loads(json.dumps(record([one])))
        names = [
            item[key]
            for items in simulator.resources.values()
            for item in items
            for key in ("name", "id")
            if key in item
        ]
    text = json.dumps(recorded)
    kept = {"API", "Event Server", "Mobile Server", "Log server", "Data Collector"}
    assert [name for name in names if name in text and name not in kept] == []
    assert PASSWORD not in text

    async def again() -> DiscoveryResult:
        async with replayed(recorded) as site:
            return await site.discover(include=["servers", "failover", "services", "cameras", "child_sites"])

    second = asyncio.run(again())
    assert Counter(one.preset for one in second.found) == Counter(one.preset for one in found.found)
    assert [one.reason for one in second.failures] == [one.reason for one in found.failures]
    assert [note for note in second.notes if "right" in note] == [
        note for note in found.notes if "right" in note
    ]
    behind = [len(one.traits.stands_in_for) for result in (found, second) for one in result.found]
    assert behind[: len(behind) // 2] == behind[len(behind) // 2 :]
