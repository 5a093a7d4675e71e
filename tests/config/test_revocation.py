"""The keys for sources of revocation, and for the addresses to which certificates may refer."""

from pathlib import Path

import pytest

from monitor.config import load, plan
from monitor.errors import ConfigError
from monitor.http.policy import UrlRefusedError

TARGETS = "targets:\n  - {kind: endpoint, address: 'a:443'}\n  - {kind: endpoint, address: 'b:443', "


def written(folder: Path, text: str) -> Path:
    """Write a configuration and return its path."""
    path = folder / "config.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("value", "sources"),
    [
        ("off", ()),
        ("on", ("staple", "crl", "ocsp")),
        ("crl", ("crl",)),
        ("[crl]", ("crl",)),
        ("[ocsp, staple]", ("ocsp", "staple")),
    ],
)
def test_sources(tmp_path: Path, value: str, sources: tuple[str, ...]) -> None:
    """The locations to ask are off, on, or a list in the order in which to ask."""
    config = load(written(tmp_path, f"defaults: {{revocation: {value}}}\n{TARGETS}timeout: 1s}}\n"))
    assert {target.policy.revocation for target in plan(config, {}).targets} == {sources}


def test_nobody_is_asked_unless_wanted(tmp_path: Path) -> None:
    """Left out, nothing is asked."""
    config = load(written(tmp_path, f"{TARGETS}timeout: 1s}}\n"))
    assert [target.policy.revocation for target in plan(config, {}).targets] == [(), ()]


def test_off_for_one(tmp_path: Path) -> None:
    """A target may leave out what the defaults ask for."""
    config = load(written(tmp_path, f"defaults: {{revocation: on}}\n{TARGETS}revocation: off}}\n"))
    asked = {target.location: bool(target.policy.revocation) for target in plan(config, {}).targets}
    assert asked == {"a:443": True, "b:443": False}


MUST = "must be off, on, or a list of staple, crl, ocsp in the order in which they are tried"
NETWORK = "must be an address or a network such as 10.1.2.0/28: "


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("defaults: {revocation: sometimes}", "defaults.revocation", f"{MUST} (got 'sometimes')"),
        ("defaults: {revocation: true}", "defaults.revocation", f"{MUST} (got true)"),
        ("defaults: {revocation: []}", "defaults.revocation", MUST),
        ("defaults: {revocation: [crl, on]}", "defaults.revocation", MUST),
        ("defaults: {revocation: [crl, crl]}", "defaults.revocation", "lists a source twice"),
        ("defaults: {revocation: [[crl]]}", "defaults.revocation", MUST),
        ("defaults: {revocation: {crl: 1}}", "defaults.revocation", MUST),
        (
            "issuers: {private_addresses: [ca.vms.example]}",
            "issuers.private_addresses[0]",
            f"{NETWORK}'ca.vms.example' does not appear to be an IPv4 or IPv6 network (got 'ca.vms.example')",
        ),
        (
            "issuers: {private_addresses: [10.1.2.3/24]}",
            "issuers.private_addresses[0]",
            f"{NETWORK}10.1.2.3/24 has host bits set (got '10.1.2.3/24')",
        ),
    ],
)
def test_mistakes(tmp_path: Path, text: str, key: str, message: str) -> None:
    """A mistake is named with its key and what would be right."""
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text + "\n"))
    (problem,) = caught.value.problems
    assert (problem.key, problem.message) == (key, message)


def test_private_addresses(tmp_path: Path) -> None:
    """What is listed may be asked, and nothing private beside it."""
    text = "issuers: {private_addresses: [10.1.2.0/28, 'fd00::7']}\n"
    policy = load(written(tmp_path, text)).issuers.url_policy
    policy.check("10.1.2.3", 80)
    policy.check("fd00::7", 80)
    with pytest.raises(UrlRefusedError):
        policy.check("10.1.2.16", 80)
