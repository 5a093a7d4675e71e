"""How the steps of a plan are undone, as long as that is possible."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from monitor.model import Certificate, KeyLink, Message, Snapshot
from monitor.planning.renewal_plan import texts
from monitor.planning.renewal_plan.groups import Group
from monitor.planning.renewal_plan.plan import GoingBack, PlannedStep

_AT_LEAST = timedelta(hours=24)
"""How long the previous certificate must be valid still: what is undone at night lasts until morning."""


def key_links(snapshot: Snapshot) -> Mapping[str, KeyLink]:
    """Return by SHA-256 whether the stores that have a certificate have its key, as far as they were read."""
    found: dict[str, KeyLink] = {}
    for state in snapshot:
        for entry in state.machine.entries if state.machine is not None else ():
            if found.get(entry.sha256) is not KeyLink.PRESENT:
                found[entry.sha256] = entry.key.link
    return found


def going_back(group: Group, planned: PlannedStep, links: Mapping[str, KeyLink], now: datetime) -> GoingBack:
    """Return how to select the previous certificate again, or why that is not possible.

    It must be valid for 24 hours more, as must every CA above it, have its private key, and be trusted.
    """
    leaf, until = group.leaves[0], min(path.not_after for path in group.paths) - _AT_LEAST
    link = links.get(leaf.sha256, KeyLink.UNKNOWN)
    why = _why_not(group, link)
    if until <= now:
        why = texts.no_way_back_after(at=until)
    if why is not None:
        return GoingBack(planned.step.id, planned.title, None, (why,))
    said = (*_steps(group, leaf), texts.no_way_back_after(at=until))
    if link is not KeyLink.PRESENT:
        said = (texts.KEY_UNKNOWN, *said)
    return GoingBack(planned.step.id, planned.title, until, said)


def _why_not(group: Group, link: KeyLink) -> Message | None:
    if len(group.leaves) > 1:
        return texts.NO_WAY_BACK_SEVERAL
    if not all(path.trusted for path in group.paths):
        return texts.NO_WAY_BACK_TRUST
    return texts.NO_WAY_BACK_KEY if link is KeyLink.MISSING else None


def _steps(group: Group, leaf: Certificate) -> Iterator[Message]:
    runbook = group.states[0].target.info.runbook
    if runbook.group is None:
        yield texts.back_other(host=group.host, thumbprint=leaf.sha1)
        return
    yield texts.back(host=group.host, thumbprint=leaf.sha1, group=runbook.group)
    if runbook.guid:
        yield texts.back_command(guid=runbook.guid, thumbprint=leaf.sha1)
