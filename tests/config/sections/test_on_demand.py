"""The section ``probe`` of a configuration, and the target that a request names."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import Config, default_config, load, online_problems, single_target
from monitor.errors import ConfigError
from monitor.model import Target

TEXT = """
defaults: {timeout: 7s}
policies:
  - {match: {site: harbour}, unreachable_after: 9}
probe:
  allow: ["*.vms.example:*", "10.1.0.0/16:443"]
  timeout: 4s
  modules:
    mail: {protocol: smtp, trust: [ca.cer], labels: {site: harbour}, timeout: 3s}
    named: {server_name: other.example}
    recorder: {preset: recording_server.media}
"""
UNWRITTEN = default_config()


def probe_target(config: Config, text: str, module: str) -> Target:
    """Return the target that a request names."""
    return single_target(config, config.probe.endpoint(text, module))


def config(folder: Path, text: str = TEXT) -> Config:
    """Return the configuration that a text is."""
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    return load(path)


def test_left_out(tmp_path: Path) -> None:
    """Without the section nothing may be probed, and a second address answers no probes."""
    found = config(tmp_path, "targets: []\n").probe
    assert (found.allow, found.modules, found.metrics_listen) == ((), {}, False)


def test_module(tmp_path: Path) -> None:
    """A target has what its module says, over what policies and defaults say."""
    target = probe_target(config(tmp_path), "mx.vms.example", "mail")
    policy = target.policy
    assert (target.id, policy.trust, policy.timeout.total_seconds(), policy.unreachable_after) == (
        "endpoint:mx.vms.example:25",
        (str(tmp_path / "ca.cer"),),
        3,
        9,
    )


def test_server_name(tmp_path: Path) -> None:
    """A module may set the name to ask for."""
    assert probe_target(config(tmp_path), "10.1.0.5:443", "named").server_name == "other.example"


def test_preset(tmp_path: Path) -> None:
    """A module may name a preset, which gives its labels and its meaning."""
    target = probe_target(config(tmp_path), "rec.vms.example:7563", "recorder")
    assert target.label("component") == "recording_server"


def test_no_module(tmp_path: Path) -> None:
    """Without a module the defaults hold, and the protocol is TLS on connect."""
    target = probe_target(config(tmp_path), "rec.vms.example:7563", "")
    assert (target.id, target.policy.timeout.total_seconds()) == ("endpoint:rec.vms.example:7563", 7)


def test_module_named_default(tmp_path: Path) -> None:
    """A module called default serves requests that name none."""
    text = "probe: {modules: {default: {protocol: imap}}}\n"
    assert probe_target(config(tmp_path, text), "mail.example", "").location == "mail.example:143"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("smtp://mx.example:2525", "mx.example:2525"),
        ("smtp://mx.example", "mx.example:25"),
        ("https://www.example/", "www.example:443"),
        ("[2001:db8::1]:7563", "[2001:db8::1]:7563"),
        ("imaps://[2001:DB8:0::1]", "[2001:db8::1]:993"),
        ("REC.Example.:443", "rec.example:443"),
        ("rec.example", "rec.example:443"),
    ],
)
def test_forms(text: str, where: str) -> None:
    """Targets are written as for ``check``."""
    assert probe_target(UNWRITTEN, text, "").location == where


def test_scheme_over_module(tmp_path: Path) -> None:
    """A scheme wins over the protocol of the module."""
    assert probe_target(config(tmp_path), "imap://mx.vms.example", "mail").location == "mx.vms.example:143"


@pytest.mark.parametrize(
    ("target", "module", "said"),
    [
        ("", "", "name one target"),
        ("gopher://a.example:70", "", "unknown protocol 'gopher'; known: tls, https"),
        ("https://a.example/path", "", "'https://a.example/path' is not a target: must be host:port"),
        ("a.example:0", "", "the port must be a number from 1 to 65535"),
        ("a.example:443\r\nX-Evil: 1", "", "'a.example:443  X-Evil: 1' is not a target"),
        ("a\u202eb.example:443", "", "'a\ufffdb.example:443' is not a target"),
        ("2001:db8::1", "", "an IPv6 address is written in brackets"),
        ("[::1\r\n]:443", "", "is not an IPv6 address"),
        ("a@b.example:443", "", "is not a target"),
        ("\x00:443", "", "is not a target"),
        ("a" * 301, "", "at most 300 characters"),
        ("/etc/passwd", "", "is not a target"),
        ("a.example:443", "x\r\ny", "there is no module 'x  y'; configured: none"),
        ("a.example:443", "m" * 5000, "configured: none"),
    ],
)
def test_wrong_question(target: str, module: str, said: str) -> None:
    """What makes no sense is refused in one short clean line that says why."""
    with pytest.raises(ValueError, match=r".") as caught:
        probe_target(UNWRITTEN, target, module)
    text = str(caught.value)
    assert (said in text, text.isprintable(), len(text) < 400) == (True, True, True)


@given(st.text(max_size=400), st.text(max_size=20))
def test_any_question(target: str, module: str) -> None:
    """Any texts give a target or a ``ValueError``."""
    try:
        found = probe_target(UNWRITTEN, target, module)
    except ValueError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert found.kind == "endpoint"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("probe: {allow: [vms.example]}", "probe.allow[0]: a pattern is written as host:port"),
        ("probe: {allow: ['10.1.0.5/16:443']}", "probe.allow[0]: 10.1.0.5/16 is not a network"),
        (
            "probe: {modules: {a: {protocl: smtp}}}",
            "probe.modules.a.protocl: unknown key; did you mean protocol?",
        ),
        ("probe: {modules: {a: {address: 'a:1'}}}", "probe.modules.a: a module has no address"),
        (
            "probe: {modules: {a: {protocol: smpt}}}",
            "probe.modules.a.protocol: is unknown; did you mean smtp?",
        ),
        ("probe: {modules: {a: {protocol: gopher}}}", "probe.modules.a.protocol: must be one of tls"),
        (
            "probe: {modules: {a: {preset: nothing}}}",
            "probe.modules.a.preset: unknown preset (got 'nothing')",
        ),
        ("probe: {modules: {'': {}}}", "probe.modules: a module needs a name"),
        ("probe: {metrics_listen: 'yes'}", "probe.metrics_listen: must be true or false (got 'yes')"),
        ("probe: {timeout: 5}", "probe.timeout: must be a number and a unit"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, said: str) -> None:
    """Each mistake is explained at its line and key."""
    with pytest.raises(ConfigError) as caught:
        config(tmp_path, text)
    assert f"config.yaml:1: {said}" in str(caught.value)


def test_missing_anchor(tmp_path: Path) -> None:
    """An anchor file that a module names is asked for before the start."""
    (problem,) = (one for one in online_problems(config(tmp_path)) if "ca.cer" in one.message)
    assert problem.key == "probe.modules.mail.trust[0]"


def test_missing_client_certificate(tmp_path: Path) -> None:
    """A certificate of our own that a module names is asked for before the start too."""
    found = online_problems(config(tmp_path, "probe: {modules: {a: {client_cert: own.pem}}}\n"))
    assert "probe.modules.a.client_cert" in [problem.key for problem in found]
