"""Tests of probing a cluster's certificates, against answers that a real API server gave."""

import asyncio
import base64
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.model import FailureReason, Policy, ProbeResult
from monitor.sources.kubernetes import requests
from monitor.sources.kubernetes.documents import in_config_map, in_secret, in_webhooks
from monitor.sources.kubernetes.settings import KubernetesSettings
from monitor.sources.kubernetes.source import KubernetesSource
from support import pki
from support.servers.sources.kubernetes_server import TOKEN, Api, kubeconfig, kubernetes_api, recorded
from support.written import written


@pytest.fixture
def api() -> Iterator[Api]:
    """Give a server with the recorded lists."""
    with kubernetes_api() as running:
        yield running


def probe(folder: Path, api: Api, seconds: float = 20, token: str = TOKEN, **keys: object) -> ProbeResult:
    """Return what one probe of the server gives."""
    entry = {"kind": "kubernetes", "name": "lab", "kubeconfig": str(kubeconfig(folder, api, token)), **keys}
    settings = KubernetesSettings.model_validate(entry)
    target = settings.target(Policy(timeout=timedelta(seconds=seconds)))
    return asyncio.run(KubernetesSource().probe(target.request))


def locations(seen: ProbeResult) -> set[str]:
    """Return where certificates were seen."""
    return {one.location for one in seen.sightings}


def said(seen: ProbeResult) -> list[tuple[FailureReason, str]]:
    """Return reason and location of each failure."""
    return [(failure.reason, failure.location) for failure in seen.failures]


WEBHOOK = "validatingwebhookconfiguration/policy#check.vms.example"
BUNDLE = {"vms/configmap/bundle#ca.pem", "vms/configmap/bundle#ca.der"}
TLS = {
    f"{namespace}/secret/{name}#{key}"
    for namespace, name in (("vms", "tls-1"), ("vms", "tls-2"), ("web", "tls-1"))
    for key in ("tls.crt", "ca.crt")
}


def test_whole_cluster_is_seen(tmp_path: Path, api: Api) -> None:
    """Secrets of type TLS, config maps and webhooks are probed, and nothing fails."""
    seen = probe(tmp_path, api)
    assert (locations(seen), seen.failures) == ({*TLS, *BUNDLE, WEBHOOK}, ())


def test_chain_in_a_secret_keeps_its_order(tmp_path: Path, api: Api) -> None:
    """Each certificate of a secret's chain is at its position."""
    seen = probe(tmp_path, api, resources=["secrets"], namespaces=["web"])
    chain = [
        (s.position, s.certificate.subject_cn) for s in seen.sightings if s.location.endswith("#tls.crt")
    ]
    assert chain == [(0, "svc1.web.svc"), (1, "Cluster CA")]


def test_other_types_are_read_where_asked(tmp_path: Path, api: Api) -> None:
    """Keys of other types of secrets are named in the configuration; what is not named is left alone."""
    wanted = [{"type": "Opaque", "keys": ["*.crt"]}]
    seen = probe(tmp_path, api, secrets=wanted, resources=["secrets"])
    assert (locations(seen), seen.failures) == ({"vms/secret/opaque#trust.crt"}, ())


def test_labels_choose(tmp_path: Path, api: Api) -> None:
    """Only what has the labels is seen."""
    seen = probe(tmp_path, api, label_selector="app=vms", resources=["secrets"])
    assert {location.partition("#")[0] for location in locations(seen)} == {
        "vms/secret/tls-1",
        "web/secret/tls-1",
    }


def test_namespace_is_left_out_by_the_server(tmp_path: Path, api: Api) -> None:
    """What is excluded does not travel."""
    seen = probe(tmp_path, api, exclude_namespaces=["vms"], resources=["secrets"])
    assert {location.partition("/")[0] for location in locations(seen)} == {"web"}
    assert "metadata.namespace!=vms" in unquote(api.asked[0])


def test_list_of_many_pages_is_read_whole(tmp_path: Path, api: Api) -> None:
    """A list longer than a page is followed to its end."""
    one = api.lists["secrets"][0]
    many = [{**one, "metadata": {"name": f"tls-{n}", "namespace": "big"}} for n in range(250)]
    api.lists["secrets"] = many
    seen = probe(tmp_path, api, resources=["secrets"])
    assert len({location.partition("#")[0] for location in locations(seen)}) == 250
    assert len(api.asked) == 3


def test_expired_list_goes_on(tmp_path: Path, api: Api) -> None:
    """A server that forgot where a list was (410) is asked to go on, and nothing is lost."""
    one = api.lists["secrets"][0]
    api.lists["secrets"] = [{**one, "metadata": {"name": f"t{n}", "namespace": "big"}} for n in range(150)]
    api.expires = 1
    seen = probe(tmp_path, api, resources=["secrets"])
    assert (len({location.partition("#")[0] for location in locations(seen)}), seen.failures) == (150, ())


