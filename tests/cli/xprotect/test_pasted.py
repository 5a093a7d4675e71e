"""The entries that ``xprotect discover --format yaml`` prints are the same targets as the discovery's own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.cli.xprotect.pasted import _own, _written
from monitor.config import load, plan
from monitor.discovery import DnsSettings
from monitor.errors import ConfigError
from monitor.model import Target
from monitor.settings import PolicySettings
from support.factories.xprotect.asking import Asking, fresh, running
from support.servers.daemon.command import run

DEFAULTS = """
defaults: {interval: 2h, trust: [system]}
policies:
  - {match: {component: camera}, warn_before: 10d}
  - {match: {site: Harbour, certificate_group: mobile}, checks: {trust: warning}}
"""
ENTRY = """
targets:
  - kind: xprotect_site
    address: {url}
    username: certmon
    password_file: {password}
    trust: [{trust}]
    encryption: required
    warn_before: [45d, 12.5%]
    checks: {{outlives_ca: off}}
    labels: {{building: north}}
"""


@pytest.fixture(scope="module")
def asking() -> Iterator[Asking]:
    """Run a site in which a recorder is known by more names than one."""
    with running() as site, fresh(site) as one:
        for item in site.resources["recordingServers"]:
            item |= {"publicAccessEnabled": True, "publicWebserverHostName": "video.vms.example"}
        yield one


@pytest.fixture(scope="module")
def both(asking: Asking, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Target], list[Target], str]:
    """Return the targets of the discovery, those of the pasted entries, and the text."""
    folder = tmp_path_factory.mktemp("pasted")
    site = asking.simulator
    written = folder / "site.yaml"
    entry = ENTRY.format(url=site.url, password=site.password_file, trust=site.trust)
    written.write_text(DEFAULTS + entry)
    done = run("xprotect", "discover", "--config", written, "--format", "yaml")
    pasted = folder / "pasted.yaml"
    pasted.write_text(f"{DEFAULTS}targets:\n{done.out}")
    config = load(written)
    found = asking.discover(labels={"building": "north"}).found
    mine = plan(config, {config.discoveries[0].id: found}).targets
    return list(mine), list(plan(load(pasted), {}).targets), done.out


def test_same_targets(both: tuple[list[Target], list[Target], str]) -> None:
    """Ids, policies, meanings, labels, parts and names are the same; only where they come from differs."""
    discovered, pasted, _ = both
    assert {target.id: replace(target, origin="") for target in pasted} == {
        target.id: replace(target, origin="") for target in discovered
    }


def test_parts_are_there(both: tuple[list[Target], list[Target], str]) -> None:
    """Names given to clients and stand-ins are written down too."""
    _, pasted, _ = both
    assert {name for target in pasted for name in target.traits.public_names} == {"video.vms.example"}
    assert any(target.traits.stands_in_for for target in pasted)


def test_no_login_in_it(both: tuple[list[Target], list[Target], str]) -> None:
    """Neither the login name nor where the password lies is printed."""
    assert [word for word in ("certmon", "password") if word in both[2]] == []


def test_incomplete_is_said(asking: Asking) -> None:
    """Entries of a site that could be asked only in part say that they are incomplete."""
    site = asking.simulator
    before = site.behavior
    site.behavior = replace(before, answers={"recordingServers": 403})
    try:
        done = run(
            *("xprotect", "discover", site.url, "--username", "certmon"),
            *("--password-file", site.password_file, "--trust", site.trust, "--format", "yaml"),
        )
    finally:
        site.behavior = before
    assert (done.code, "# incomplete" in done.out) == (3, True)


@pytest.mark.parametrize(("form", "printed"), [("table", ""), ("yaml", ""), ("json", "[]")])
def test_what_was_not_asked_is_not_listed(asking: Asking, tmp_path: Path, form: str, printed: str) -> None:
    """After a refused login nothing looks like a result."""
    site = asking.simulator
    wrong = tmp_path / "wrong"
    wrong.write_text("nonsense")
    done = run(
        *("xprotect", "discover", site.url, "--username", "certmon", "--password-file", wrong),
        *("--trust", site.trust, "--format", form),
    )
    assert (done.code, done.out.strip()) == (3, printed)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text(text: str) -> None:
    """Any text is read back from YAML as it was."""
    assert YAML(typ="safe", pure=True).load(f"key: {_written(text)}") == {"key": text}


def test_own_keys_read_back() -> None:
    """Whatever an entry sets is written so that it is read as the same."""
    given_keys = {
        "kind": "dns",
        "name": "a.example:443",
        "interval": "90m",
        "warn_before": ["1d12h", "33.3%"],
        "checks": {"trust": "off", "name": "warning", "expiry": "critical"},
        "accept": ["ab" * 32],
        "unreachable_after": 5,
        "remind_every": {"warning": "3d"},
        "encryption": "off",
        "trust": ["system"],
    }
    first = DnsSettings.model_validate(given_keys)
    again = DnsSettings.model_validate({"kind": "dns", "name": "a.example:443"} | _own(first))
    assert again == first


def test_only_own_keys() -> None:
    """What an entry does not set is not written."""
    assert _own(PolicySettings(unreachable_after=2)) == {"unreachable_after": 2}


def configured(tmp_path: Path, entry: str) -> Target:
    """Return the one target of a configuration."""
    file = tmp_path / "c.yaml"
    file.write_text(f"targets:\n  - {entry}\n")
    [target, *_] = plan(load(file), {}).targets
    return target


def test_preset_by_hand(tmp_path: Path) -> None:
    """An endpoint that only names a preset has its labels, title, part and policy."""
    target = configured(tmp_path, "{kind: endpoint, address: 'rec01:7563', preset: recording_server.media}")
    assert dict(target.labels) == {
        "component": "recording_server",
        "certificate_group": "streaming_media",
        "vms": "xprotect",
    }
    assert target.info.title == "Recording Server rec01, port 7563"
    assert (target.traits.plain_possible, target.traits.key_type, target.policy.encryption) == (
        True,
        "RSA",
        "any",
    )


def test_own_label_wins(tmp_path: Path) -> None:
    """A label that the entry sets itself is kept."""
    target = configured(
        tmp_path,
        "{kind: endpoint, address: 'rec01:1', preset: recording_server.media, labels: {component: other}}",
    )
    assert target.label("component") == "other"


def test_users_preset(tmp_path: Path) -> None:
    """A preset of the user's own may be named, from whichever file it comes."""
    (tmp_path / "more.yaml").write_text(
        "presets: {roles: {radar: {name: Radar, component: addon, ports: {main: {port: 7443}}}}}"
    )
    (tmp_path / "c.yaml").write_text(
        "include: [more.yaml]\ntargets: [{kind: endpoint, address: 'r:7443', preset: radar.main}]"
    )
    [target] = [one for one in plan(load(tmp_path / "c.yaml"), {}).targets if one.kind == "endpoint"]
    assert target.info.title == "Radar r, port 7443"


def test_unknown_preset(tmp_path: Path) -> None:
    """An unknown preset is an error with file, line, key and what was meant."""
    file = tmp_path / "c.yaml"
    file.write_text("targets:\n  - kind: endpoint\n    address: 'a:1'\n    preset: recorder.media\n")
    with pytest.raises(ConfigError) as caught:
        load(file)
    [problem] = caught.value.problems
    assert (problem.line, problem.key) == (4, "targets[0].preset")
    assert problem.message == "unknown preset (got 'recorder.media'); did you mean recording_server.media?"
