"""Targets get the policy that the configuration means for them, each id once, anchors watched too."""

from datetime import timedelta
from pathlib import Path

from monitor.addresses import read_host
from monitor.config import Plan, load, plan
from monitor.model import Check, DiscoveredTarget, Margin, Severity, Target

DAY = timedelta(days=1)


def planned(folder: Path, text: str, found: dict[str, list[DiscoveredTarget]] | None = None) -> Plan:
    """Return the plan for a configuration with this text."""
    file = folder / "config.yaml"
    file.write_text(text)
    return plan(load(file), found or {})


def targets(
    folder: Path, text: str, found: dict[str, list[DiscoveredTarget]] | None = None
) -> dict[str, Target]:
    """Return the planned targets by id."""
    return {target.id: target for target in planned(folder, text, found).targets}


def test_built_in_policy(tmp_path: Path) -> None:
    """Without any key the built-in policy applies."""
    target = targets(tmp_path, "targets: [{kind: endpoint, address: a}]")["endpoint:a:443"]
    assert target.policy == Target("", "", "", None).policy


def test_order_of_policies(tmp_path: Path) -> None:
    """Defaults, then matching policies in order, then the target's own keys: the last wins, key by key."""
    text = """
defaults: {interval: 1m, timeout: 1s, unreachable_after: 9, forget_after: 9d}
policies:
  - {match: {site: a}, timeout: 2s, unreachable_after: 8, forget_after: 8d}
  - {match: {site: b}, timeout: 99s}
  - {match: {site: a, kind: endpoint}, unreachable_after: 7, forget_after: 7d}
  - {match: {site: a, kind: files}, unreachable_after: 99}
targets:
  - {kind: endpoint, address: x, labels: {site: a}, forget_after: 6d}
"""
    policy = targets(tmp_path, text)["endpoint:x:443"].policy
    assert (policy.interval, policy.timeout, policy.unreachable_after, policy.forget_after) == (
        timedelta(minutes=1),
        timedelta(seconds=2),
        7,
        6 * DAY,
    )


def test_slow_kinds_have_a_minute(tmp_path: Path) -> None:
    """A cluster and a remote machine have a minute, whatever ``defaults`` give ports; their own key wins."""
    text = """
defaults: {timeout: 5s}
targets:
  - {kind: kubernetes, name: slow}
  - {kind: kubernetes, name: own, timeout: 20s}
"""
    planned = targets(tmp_path, text)
    timeouts = [planned[f"kubernetes:{name}"].policy.timeout.total_seconds() for name in ("slow", "own")]
    assert timeouts == [60, 20]


def test_checks_merge(tmp_path: Path) -> None:
    """Checks are merged key by key, and one that was off can be switched on again."""
    text = """
defaults: {checks: {trust: off, name: warning}}
policies: [{match: {kind: endpoint}, checks: {weak_key: off}}]
targets: [{kind: endpoint, address: x, checks: {trust: critical}}]
"""
    assert dict(targets(tmp_path, text)["endpoint:x:443"].policy.checks) == {
        Check.TRUST: Severity.CRITICAL,
        Check.NAME: Severity.WARNING,
        Check.WEAK_KEY: None,
    }


def test_reminders_merge(tmp_path: Path) -> None:
    """Reminders are merged key by key."""
    text = """
defaults: {remind_every: {warning: 3d}}
targets: [{kind: endpoint, address: x, remind_every: {critical: 2d}}]
"""
    policy = targets(tmp_path, text)["endpoint:x:443"].policy
    assert (policy.remind_warning_every, policy.remind_critical_every) == (3 * DAY, 2 * DAY)


def test_lists_replace(tmp_path: Path) -> None:
    """A later list of margins replaces the earlier one."""
    text = """
defaults: {warn_before: [30d, 25%]}
targets: [{kind: endpoint, address: x, warn_before: 60d}]
"""
    assert targets(tmp_path, text)["endpoint:x:443"].policy.warn_before == (Margin(60 * DAY),)


def test_equal_policies_are_one(tmp_path: Path) -> None:
    """Equal policies are one object, however they came about."""
    text = """
policies: [{match: {site: a}, unreachable_after: 5}]
targets:
  - {kind: endpoint, address: x, labels: {site: a}}
  - {kind: endpoint, address: y, unreachable_after: 5}
  - {kind: files, name: z, paths: [a.pem], unreachable_after: 5}
"""
    assert len({id(target.policy) for target in targets(tmp_path, text).values()}) == 1


def test_labels_are_sorted(tmp_path: Path) -> None:
    """Labels appear in the order of their names."""
    text = "targets: [{kind: files, name: x, paths: [a.pem], labels: {b: '1', a: '2'}}]"
    assert targets(tmp_path, text)["files:x"].labels == (("a", "2"), ("b", "1"))


