"""The map from issuers to ACME directories, and the policy keys beside it: what is taken, what is refused."""

from pathlib import Path

import pytest

from monitor.config import load, plan
from monitor.errors import ConfigError
from monitor.model import Margin


def written(folder: Path, text: str) -> Path:
    """Return a configuration file with this text."""
    file = folder / "config.yaml"
    file.write_text(f"{text}\ntargets: [{{kind: endpoint, address: 'a.example:443'}}]\n")
    return file


def test_issuers_and_their_directories(tmp_path: Path) -> None:
    """Names hold spaces and apostrophes; plain http is for a CA on this machine."""
    text = (
        'issuers: {acme: {"Let\'s Encrypt": "https://acme.example/directory", '
        'Local CA: "http://127.0.0.1:14000/dir"}}'
    )
    assert load(written(tmp_path, text)).issuers.acme == {
        "Let's Encrypt": "https://acme.example/directory",
        "Local CA": "http://127.0.0.1:14000/dir",
    }


def test_nobody_is_asked_by_default(tmp_path: Path) -> None:
    """Both the map and the policy key are needed."""
    config = load(written(tmp_path, ""))
    assert (config.issuers.acme, plan(config, {}).targets[0].policy.renewal_information) == ({}, False)


@pytest.mark.parametrize(
    "text",
    [
        "defaults: {renewal_information: true}",
        "policies: [{match: {site: x}, renewal_information: true}]",
        "issuers: {private_addresses: [10.0.0.1]}\ndefaults: {renewal_information: true}",
    ],
)
def test_wanting_it_without_a_ca_is_a_mistake(tmp_path: Path, text: str) -> None:
    """Nothing would ever be asked, and nobody would notice."""
    with pytest.raises(ConfigError, match="no CA is named that could be asked"):
        load(written(tmp_path, text))


def test_the_policy_key(tmp_path: Path) -> None:
    """It stands wherever keys of the policy stand."""
    acme = "issuers: {acme: {CA: 'https://acme.example/dir'}}"
    config = load(written(tmp_path, f"{acme}\ndefaults: {{renewal_information: true, crl_warn_before: 10%}}"))
    policy = plan(config, {}).targets[0].policy
    assert (policy.renewal_information, policy.crl_warn_before) == (True, (Margin(share=0.1),))


def test_anchors_of_cas_are_watched(tmp_path: Path) -> None:
    """The file that our questions are verified by ends one day, like every anchor."""
    acme = "issuers: {acme: {CA: 'https://acme.example/dir'}, trust: [own-root.pem]}"
    ids = [target.id for target in plan(load(written(tmp_path, acme)), {}).targets]
    assert ids == ["endpoint:a.example:443", f"files:{tmp_path / 'own-root.pem'}"]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("{x: 'http://acme.example/dir'}", "must start with https://"),
        ("{x: 'ftp://acme.example/dir'}", "only http:// and https://"),
        ("{x: 'https://user:pass@acme.example/'}", "contains a login"),
        ("{x: ''}", "must be the URL of an ACME directory"),
        ("{x: 7}", "must be a text"),
        ("{'': 'https://acme.example/dir'}", "an issuer has no name"),
        ("{CA: 'https://a.example/', ca: 'https://b.example/'}", "is listed twice (case is ignored)"),
        ("[https://acme.example/dir]", "acme"),
    ],
)
def test_what_is_refused(tmp_path: Path, entry: str, why: str) -> None:
    """The sentence names the key and what is wrong with it."""
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, f"issuers: {{acme: {entry}}}"))
    said = str(caught.value)
    assert "issuers.acme" in said
    assert why in said
