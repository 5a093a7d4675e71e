"""Find secrets that agents and workers take for one: an order names a file by the last part of its path."""

from collections.abc import Iterator, Sequence

from monitor.config.load import Config
from monitor.config.targets.entries import Sites
from monitor.config.targets.found import FoundPlanner
from monitor.config.targets.policy import Policies
from monitor.model import DiscoveredTarget, Target

_ANY_SERVER = DiscoveredTarget("server.invalid:443")
"""Stands for the servers that a site will name: each is read with the same files."""


def shared_secret_names(config: Config, targets: Sequence[Target]) -> Iterator[str]:
    """Iterate over a sentence for each name that stands for several files or variables in one zone.

    A name that is written without a folder is the name itself, so it stands for any of them.
    """
    if not config.zones and config.workers is None:
        return
    from monitor.wire import secrets_of  # noqa: PLC0415 - a monitor on one machine needs none of it

    named: dict[tuple[str, str], set[str]] = {}
    for target in (*targets, *_servers(config)):
        if target.zone or (config.workers is not None and target.kind == "endpoint"):
            for name, places in secrets_of(target.request).items():
                named.setdefault((target.zone, name), set()).update(places - {name})
    for (zone, name), found in sorted(named.items()):
        if len(found) > 1:
            yield _sentence(config, zone, name, sorted(found))


def _servers(config: Config) -> Iterator[Target]:
    """Iterate over a server of each site whose servers' stores are read."""
    planner = FoundPlanner(config, Policies(config.defaults, config.policies), Sites())
    for discovery in config.discoveries:
        yield from planner.machines_of(discovery, [_ANY_SERVER])


def _sentence(config: Config, zone: str, name: str, places: Sequence[str]) -> str:
    where = f"zones.{zone}" if zone else "workers"
    who = "agents" if zone and not config.zones[zone].workers else "workers"
    listed = f"{', '.join(places[:-1])} and {places[-1]}"
    every, rest = ("all", "all but one of them") if places[2:] else ("both", "one of them")
    return (
        f"{where}: {listed} have the same name for {who} ({name}), which use one file for {every}; rename "
        f"{rest}, here and in secrets of the {who}"
    )