def test_list_that_expires_again_and_again_is_left(tmp_path: Path, api: Api) -> None:
    """A server that forgets every time is asked to go on once for each page, and then believed."""
    one = api.lists["secrets"][0]
    api.lists["secrets"] = [{**one, "metadata": {"name": f"t{n}", "namespace": "big"}} for n in range(150)]
    api.expires = 5000
    seen = probe(tmp_path, api, resources=["secrets"])
    assert (said(seen), len(api.asked)) == ([(FailureReason.BAD_ANSWER, "")], 3)


def test_large_items_come_in_smaller_pages(tmp_path: Path, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is too large is asked for again in parts."""
    one = api.lists["secrets"][0]
    many = [{**one, "metadata": {"name": f"t{n}", "namespace": "big"}} for n in range(25)]
    api.lists["secrets"] = many
    monkeypatch.setattr(requests, "LARGEST", 12 * len(json.dumps(one)))
    seen = probe(tmp_path, api, resources=["secrets"])
    assert (len({location.partition("#")[0] for location in locations(seen)}), seen.failures) == (25, ())


def test_item_that_is_too_large_is_said(tmp_path: Path, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """An item that alone is larger than any page fails the probe."""
    monkeypatch.setattr(requests, "LARGEST", 100)
    assert said(probe(tmp_path, api, resources=["secrets"])) == [(FailureReason.TOO_LARGE, "")]


def test_secret_asked_for_twice_is_one_location(tmp_path: Path, api: Api) -> None:
    """Two entries that mean the same key of a secret give one sighting of each certificate."""
    wanted = [{"type": "Opaque", "keys": ["*.crt"]}, {"type": "Opaque", "keys": ["trust.*"]}]
    seen = probe(tmp_path, api, secrets=wanted, resources=["secrets"])
    assert [(one.location, one.position) for one in seen.sightings] == [("vms/secret/opaque#trust.crt", 0)]


def test_what_is_no_certificate_in_a_config_map_is_passed(tmp_path: Path, api: Api) -> None:
    """Numbers, schedules, keys, requests and key stores in config maps are nobody's mistake."""
    texts = {
        "replicas": "0",
        "schedule": "0 3 * * *",
        "id_rsa.pub": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "csr": "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
    }
    store = base64.b64encode(b"0\x82\x01\x00\x02\x01\x03").decode()
    item = {"metadata": {"name": "m", "namespace": "n"}, "data": texts, "binaryData": {"store.p12": store}}
    api.lists["configmaps"] = [item]
    seen = probe(tmp_path, api, resources=["configmaps"])
    assert (seen.sightings, seen.failures) == ((), ())


def test_config_map_with_many_keys_is_read(tmp_path: Path, api: Api) -> None:
    """Ten thousand keys of one config map are read."""
    pem = pki.authority().pem.decode()
    data = {f"key-{n}": "text" for n in range(10_000)} | {"ca": pem}
    api.lists["configmaps"] = [{"metadata": {"name": "m", "namespace": "n"}, "data": data}]
    assert locations(probe(tmp_path, api, resources=["configmaps"])) == {"n/configmap/m#ca"}


def test_odd_names_are_cleaned(tmp_path: Path, api: Api) -> None:
    """Whatever a server calls things, a location is one line without anything invisible."""
    pem = base64.b64encode(pki.authority().pem).decode()
    item = {
        "type": "kubernetes.io/tls",
        "metadata": {"name": "a\n\u202eb", "namespace": "n"},
        "data": {"tls.crt": pem},
    }
    api.lists["secrets"] = [item]
    seen = probe(tmp_path, api, resources=["secrets"])
    assert locations(seen) == {"n/secret/a \ufffdb#tls.crt"}


def test_no_private_key_is_kept(tmp_path: Path, api: Api) -> None:
    """Nothing of a key, nor of other values of a secret, is in what a probe gives."""
    key = b"-----BEGIN PRIVATE KEY-----\nTm9uc2Vuc2U=\n-----END PRIVATE KEY-----\n"
    api.lists["secrets"][0]["data"]["tls.key"] = base64.b64encode(key).decode()
    seen = probe(tmp_path, api)
    assert ("PRIVATE" not in repr(seen), b"PRIVATE" not in b"".join(seen.ders.values())) == (True, True)


def test_forbidden_list_costs_only_itself(tmp_path: Path, api: Api) -> None:
    """What we may not list is said with what to do; the rest is seen."""
    api.forbidden = {"secrets"}
    seen = probe(tmp_path, api)
    assert (said(seen), locations(seen)) == ([(FailureReason.FORBIDDEN, "secrets")], {*BUNDLE, WEBHOOK})
    assert written(seen.failures[0]) == (
        'secrets is forbidden: User "system:serviceaccount:cert-monitor:cert-monitor" cannot list resource '
        '"secrets" in API group "" at the cluster scope '
        "(grant the right to list them, or name other resources)"
    )


def test_wrong_token_is_unauthorized(tmp_path: Path, api: Api) -> None:
    """A refused login is said, without the token."""
    seen = probe(tmp_path, api, token="wr0ng-token")
    assert said(seen) == [(FailureReason.UNAUTHORIZED, "")]
    assert "wr0ng" not in written(seen.failures[0])


def test_untrusted_server_gets_no_token(tmp_path: Path, api: Api) -> None:
    """A server that the kubeconfig's CA does not vouch for is asked nothing."""
    api.ca = pki.authority("another").pem
    assert said(probe(tmp_path, api)) == [(FailureReason.BAD_CERTIFICATE, "")]
    assert api.asked == []


def test_closed_port_is_refused(tmp_path: Path) -> None:
    """A server that is gone is refused."""
    with kubernetes_api() as running:
        pass
    assert said(probe(tmp_path, running)) == [(FailureReason.REFUSED, "")]


def test_no_answer_ends_in_time(tmp_path: Path, api: Api) -> None:
    """A server that never answers costs the policy's timeout and no more."""
    api.silent = threading.Event()
    assert said(probe(tmp_path, api, seconds=1)) == [(FailureReason.TIMEOUT, "")]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"null", b"[]", b'{"items": 5}', b"[" * 100_000, b'{"kind": "Status"'],
)
def test_other_answers_are_said(tmp_path: Path, api: Api, body: bytes) -> None:
    """What is no list of the API is a bad answer."""
    api.body = body
    assert said(probe(tmp_path, api)) == [(FailureReason.BAD_ANSWER, "")]


