"""Turn a configuration and discovered targets into targets with their policies; probes nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from monitor.config.load import Config
from monitor.config.targets.entries import EntryPlanner, Sites
from monitor.config.targets.found import FoundPlanner, NoTargetError
from monitor.config.targets.policy import Policies
from monitor.discovery import DiscoveryKind
from monitor.errors import Problem
from monitor.model import DiscoveredTarget, Target
from monitor.sources.endpoint.connect_options import Endpoint
from monitor.sources.files.settings import FilesSettings
from monitor.sources.kinds import TargetKind
from monitor.windows.access import RemoteMachine


@dataclass(frozen=True, slots=True)
class Plan:
    """Every target to watch, each id once, and the problems with entries that gave none."""

    targets: tuple[Target, ...]
    problems: tuple[Problem, ...] = ()


def plan(config: Config, discovered: Mapping[str, Sequence[DiscoveredTarget]]) -> Plan:
    """Return the targets: configured ones, then discovered ones, then the files that any of them uses.

    These files are anchors and our client certificates, whose expiry nothing else would report.

    ``discovered`` maps the id of a discovery to its last list. A configured target wins over a discovered one
    with the same id, an earlier discovery over a later one.
    """
    planning = _Planning(config)
    for settings in config.targets:
        planning.add(settings)
    for discovery in config.discoveries:
        everything = _found(discovery, discovered, config)
        for found in everything:
            planning.add_found(discovery, found)
        planning.add_machines(discovery, everything)
    planning.add_client_certificates()
    planning.add_anchors()
    return Plan(tuple(planning.targets.values()), tuple(planning.problems))


def single_target(config: Config, settings: TargetKind) -> Target:
    """Return the target of a single entry under the defaults and policies of a configuration."""
    return single_targets(config)(settings)


def single_targets(config: Config) -> Callable[[TargetKind], Target]:
    """Return a function that is ``single_target`` for any number of entries."""
    entries = EntryPlanner(config, Policies(config.defaults, config.policies), Sites())
    return lambda settings: next(entries.targets_of(settings))


def trust_of(config: Config, discovery: DiscoveryKind) -> tuple[str, ...]:
    """Return the anchors by which a discovery verifies its servers."""
    policies = Policies(config.defaults, config.policies)
    return policies.of(discovery.kind, discovery.labels, discovery).trust


def _found(
    discovery: DiscoveryKind, discovered: Mapping[str, Sequence[DiscoveredTarget]], config: Config
) -> Sequence[DiscoveredTarget]:
    if discovery.asks:
        return discovered.get(discovery.id, ())
    return discovery.found(config.presets)


class _Planning:
    """The targets collected so far, by id."""

    def __init__(self, config: Config) -> None:
        self.targets: dict[str, Target] = {}
        self.problems: list[Problem] = []
        policies, sites = Policies(config.defaults, config.policies), Sites()
        self._entries = EntryPlanner(config, policies, sites)
        self._found = FoundPlanner(config, policies, sites)
        self._file = str(config.files[0])
        self._issuers = config.issuers
        self._watched = frozenset(_single_paths(config.targets))

    def add(self, settings: TargetKind, origin: str = "") -> None:
        for target in self._entries.targets_of(settings, origin=origin):
            self.targets.setdefault(target.id, target)

    def add_machines(self, discovery: DiscoveryKind, found: Sequence[DiscoveredTarget]) -> None:
        """Add the servers of a site to read their stores, if its entry has a ``windows`` block."""
        for target in self._found.machines_of(discovery, found):
            self.targets.setdefault(target.id, target)

    def add_found(self, discovery: DiscoveryKind, found: DiscoveredTarget) -> None:
        try:
            target = self._found.target_of(discovery, found)
        except NoTargetError as error:
            self._leave_out(discovery, found, str(error))
            return
        there = self.targets.setdefault(target.id, target).location
        if there != target.location and found.kind != "endpoint":
            self._leave_out(discovery, found, f"{target.id} is already watched, at {there!r}")

    def _leave_out(self, discovery: DiscoveryKind, found: DiscoveredTarget, why: str) -> None:
        self.problems.append(Problem(self._file, 0, discovery.id, f"found {found.address!r}: {why}"))

    def add_client_certificates(self) -> None:
        """Add every client certificate that probes use here: probes would fail after its expiry."""
        here = (one.settings for one in self.targets.values() if not one.zone)
        shown = set(filter(None, map(_shown, here)))
        for path in sorted(shown - self._watched):
            title = f"client certificate {PurePath(path).name}"
            self.add(FilesSettings(kind="files", paths=(path,), title=title), origin="client_cert")

    def add_anchors(self) -> None:
        """Add every anchor file that a policy names: servers do not send their root."""
        done = set(self._watched) | {"system"}
        while paths := self._anchor_paths() - done:
            done |= paths
            for path in sorted(paths):
                title = f"{PurePath(path).name} (trust)"
                self.add(FilesSettings(kind="files", paths=(path,), title=title), origin="trust")

    def _anchor_paths(self) -> set[str]:
        trusts = {target.policy.trust for target in self.targets.values()}
        if self._issuers.acme:
            trusts.add(self._issuers.trust)
        return {path for trust in trusts for path in trust}


def _shown(settings: object) -> str:
    """Return the file of the client certificate that a probe uses, empty for none."""
    if isinstance(settings, Endpoint) and settings.connect.identity:
        return settings.connect.identity.certificate
    if isinstance(settings, RemoteMachine) and settings.identity:
        return settings.identity.certificate
    return ""


def _single_paths(targets: Sequence[TargetKind]) -> Iterator[str]:
    """Iterate over the files that entries watch alone on this machine."""
    files = (one for one in targets if isinstance(one, FilesSettings) and not one.zone)
    return (one.paths[0] for one in files if len(one.paths) == 1)
