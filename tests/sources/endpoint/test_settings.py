"""Tests of what may be written for an endpoint, and of the target that comes of it."""

import pytest
from pydantic import ValidationError

from monitor.model import Policy
from monitor.sources.endpoint.connect_options import Endpoint
from monitor.sources.endpoint.settings import EndpointSettings


def test_target() -> None:
    """A target carries where to connect, the name to expect, and what people call it."""
    settings = EndpointSettings(
        kind="endpoint", address="Recorder01:7563", labels={"site": "harbour", "a": "b"}, title="Recorder"
    )
    target = settings.target(Policy(unreachable_after=9))
    assert (target.id, target.kind, target.location) == (
        "endpoint:recorder01:7563",
        "endpoint",
        "recorder01:7563",
    )
    assert (target.host, target.server_name) == ("recorder01", "recorder01")
    assert target.settings == Endpoint("recorder01", 7563, "recorder01")
    assert target.labels == (("a", "b"), ("site", "harbour"))
    assert (target.policy.unreachable_after, target.info.title, target.collection) == (
        9,
        "Recorder",
        False,
    )


@pytest.mark.parametrize(
    ("address", "server_name", "target_id"),
    [
        ("10.0.0.5:443", "www.Example.", "endpoint:10.0.0.5:443/www.example"),
        ("www.example:443", "WWW.example", "endpoint:www.example:443"),
        ("[::1]:8443", None, "endpoint:[::1]:8443"),
        ("[fe80::1%eth0]:8443", None, "endpoint:[fe80::1%eth0]:8443"),
        ("[::1]:8443", "www.example", "endpoint:[::1]:8443/www.example"),
        ("www.example", "10.0.0.5", "endpoint:www.example:443/10.0.0.5"),
    ],
)
def test_target_id(address: str, server_name: str | None, target_id: str) -> None:
    """The id names host and port, and the server name only where it differs."""
    settings = EndpointSettings(kind="endpoint", address=address, server_name=server_name)
    assert settings.target(Policy()).id == target_id


def test_zone_is_no_part_of_the_name() -> None:
    """The name to expect leaves out the zone of a link-local address."""
    settings = EndpointSettings(kind="endpoint", address="[fe80::1%eth0]:443")
    assert settings.target(Policy()).server_name == "fe80::1"


def test_what_was_typed_is_kept() -> None:
    """The settings keep the address as typed, for messages about it."""
    assert EndpointSettings(kind="endpoint", address="Recorder01.").address == "Recorder01."


@pytest.mark.parametrize("wrong", [{"address": "::1"}, {"address": "a.example", "server_name": "*.example"}])
def test_wrong_settings(wrong: dict[str, str]) -> None:
    """A mistake is reported at its own key."""
    with pytest.raises(ValidationError) as caught:
        EndpointSettings(kind="endpoint", **wrong)
    assert [error["loc"][-1] for error in caught.value.errors()] == [list(wrong)[-1]]