def test_missing_kubeconfig_is_said(tmp_path: Path, api: Api) -> None:
    """A file that is not there is named."""
    seen = probe(tmp_path, api, kubeconfig=str(tmp_path / "gone"))
    assert said(seen) == [(FailureReason.UNREADABLE, "")]
    assert str(tmp_path / "gone") in written(seen.failures[0])


@pytest.mark.parametrize("text", ["", "{", "current-context: 5", "users: [", "- a\n- b", "\0"])
def test_damaged_kubeconfig_is_said(tmp_path: Path, api: Api, text: str) -> None:
    """A kubeconfig that makes no sense is a failure and no bug."""
    broken = tmp_path / "broken"
    broken.write_text(text)
    assert said(probe(tmp_path, api, kubeconfig=str(broken))) == [(FailureReason.UNREADABLE, "")]


def test_unknown_context_is_said(tmp_path: Path, api: Api) -> None:
    """A context that the kubeconfig does not have is named."""
    seen = probe(tmp_path, api, context="elsewhere")
    assert (said(seen), "elsewhere" in written(seen.failures[0])) == ([(FailureReason.UNREADABLE, "")], True)


def test_damaged_secret_costs_only_itself(tmp_path: Path, api: Api) -> None:
    """A secret that should hold a certificate and holds none is a failure of its location."""
    api.lists["secrets"][0]["data"]["tls.crt"] = base64.b64encode(b"no certificate").decode()
    seen = probe(tmp_path, api, resources=["secrets"])
    assert said(seen) == [(FailureReason.NOT_A_CERTIFICATE, "vms/secret/tls-1#tls.crt")]
    assert seen.unreachable_failures == ()
    assert locations(seen) == TLS - {"vms/secret/tls-1#tls.crt"}


def test_wrong_namespace_is_a_mistake() -> None:
    """A namespace that cannot be is refused when the configuration is read."""
    with pytest.raises(ValidationError, match="is not a valid name of a namespace"):
        KubernetesSettings.model_validate({"kind": "kubernetes", "name": "x", "namespaces": ["a/../b"]})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
named = st.fixed_dictionaries(
    {},
    optional={
        "metadata": json_values,
        "data": json_values,
        "binaryData": json_values,
        "webhooks": json_values,
    },
)


@given(json_values | named)
def test_any_item_is_read(item: object) -> None:
    """Whatever an item is, it is read as far as it makes sense."""
    found = [*in_secret(item, ["*"]), *in_config_map(item, ["*"]), *in_webhooks("webhook", item)]
    assert all(isinstance(location, str) and isinstance(data, bytes) for location, data in found)


def test_recorded_documents_hold_no_key() -> None:
    """The recorded answers themselves carry no private key."""
    texts = [json.dumps(recorded(name)) for name in ("secrets", "configmaps")]
    assert all(base64.b64encode(b"PRIVATE KEY").decode()[:12] not in text for text in texts)
