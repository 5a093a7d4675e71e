"""From a configured entry to its targets, with their policy, preset, labels and owner; pure."""

from collections.abc import Iterator
from dataclasses import replace

from monitor.config.load import Config
from monitor.config.targets.policy import Policies
from monitor.config.targets.presets import preset_labels, with_owner, with_preset
from monitor.model import Target, shared
from monitor.parse.display import display
from monitor.settings import PolicySettings
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.kinds import TargetKind, default_policy, targets_of
from monitor.xprotect import Preset, ServiceFacts


class Sites:
    """The sites named so far: case is ignored, and each is written as it was first."""

    def __init__(self) -> None:
        """Begin without any."""
        self._first: dict[str, str] = {}

    def with_site(self, labels: dict[str, str]) -> dict[str, str]:
        """Return labels with the site as it was first written.

        Everything that groups or joins targets by site, including metrics, then compares equal values.
        """
        if (site := labels.get("site")) is None:
            return labels
        return labels | {"site": self._first.setdefault(site.casefold(), site)}


class EntryPlanner:
    """Makes the targets of entries under the policies of one configuration."""

    def __init__(self, config: Config, policies: Policies, sites: Sites) -> None:
        """Take what all entries share."""
        self._presets = config.presets
        self._policies = policies
        self._sites = sites

    def targets_of(
        self, settings: TargetKind, own: PolicySettings | None = None, origin: str = ""
    ) -> Iterator[Target]:
        """Iterate over the targets of an entry; ``own`` replaces its keys of the policy."""
        preset = self._preset_of(settings)
        named = self._sites.with_site(preset_labels(preset) | settings.labels)
        before = preset.defaults if preset else default_policy(settings)
        policy = self._policies.of(settings.kind, named, own or settings, before)
        words = self._policies.owner_and_note(settings.kind, named, own or settings, before)
        labels = shared(tuple(sorted(named.items())))
        for one in targets_of(settings, policy):
            target = self._with_own_preset(one, settings)
            target = with_owner(target, *words)
            if origin or target.labels != labels:
                target = replace(target, labels=labels, origin=origin)
            yield target

    def _preset_of(self, settings: TargetKind) -> Preset | None:
        return self._presets.get(settings.preset) if isinstance(settings, EndpointSettings) else None

    def _with_own_preset(self, target: Target, settings: TargetKind) -> Target:
        """Return the target with the preset that its own entry names, if any."""
        preset = self._preset_of(settings)
        if preset is None or not isinstance(settings, EndpointSettings):
            return target
        facts = ServiceFacts(display(settings.service_account), display(settings.product_version))
        return with_preset(target, target.aliases, target.traits, preset, facts=facts)
