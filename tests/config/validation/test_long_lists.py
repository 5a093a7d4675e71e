"""Entries of a list that have much in common give the targets that each would give alone."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config import Plan, default_config, plan
from monitor.config.settings import PolicyRule
from monitor.discovery.file_sd import FileSdSettings
from monitor.model import DiscoveredTarget, TargetTraits

LIST = FileSdSettings(kind="file_sd", files=("/etc/list.json",), labels={"zone": "north"}, title="a list")
CONFIG = replace(
    default_config(),
    discoveries=(LIST,),
    policies=(PolicyRule(match={"site": "harbor"}, interval=timedelta(minutes=5), owner="port authority"),),
)
FOUND = st.builds(
    DiscoveredTarget,
    address=st.sampled_from(
        ["a.example:443", "10.0.0.1:8443", "[2001:db8::1]:443", "b.example", "bad host:1"]
    ),
    server_name=st.sampled_from(["", "name.example"]),
    labels=st.sampled_from([(), (("site", "harbor"),), (("owner", "ops"), ("site", "harbor"))]),
    title=st.sampled_from(["", "Recorder 01"]),
    aliases=st.sampled_from([(), ("c.example",)]),
    preset=st.sampled_from(["", "recording_server.media"]),
    traits=st.sampled_from([TargetTraits(), TargetTraits(standby=True)]),
    protocol=st.sampled_from(["", "smtp", "no such protocol"]),
    policy=st.sampled_from([(), (("interval", "2m"),), (("note", "by the gate"),)]),
)


def planned(*found: DiscoveredTarget) -> Plan:
    """Return the targets of a list."""
    return plan(CONFIG, {LIST.id: found})


@settings(max_examples=60)
@given(found=st.lists(FOUND, max_size=12))
def test_entries_do_not_depend_on_each_other(found: list[DiscoveredTarget]) -> None:
    """A list is the targets and the problems of its entries, the first of those with one id."""
    whole, alone = planned(*found), [planned(one) for one in found]
    targets = {target.id: target for one in reversed(alone) for target in one.targets}
    assert {target.id: target for target in whole.targets} == targets
    assert whole.problems == tuple(problem for one in alone for problem in one.problems)


def test_targets_of_a_list_share_what_they_have_in_common() -> None:
    """Targets of one group have one object each for labels, policy, info and traits."""
    labels = (("site", "harbor"),)
    first, second = planned(*(DiscoveredTarget(f"10.0.0.{n}:443", labels=labels) for n in (1, 2))).targets
    assert (first.labels, first.policy, first.info, first.traits) == (
        second.labels,
        second.policy,
        second.info,
        second.traits,
    )
    assert first.labels is second.labels
    assert first.policy is second.policy
    assert first.info is second.info
    assert first.traits is second.traits
