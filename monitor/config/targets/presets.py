"""What a preset, an owner and a note add to a target; pure."""

from dataclasses import replace

from monitor.addresses import split_location
from monitor.model import Target, TargetInfo, TargetTraits, shared
from monitor.xprotect import Preset, ServiceFacts, make_target_info


def with_preset(  # noqa: PLR0913, PLR0917 - the last two are what a discovery may know
    target: Target,
    aliases: tuple[str, ...],
    traits: TargetTraits,
    preset: Preset | None,
    name: str = "",
    facts: ServiceFacts = ServiceFacts(),  # noqa: B008 - it is frozen
) -> Target:
    """Return a target with the info and traits of its preset; its own title is kept.

    ``name`` is the display name of its server, if known, ``facts`` what else its site says of it.
    """
    info = target.info
    if preset is not None:
        _, port = split_location(target.location)
        info = make_target_info(preset, name or target.info.server, target.host, int(port), facts)
        info = replace(info, title=target.info.title or info.title)
        traits = shared(
            replace(
                traits,
                standby=traits.standby or preset.standby,
                plain_possible=traits.plain_possible or preset.plain_possible,
                key_type=traits.key_type or preset.key_type,
            )
        )
    return replace(target, aliases=aliases, info=info, traits=traits)


def with_owner(target: Target, owner: str, note: str) -> Target:
    """Return a target with an owner and a note."""
    return replace(target, info=owned(target, owner, note)) if owner or note else target


def owned(target: Target, owner: str, note: str) -> TargetInfo:
    """Return the info of a target with an owner and a note."""
    return shared(replace(target.info, owner=owner, note=note)) if owner or note else target.info


def preset_labels(preset: Preset | None) -> dict[str, str]:
    """Return the labels of a preset for an entry that names it."""
    if preset is None:
        return {}
    labels = {
        "component": preset.component,
        "certificate_group": preset.certificate_group,
        "vms": preset.vms,
    }
    return {name: value for name, value in labels.items() if value}
