"""A valid configuration file is loaded with defaults, includes and absolute paths."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.addresses import listen_address
from monitor.config import load
from monitor.delivery.email.entry import EmailReceiverSettings
from monitor.errors import ConfigError
from monitor.model import Margin
from monitor.secrets import SecretReference
from monitor.settings import duration

DOCUMENTED = """\
defaults:
  interval: 1h
  timeout: 10s
  warn_before: [30d, 25%]
  critical_before: [7d, 10%]
  trust: [system, vms-ca.cer]
  unreachable_after: 3
  remind_every: {warning: 7d, critical: 1d}
policies:
  - {match: {site: harbour}, warn_before: [60d, 25%], checks: {weak_key: off}}
targets:
  - kind: endpoint
    address: recorder01.vms.example:7563
    server_name: recorder01.vms.example        # optional
    labels: {site: harbour, component: recording_server}
  - kind: files
    name: web servers
    paths: ["/etc/ssl/vms/**/*.pem"]
    exclude: ["**/old/**"]
include: [conf.d/*.yaml]
email: {host: relay.vms.example, port: 25, security: none, from: certs@vms.example, to: [admins@vms.example]}
web: {listen: "127.0.0.1:9850"}
store: {url: "sqlite:////var/lib/cert-monitor/state.db"}     # may be left out
metrics: {labels: [component, site], chain: leaf}
alerts: {every: 1m}
"""


def write(folder: Path, text: str, name: str = "config.yaml") -> Path:
    """Return a file with this text."""
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_documented_file(tmp_path: Path) -> None:
    """The documented example is read without a complaint."""
    config = load(write(tmp_path, DOCUMENTED))
    assert (len(config.targets), config.metrics.labels) == (2, ("component", "site"))


def test_smallest_file(tmp_path: Path) -> None:
    """Everything but one section may be left out; the rest has its defaults."""
    config = load(write(tmp_path, "web: {}\n"))
    assert (
        config.receivers,
        config.web.address,
        config.web.metrics_address,
        config.store.keep,
        config.alerts.every,
        config.alerts.notify_renewals,
        config.limits.in_flight,
        config.limits.per_second,
        config.metrics.labels,
        config.metrics.chain,
    ) == (
        {},
        ("127.0.0.1", 9850),
        None,
        timedelta(days=400),
        timedelta(minutes=1),
        "troubled",
        500,
        200,
        ("site", "component", "owner"),
        "leaf",
    )


def test_email_defaults(tmp_path: Path) -> None:
    """Host, sender and one recipient are enough for the unauthenticated relay on port 25."""
    config = load(write(tmp_path, "email: {host: relay, from: a@b.example, to: [c@d.example]}\n"))
    receiver = config.receivers["email"]
    assert isinstance(receiver, EmailReceiverSettings)
    email = receiver.email
    assert (email.port, email.security, email.timeout, email.password) == (
        25,
        "none",
        timedelta(seconds=30),
        None,
    )


def test_password_reference(tmp_path: Path) -> None:
    """A password file is taken relative to the configuration file and not opened."""
    text = "email: {host: r, from: a@b.c, to: [c@d.e], security: tls, username: u, password_file: pw}\n"
    config = load(write(tmp_path, text))
    receiver = config.receivers["email"]
    assert isinstance(receiver, EmailReceiverSettings)
    email = receiver.email
    assert email.password == SecretReference(file=str(tmp_path / "pw"))


def test_yaml_1_2_words(tmp_path: Path) -> None:
    """``no``, ``off`` and ``10:30`` are texts, as YAML 1.2 has it."""
    text = "targets: [{kind: endpoint, address: a, labels: {a: no, b: off, c: 10:30, d: 2024-01-01}}]\n"
    assert load(write(tmp_path, text)).targets[0].labels == {
        "a": "no",
        "b": "off",
        "c": "10:30",
        "d": "2024-01-01",
    }


def test_values_are_plain(tmp_path: Path) -> None:
    """No type of the YAML library leaves the reading."""
    config = load(write(tmp_path, 'targets: [{kind: endpoint, address: "a", labels: {"x": "y"}}]\n'))
    target = config.targets[0]
    types = {type(target.address), *map(type, target.labels), *map(type, target.labels.values())}  # type: ignore[union-attr]
    assert types == {str}


def test_byte_order_mark(tmp_path: Path) -> None:
    """The mark that Windows' Notepad writes before UTF-8 does no harm."""
    file = tmp_path / "config.yaml"
    file.write_bytes(b"\xef\xbb\xbfweb: {access: open}\r\n")
    assert load(file).web.access == "open"


def test_single_margin_without_brackets(tmp_path: Path) -> None:
    """One margin may stand without a list."""
    config = load(write(tmp_path, "defaults: {warn_before: 25%}\n"))
    assert config.defaults.warn_before == (Margin(share=0.25),)


def test_fingerprint_forms(tmp_path: Path) -> None:
    """A fingerprint is read with colons and capitals too."""
    written = ":".join(["AB"] * 32)
    assert load(write(tmp_path, f"defaults: {{accept: ['{written}']}}\n")).defaults.accept == ("ab" * 32,)


def test_included_lists_are_joined(tmp_path: Path) -> None:
    """Policies and targets of included files follow those of the including one, files in order of name."""
    file = write(tmp_path, "include: [conf.d/*.yaml]\ntargets: [{kind: endpoint, address: a}]\n")
    write(tmp_path, "targets: [{kind: endpoint, address: c}]\n", "conf.d/2.yaml")
    write(tmp_path, "targets: [{kind: endpoint, address: b}]\n", "conf.d/1.yaml")
    addresses = [target.address for target in load(file).targets]  # type: ignore[union-attr]
    assert addresses == ["a", "b", "c"]


def test_included_section(tmp_path: Path) -> None:
    """A section that the first file leaves out may stand in an included one."""
    file = write(tmp_path, "include: [more.yaml]\n")
    write(tmp_path, "limits: {in_flight: 7}\n", "more.yaml")
    assert load(file).limits.in_flight == 7


def test_pattern_without_match(tmp_path: Path) -> None:
    """A pattern that matches no file is fine."""
    file = write(tmp_path, "include: [conf.d/*.yaml]\n")
    assert load(file).files == (file,)


def test_file_matched_twice(tmp_path: Path) -> None:
    """A file that two entries of include match is read once."""
    file = write(tmp_path, "include: [conf.d/*.yaml, conf.d/a.yaml]\n")
    included = write(tmp_path, "web: {}\n", "conf.d/a.yaml")
    assert load(file).files == (file, included)


def test_paths_are_relative_to_their_file(tmp_path: Path) -> None:
    """Relative paths of an included file start at its own folder; a leading ** starts anywhere."""
    file = write(tmp_path, "include: [conf.d/a.yaml]\n")
    text = (
        "targets: [{kind: files, name: n, paths: [a.pem, ../b/*.pem, /c.pem], "
        "exclude: ['**/old', x/*], trust: [ca.cer]}]"
    )
    write(tmp_path, text, "conf.d/a.yaml")
    target = load(file).targets[0]
    folder = tmp_path / "conf.d"
    assert (target.paths, target.exclude, target.trust) == (  # type: ignore[union-attr]
        (str(folder / "a.pem"), str(tmp_path / "b" / "*.pem"), os.path.normpath("/c.pem")),
        ("**/old", str(folder / "x" / "*")),
        (str(folder / "ca.cer"),),
    )


