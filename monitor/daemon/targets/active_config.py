"""The configuration in force and the targets that follow from it; a reload makes a new value."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.config import Config, load, plan
from monitor.model import DiscoveredTarget, Target

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ActiveConfig:
    """One valid configuration and its targets."""

    config: Config
    targets: tuple[Target, ...]

    def keeping(self, old: "ActiveConfig") -> "ActiveConfig":
        """Return this configuration with the old objects for targets that did not change.

        The state of a target is kept when its target is the same.
        """
        known = {target.id: target for target in old.targets}
        same = tuple(
            before if (before := known.get(target.id)) == target and before is not None else target
            for target in self.targets
        )
        return replace(self, targets=same)


def read(path: Path, found: Mapping[str, Sequence[DiscoveredTarget]]) -> ActiveConfig:
    """Return what a configuration file says; raise ``ConfigError`` with every mistake in it."""
    return plan_targets(load(path), found)


def replan_targets(active: ActiveConfig, found: Mapping[str, Sequence[DiscoveredTarget]]) -> ActiveConfig:
    """Return the same configuration with the targets that are discovered by now."""
    return plan_targets(active.config, found) if active.config.discoveries else active


def plan_targets(config: Config, found: Mapping[str, Sequence[DiscoveredTarget]]) -> ActiveConfig:
    """Return a configuration with its targets: the configured ones and the discovered ones."""
    made = plan(config, found)
    for problem in made.problems:
        log.warning("%s; it is not watched", problem)
    if not config.discoveries:
        # Only a discovery that finds others makes planning again necessary; a hundred thousand settings
        # objects are 100 MB.
        config = replace(config, targets=())
    return ActiveConfig(config, made.targets)
