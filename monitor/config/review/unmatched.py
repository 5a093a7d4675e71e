"""Find entries of ``policies`` that match nothing, so that a misspelled label does not go unnoticed."""

from collections.abc import Iterator, Mapping, Sequence

from monitor.config.load import Config
from monitor.config.sections.on_demand import ModuleSettings
from monitor.config.targets.policy import as_labels
from monitor.model import Target
from monitor.sources.kinds import DISCOVERED_KINDS
from monitor.sources.windows_remote.settings import KIND as REMOTE

_MAY_BE_FOUND = frozenset({*DISCOVERED_KINDS, REMOTE, None})


def unmatched_policies(config: Config, targets: Sequence[Target]) -> tuple[str, ...]:
    """Return a sentence for each entry that matches none of these targets, in the order of the entries.

    With discoveries only entries for a kind that none of them finds are reported: the labels that they will
    find are unknown.
    """
    known = [*_known(config, targets)]
    unmatched = [rule for rule in config.policies if not any(map(rule.matches, known))]
    if config.discoveries:
        unmatched = [rule for rule in unmatched if rule.match.get("kind") not in _MAY_BE_FOUND]
    return tuple(
        f"policies: no target has {', '.join(f'{name}: {value}' for name, value in rule.match.items())}"
        for rule in unmatched
    )


def _known(config: Config, targets: Sequence[Target]) -> Iterator[Mapping[str, str]]:
    """Iterate over the labels of everything with a policy, including discoveries and probe modules."""
    probes = (ModuleSettings(), *config.probe.modules.values()) if config.probe.allow else ()
    for target in targets:
        yield as_labels(target.kind, dict(target.labels), target.label("owner"))
    for settings in (*config.discoveries, *probes):
        yield as_labels(settings.kind, settings.labels, settings.owner)