def test_anchor_files_are_watched(tmp_path: Path) -> None:
    """Every anchor file that a policy in use names is a target of its own, the system's store is not."""
    text = "targets: [{kind: endpoint, address: x, trust: [system, ca.cer]}]"
    path = str(tmp_path / "ca.cer")
    anchor = targets(tmp_path, text)[f"files:{path}"]
    assert (anchor.location, anchor.info.title, anchor.collection, anchor.origin) == (
        path,
        "ca.cer (trust)",
        False,
        "trust",
    )


def test_client_certificates_are_watched(tmp_path: Path) -> None:
    """A certificate that we show is a target of its own, however many endpoints are shown it."""
    text = """
targets:
  - {kind: endpoint, address: x, client_cert: us.pem}
  - {kind: endpoint, address: y, client_cert: us.pem, client_key: us.key}
"""
    path = str(tmp_path / "us.pem")
    found = targets(tmp_path, text)
    assert [key for key in found if key.startswith("files:")] == [f"files:{path}"]
    assert (found[f"files:{path}"].info.title, found[f"files:{path}"].origin) == (
        "client certificate us.pem",
        "client_cert",
    )


def test_anchor_file_is_watched_once(tmp_path: Path) -> None:
    """An anchor file that is a target already, under whatever name, gets no second one."""
    text = """
defaults: {trust: [ca.cer]}
targets: [{kind: files, name: our CA, paths: [ca.cer]}]
"""
    assert list(targets(tmp_path, text)) == ["files:our CA"]


def test_anchors_of_anchors(tmp_path: Path) -> None:
    """Anchors that only the policy of anchor files names are watched too."""
    text = """
policies: [{match: {kind: files}, trust: [second.cer]}]
targets: [{kind: endpoint, address: x, trust: [first.cer]}]
"""
    names = [Path(name.removeprefix("files:")).name for name in targets(tmp_path, text)]
    assert names == ["endpoint:x:443", "first.cer", "second.cer"]


def test_unused_anchors_are_not_watched(tmp_path: Path) -> None:
    """An anchor file in a policy that no target has is not watched."""
    text = """
policies: [{match: {site: none}, trust: [ca.cer]}]
targets: [{kind: endpoint, address: x}]
"""
    assert list(targets(tmp_path, text)) == ["endpoint:x:443"]


DNS = """
policies: [{match: {site: a}, unreachable_after: 5}]
targets:
  - {kind: dns, name: "portal.example:443", labels: {site: a, b: c}, timeout: 3s}
"""


def test_found_endpoints(tmp_path: Path) -> None:
    """A found endpoint has the name, labels and policy keys of its discovery, and its id as origin."""
    found = DiscoveredTarget("10.0.0.1:443", "portal.example", (("z", "1"),), "portal at 10.0.0.1")
    target = targets(tmp_path, DNS, {"dns:portal.example:443": [found]})[
        "endpoint:10.0.0.1:443/portal.example"
    ]
    assert (
        target.server_name,
        target.labels,
        target.policy.unreachable_after,
        target.policy.timeout,
        target.origin,
        target.info.title,
    ) == (
        "portal.example",
        (("b", "c"), ("site", "a"), ("z", "1")),
        5,
        timedelta(seconds=3),
        "dns:portal.example:443",
        "portal at 10.0.0.1",
    )


def test_configured_wins(tmp_path: Path) -> None:
    """A configured target wins over a found one of the same id."""
    text = DNS + "  - {kind: endpoint, address: '10.0.0.1:443', server_name: portal.example}\n"
    found = DiscoveredTarget("10.0.0.1:443", "portal.example")
    target = targets(tmp_path, text, {"dns:portal.example:443": [found]})[
        "endpoint:10.0.0.1:443/portal.example"
    ]
    assert (target.origin, target.labels) == ("", ())


def test_found_by_nobody(tmp_path: Path) -> None:
    """What a discovery found that is configured no more is left out."""
    found = {"dns:gone.example:443": [DiscoveredTarget("10.0.0.1:443")]}
    assert planned(tmp_path, DNS, found) == Plan(())


def test_found_nonsense(tmp_path: Path) -> None:
    """A found address that is none becomes a problem that names the discovery, the rest stays."""
    found = {"dns:portal.example:443": [DiscoveredTarget("a/b"), DiscoveredTarget("10.0.0.1:443")]}
    result = planned(tmp_path, DNS, found)
    assert ([problem.key for problem in result.problems], len(result.targets)) == (
        ["dns:portal.example:443"],
        1,
    )


def test_long_list_reads_each_host_once(tmp_path: Path) -> None:
    """The host of a found target is read once, however often it is needed."""
    found = [DiscoveredTarget(f"host{number}.example:443") for number in range(200)]
    before = read_host.cache_info().misses
    plan_of = planned(tmp_path, "targets: [{kind: file_sd, files: [l.json], name: l}]", {"file_sd:l": found})
    assert len(plan_of.targets) == 200
    assert read_host.cache_info().misses - before <= 200
