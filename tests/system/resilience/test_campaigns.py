"""A few rounds of each long campaign; ``bench/campaigns`` runs hundreds with any seed."""

import asyncio
import sys
from functools import partial
from pathlib import Path

import pytest

from support.campaigns import Campaign, Run
from support.campaigns.clock import clock
from support.campaigns.cluster.agents import agents
from support.campaigns.cluster.centers import centers_with
from support.campaigns.cluster.workers import workers
from support.campaigns.disk import disk
from support.campaigns.relay import relay
from support.campaigns.servers import servers
from support.campaigns.verdicts import verdicts
from support.campaigns.web import web
from support.campaigns.year import year
from support.servers.programs import program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="campaigns count what Linux shows in /proc")


def held(campaign: Campaign, folder: Path, rounds: int) -> int:
    """Run some rounds of a campaign, which raises when a promise does not hold, and return their number."""
    run = Run(folder, seed=20261129, rounds=rounds)
    asyncio.run(campaign(run))
    return run.counts["rounds"]


def test_relay_with_moods(tmp_path: Path) -> None:
    """All is notified once, whatever the relay does meanwhile, and nothing is held up."""
    assert held(relay, tmp_path, 2) == 2


@pytest.mark.system
def test_centers_whose_database_is_killed(tmp_path: Path) -> None:
    """Nothing is lost or sent by two, at most the mail in delivery comes twice, and both know the links."""
    assert held(centers_with(["database killed"], quick=True), tmp_path, 1) == 1


@pytest.mark.system
def test_clock_that_is_set(tmp_path: Path) -> None:
    """Probes and mails go on, nothing false is mailed, and the right clock is believed in the end."""
    assert held(clock, tmp_path, 1) == 1


@pytest.mark.system
def test_disk_that_fails(tmp_path: Path) -> None:
    """Every alert is mailed in any state of the disk, and repeated only where its mails say so."""
    program("prlimit", "util-linux")
    assert held(disk, tmp_path, 1) == 1


@pytest.mark.system
def test_random_chains(tmp_path: Path) -> None:
    """Where OpenSSL and curl agree on a chain, so do we."""
    program("openssl", "openssl")
    program("curl", "curl")
    assert held(verdicts, tmp_path, 2) == 2


def test_hostile_web_clients(tmp_path: Path) -> None:
    """Health is answered, probing goes on, and nothing is left of them."""
    assert held(web, tmp_path, 1) == 1


def test_hostile_servers_and_files(tmp_path: Path) -> None:
    """Nothing crashes or leaks, and honest servers are judged on time."""
    assert held(servers, tmp_path, 2) == 2


def test_random_year(tmp_path: Path) -> None:
    """What is due is notified once, at its time, over outages of service and relay; and nothing else is."""
    assert held(year, tmp_path, 1) == 1


@pytest.mark.system
def test_agent_that_is_killed(tmp_path: Path) -> None:
    """All that it probed is recorded, with its time, and mailed once."""
    assert held(partial(agents, events=("agent killed",), interval="1s"), tmp_path, 1) == 1


@pytest.mark.system
def test_worker_that_is_killed(tmp_path: Path) -> None:
    """Each target is probed again, and no answer counts twice."""
    assert held(partial(workers, events=("worker killed",), interval="1s"), tmp_path, 1) == 1
