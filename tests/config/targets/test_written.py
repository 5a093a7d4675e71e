"""A policy in the words of a configuration, and which part of it sets each value."""

from datetime import timedelta
from pathlib import Path

from monitor.config import load, plan
from monitor.config.targets.written import length, policy_origins, written_policy
from monitor.model import Policy, PolicyOrigin

CONFIG = """
defaults: {interval: 2h}
policies:
  - {match: {site: harbour}, warn_before: [45d, "30%"]}
  - {match: {site: lab}, warn_before: [1d]}
targets:
  - {kind: endpoint, address: "a.example:443", labels: {site: harbour}, timeout: 5s, checks: {name: off}}
"""


def test_each_value_has_its_origin(tmp_path: Path) -> None:
    """The last part that changes a value is where it is set."""
    file = tmp_path / "c.yaml"
    file.write_text(CONFIG)
    config = load(file)
    (target,) = plan(config, {}).targets
    found = {one.key: (one.value, one.origin, one.match) for one in policy_origins(target, config)}
    assert found["interval"] == ("2h", PolicyOrigin.DEFAULTS, "")
    assert found["warn_before"] == ("45d, 30%", PolicyOrigin.RULE, "site: harbour")
    assert found["timeout"] == ("5s", PolicyOrigin.TARGET, "")
    assert found["checks"] == ("name: off", PolicyOrigin.TARGET, "")
    assert found["critical_before"] == ("7d, 10%", PolicyOrigin.BUILT_IN, "")


def test_every_key_of_a_policy_is_written() -> None:
    """Nothing of a policy is left out, and nothing is empty."""
    written = written_policy(Policy())
    assert set(written) == set(Policy.__dataclass_fields__)
    assert all(written.values())


def test_lengths() -> None:
    """As people write them."""
    assert [length(timedelta(hours=36)), length(timedelta()), length(timedelta(milliseconds=1500))] == [
        "1d12h",
        "0s",
        "1s500ms",
    ]