def test_discoveries_are_separate(tmp_path: Path) -> None:
    """What yields targets is written among the targets and kept apart from them."""
    config = load(write(tmp_path, "targets: [{kind: dns, name: 'Portal.Example.:443'}]\n"))
    assert (config.targets, config.discoveries[0].id, config.discoveries[0].grace) == (
        (),
        "dns:portal.example:443",
        timedelta(days=1),
    )


@pytest.mark.parametrize(
    ("listen", "access", "right"),
    [
        ("127.0.0.1:0", "loopback", True),
        ("127.8.0.1:1", "loopback", True),
        ("localhost:1", "loopback", True),
        ("[::1]:1", "loopback", True),
        ("[::]:1", "loopback", False),
        ("monitor.example:1", "loopback", False),
        ("monitor.example:1", "open", True),
        ("0.0.0.0:1", "open", True),
    ],
)
def test_access(tmp_path: Path, listen: str, access: str, right: bool) -> None:  # noqa: FBT001 - a column of the table
    """Pages are served to other machines only when ``access: open`` is written out."""
    file = write(tmp_path, f"web: {{listen: '{listen}', access: {access}}}\n")
    try:
        load(file)
    except ConfigError:
        accepted = False
    else:
        accepted = True
    assert accepted == right


def test_listen_address_of_version_6() -> None:
    """Brackets belong to the text, not to the address."""
    assert listen_address("[::1]:9850") == ("::1", 9850)


@given(st.lists(st.tuples(st.integers(1, 99), st.sampled_from("wdhms")), min_size=1, max_size=4))
def test_durations_add_up(parts: list[tuple[int, str]]) -> None:
    """A length written in several units is the sum of its parts."""
    seconds = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
    text = "".join(f"{number}{unit}" for number, unit in parts)
    assert duration(text).total_seconds() == sum(number * seconds[unit] for number, unit in parts)


@given(st.text(max_size=200))
def test_any_text_is_read_or_explained(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever a file holds, it is read or refused with a sentence."""
    file = tmp_path_factory.mktemp("any") / "config.yaml"
    file.write_text(text, encoding="utf-8", errors="replace")
    try:
        load(file)
    except ConfigError as error:
        assert all(problem.message for problem in error.problems)  # noqa: PT017 - either outcome is right


def test_json_is_read_alike(tmp_path: Path) -> None:
    """A JSON file, quick to read for generated targets, gives the same as the same text read as YAML."""
    text = '{"targets": [{"kind": "endpoint", "address": "a"}], "limits": {"in_flight": 7}}'
    quick, slow = load(write(tmp_path, text, "c.json")), load(write(tmp_path, text))
    assert (quick.targets, quick.limits) == (slow.targets, slow.limits)
