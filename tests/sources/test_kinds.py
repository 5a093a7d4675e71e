"""The settings of all kinds of sources as one tagged union."""

from dataclasses import fields
from datetime import timedelta
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from monitor.network.resolve import Resolver
from monitor.secrets import ClientCertificate, SecretReference
from monitor.sources.endpoint.connect_options import (
    DIRECT,
    AddressFamily,
    ConnectOptions,
    Endpoint,
    Proxy,
)
from monitor.sources.files.settings import Files
from monitor.sources.kinds import SourceSettings
from monitor.sources.kubernetes.settings import Cluster
from monitor.sources.registry import sources
from monitor.sources.windows_report import ReportFile
from monitor.sources.windows_store import LocalStores
from monitor.windows.access import AuthMethod, RemoteMachine
from monitor.windows.stores import MY

UNION: TypeAdapter[Any] = TypeAdapter(SourceSettings)
WORD = SecretReference(file="/run/word")
OPTIONS: dict[str, Any] = {
    "family": AddressFamily.IPV6,
    "source": "::1",
    "proxy": Proxy("socks5", "proxy.example", 1080, "u", WORD),
    "identity": ClientCertificate("/c.pem", "/k.pem", WORD),
    "every_address": True,
    "every_key_type": True,
}
EACH = (
    Endpoint("rec01.example", 443, "rec01.example"),
    Endpoint("rec01.example", 25, "", "smtp", ConnectOptions(**OPTIONS)),
    Files(("/etc/*.pem",), ("/etc/old/**",), (WORD,)),
    Cluster("/kube/config", namespaces=("a", "b")),
    RemoteMachine(
        "rec01", 5986, tls=True, auth=AuthMethod.CERTIFICATE, identity=ClientCertificate("/c.pem", "/k.pem")
    ),
    ReportFile("/reports/rec01.json", "rec01", timedelta(hours=26)),
    LocalStores("rec01", (MY,), ("10.0.0.1",)),
)


@pytest.mark.parametrize("settings", EACH, ids=lambda one: one.kind)
def test_settings_read_back_from_data_are_the_same(settings: object) -> None:
    """Their kind alone tells which they are, and they are equal: nothing depends on their identity."""
    read = UNION.validate_json(UNION.dump_json(settings))
    assert (read, type(read), hash(read)) == (settings, type(settings), hash(settings))


def test_usual_options_read_back_from_data_are_still_direct() -> None:
    """An endpoint costs no more than before: the usual way is recognized by its value."""
    read = UNION.validate_json(UNION.dump_json(EACH[0]))
    assert (read.connect is DIRECT, read.connect.direct) == (False, True)


@pytest.mark.parametrize("name", [one.name for one in fields(ConnectOptions) if one.init])
def test_any_other_option_is_not_direct(name: str) -> None:
    """Whatever is set has to be read, chosen or repeated."""
    assert not ConnectOptions(**{name: OPTIONS[name]}).direct


def test_every_kind_of_settings_has_its_source() -> None:
    """The source is looked up by the kind that stands in the settings."""
    members = get_args(get_args(SourceSettings)[0])
    assert {_kind(member) for member in members} == set(sources(Resolver()))


def _kind(member: Any) -> str:
    (found,) = (one.default for one in fields(member) if one.name == "kind")
    return str(found)
