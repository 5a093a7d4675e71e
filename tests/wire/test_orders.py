"""Orders read back as the requests that they were made from, and name secrets instead of having them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Policy, ProbeRequest, TaggedSettings
from monitor.secrets import ClientCertificate, SecretReference
from monitor.sources.endpoint.connect_options import AddressFamily, ConnectOptions, Endpoint, Proxy
from monitor.sources.files.settings import Files
from monitor.sources.kubernetes.settings import Cluster, SecretKeys
from monitor.sources.windows_report import ReportFile
from monitor.sources.windows_store import LocalStores
from monitor.windows.access import AuthMethod, RemoteMachine
from monitor.windows.stores import StoreLocation, StoreName
from monitor.wire import WireError, order_key, read_orders, resolved, write_orders
from monitor.wire.secret_names import NoSuchNameError, by_local_name

HOUR = timedelta(hours=1)
WORDS = st.text(st.characters(categories=["L", "N"], max_codepoint=0x24F), min_size=1, max_size=12)
NAMES = st.lists(WORDS, max_size=3).map(tuple)
SECRETS = st.builds(SecretReference, file=WORDS)
IDENTITIES = st.builds(ClientCertificate, WORDS, WORDS, st.none() | SECRETS)
PROXIES = st.builds(Proxy, st.sampled_from(["http", "socks5"]), WORDS, st.integers(1, 65535), WORDS, SECRETS)
OPTIONS = st.builds(
    ConnectOptions,
    st.sampled_from(AddressFamily),
    st.sampled_from(["", "10.0.0.1"]),
    st.none() | PROXIES,
    st.none() | IDENTITIES,
    st.booleans(),
    st.booleans(),
)
STORES = st.builds(StoreName, st.sampled_from(StoreLocation), WORDS, WORDS)
SETTINGS: st.SearchStrategy[TaggedSettings] = st.one_of(
    st.builds(Endpoint, WORDS, st.integers(1, 65535), WORDS, WORDS, OPTIONS),
    st.builds(Files, NAMES, NAMES, st.lists(SECRETS, max_size=2).map(tuple)),
    st.builds(
        Cluster, WORDS, WORDS, NAMES, NAMES, WORDS, NAMES, st.tuples(st.builds(SecretKeys, WORDS, NAMES))
    ),
    st.builds(
        RemoteMachine,
        WORDS,
        st.integers(1, 65535),
        st.booleans(),
        st.sampled_from(AuthMethod),
        WORDS,
        st.none() | SECRETS,
        st.none() | IDENTITIES,
        WORDS,
        NAMES,
    ),
    st.builds(ReportFile, WORDS, WORDS, st.timedeltas(timedelta(seconds=1), timedelta(days=999))),
    st.builds(LocalStores, WORDS, st.tuples(STORES), NAMES),
)
LENGTHS = st.integers(1, 10**9).map(lambda ms: timedelta(milliseconds=ms))
REQUESTS = st.builds(
    ProbeRequest,
    WORDS,
    WORDS,
    SETTINGS,
    LENGTHS,
    st.sampled_from(["required", "any", "off"]),
    st.lists(st.sampled_from(["staple", "crl"]), max_size=2).map(tuple),
    st.just(("system", "ca.pem")),
    LENGTHS,
    st.booleans(),
    WORDS,
    NAMES,
)


def endpoint(name: str = "cam01.dmz.example", **changes: Any) -> ProbeRequest:
    """Return the request for an endpoint."""
    policy = Policy()
    made = ProbeRequest(
        target_id=f"dmz/endpoint:{name}:443",
        location=f"{name}:443",
        settings=Endpoint(name, 443, name),
        timeout=policy.timeout,
        encryption=policy.encryption,
        revocation=(),
        trust=policy.trust,
        forget_after=policy.forget_after,
        plain_possible=False,
        host=name,
        aliases=(),
    )
    return replace(made, **changes)


def read_back(request: ProbeRequest, changes: Mapping[str, object] | None = None) -> Any:
    """Return the orders in the document of one request, into which something may have been put."""
    _, body = write_orders([(request, HOUR)])
    document = json.loads(body)
    document["orders"][0] |= dict(changes or {})
    return read_orders(json.dumps(document).encode())


@given(REQUESTS)
def test_what_a_source_reads_comes_back(request: ProbeRequest) -> None:
    """All settings of all kinds, and of the rest what the source of this kind reads."""
    (order,) = read_back(request).orders
    kind, usual = request.settings.kind, Policy()
    assert (order.interval, order.key) == (HOUR, order_key(request))
    assert order.request == replace(
        request,
        trust=request.trust if kind == "windows_remote" else usual.trust,
        host=request.host if kind == "windows_remote" else "",
        aliases=request.aliases if kind == "windows_remote" else (),
        forget_after=request.forget_after if kind == "windows_report" else usual.forget_after,
    )


def test_the_usual_endpoint_stays_direct() -> None:
    """The usual way is recognized by its value: nothing is read, selected or repeated for it."""
    (order,) = read_back(endpoint()).orders
    assert order.request.settings.connect.direct


def test_an_order_is_small() -> None:
    """A line of a site carries those of all of its cameras."""
    one, two = (len(write_orders([(endpoint(), HOUR)] * number)[1]) for number in (1, 2))
    assert two - one < 260


def test_orders_have_one_revision_as_long_as_they_are_the_same() -> None:
    """An agent fetches them again only when something has changed."""
    first, _ = write_orders([(endpoint(), HOUR)])
    again, _ = write_orders([(endpoint(), HOUR)])
    other, _ = write_orders([(endpoint(), 2 * HOUR)])
    assert (first == again, first == other) == (True, False)


def test_the_key_says_how_a_target_is_probed() -> None:
    """Another interval changes nothing about an answer, another protocol does."""
    changed = endpoint(settings=Endpoint("cam01.dmz.example", 443, "cam01.dmz.example", "smtp"))
    assert order_key(endpoint()) != order_key(changed)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "endpoint_over_quic"},
        {"settings": {"host": "cam01.dmz.example", "port": "many"}},
        {"settings": None},
        {"every": 0},
        {"timeout": -1},
        {"encryption": "sometimes"},
    ],
)
def test_an_order_that_cannot_be_carried_out_is_refused_alone(changes: Mapping[str, object]) -> None:
    """A newer center may know kinds that this agent does not; the others are probed."""
    read = read_back(endpoint(), changes)
    assert (read.orders, [one.target_id for one in read.refused]) == (
        (),
        ["dmz/endpoint:cam01.dmz.example:443"],
    )


def test_members_of_a_newer_version_are_ignored() -> None:
    """One minor release of difference is tolerated."""
    settings = {"host": "cam01.dmz.example", "port": 443, "server_name": "x", "ech": True}
    (order,) = read_back(endpoint(), {"priority": 7, "settings": settings}).orders
    assert order.request.settings == Endpoint("cam01.dmz.example", 443, "x")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"version": 2}',
        b'{"version": 1}',
        b'{"version": 1, "orders": 7}',
        b'{"version": 1, "orders": [7]}',
        b'{"version": 1, "orders": [], "revision": NaN}',
        b'{"version": 1, "orders": ' + b"[" * 100_000,
        b'{"version": 1, "orders": [], "revision": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_document_of_orders_is_refused(body: bytes) -> None:
    """Nothing of it is carried out."""
    with pytest.raises(WireError):
        read_orders(body)


PLACES = replace(
    endpoint(),
    settings=RemoteMachine(
        "rec01",
        5986,
        tls=True,
        password=SecretReference(file="/etc/cert-monitor/vms-password"),
        identity=ClientCertificate("/etc/c.pem", "C:\\keys\\k.pem", SecretReference(env="WORD")),
    ),
    trust=("system", "/etc/ca.pem"),
)


def test_secrets_travel_by_their_name() -> None:
    """Neither a secret nor where the center has it is in an order."""
    _, body = write_orders([(PLACES, HOUR)])
    (order,) = read_orders(body).orders
    assert b"/etc" not in body
    assert order.request == by_local_name(PLACES)
    assert order.request.trust == ("system", "ca.pem")
    assert order.request.settings == RemoteMachine(
        "rec01",
        5986,
        tls=True,
        password=SecretReference(file="vms-password"),
        identity=ClientCertificate("c.pem", "k.pem", SecretReference(file="WORD")),
    )


def test_an_agent_puts_its_own_files_for_the_names() -> None:
    """The names mean nothing but what its own configuration says."""
    here = resolved(by_local_name(PLACES), lambda name: f"/agent/{name}")
    assert here.settings == RemoteMachine(
        "rec01",
        5986,
        tls=True,
        password=SecretReference(file="/agent/vms-password"),
        identity=ClientCertificate("/agent/c.pem", "/agent/k.pem", SecretReference(file="/agent/WORD")),
    )
    assert here.trust == ("system", "/agent/ca.pem")


def test_an_agent_reads_no_variable_for_a_center() -> None:
    """A hijacked center could name any."""
    hostile = replace(PLACES, settings=RemoteMachine("rec01", 5986, password=SecretReference(env="HOME")))
    with pytest.raises(NoSuchNameError):
        resolved(hostile, lambda name: f"/agent/{name}")


def test_a_kubeconfig_is_named_too() -> None:
    """It is a secret, although its settings have it as a path."""
    named = by_local_name(endpoint(settings=Cluster("/root/.kube/config")))
    assert named.settings == Cluster("config")
