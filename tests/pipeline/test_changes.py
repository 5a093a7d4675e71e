"""Probes and judgments that end while targets are removed or defined anew, and those that meet a bug."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from monitor.model import Check, Margin, Policy, ProbeRequest, ProbeResult, Severity, Target, TargetState
from monitor.sources.files.settings import Files
from support.factories.pipeline.world import World, batch, showing, target


@dataclass
class Meanwhile:
    """A source during whose probe something else happens."""

    act: Callable[[], None] = lambda: None
    probed: list[str] = field(default_factory=list)

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Let it happen, then show a certificate."""
        self.probed.append(request.target_id)
        self.act()
        return showing(request)


def after(before: Target, now: Sequence[Target]) -> World:
    """Return a world whose targets became others during a probe of one of them."""
    source = Meanwhile()
    world = World(source)
    pipeline = world.pipeline([before])
    source.act = lambda: world.board.replace(TargetState(one) for one in now)
    asyncio.run(pipeline.run(batch(before)))
    return world


def recorded(world: World) -> list[str]:
    """Return the ids of everything that was recorded."""
    return [name for names in world.store.batches for name in names]


def test_a_probe_that_began_before_a_reload_is_judged_by_the_new_policy() -> None:
    """What a reload changed of a target stays changed, and the probe still counts."""
    strict = target(1, warn_before=(Margin(timedelta(days=2000)),))
    (state,) = after(target(1), [strict]).board.snapshot
    assert (state.target.policy, state.up) == (strict.policy, True)
    assert (Check.EXPIRY, Severity.WARNING) in [(one.check, one.severity) for one in state.findings]


def test_a_probe_of_what_a_target_was_before_is_dropped() -> None:
    """A files target that names other paths by now shows nothing of the earlier ones."""
    old, new = Files(("old.pem",)), Files(("new.pem",))
    before = replace(target(1), settings=old)
    world = after(before, [replace(before, settings=new)])
    (state,) = world.board.snapshot
    assert (state.target.settings, state.probed_at, recorded(world)) == (new, None, [])


def test_a_probe_of_a_removed_target_is_neither_shown_nor_recorded() -> None:
    """A target that was forgotten during its probe does not come back to the record."""
    world = after(target(1), [target(2)])
    assert (list(world.board.snapshot.states), recorded(world)) == ([target(2).id], [])


def test_a_judgment_under_an_earlier_definition_is_not_put() -> None:
    """What was being judged while its target changed does not undo the change."""
    world = World(Meanwhile())
    world.pipeline([target(1)])
    (old,) = world.board.snapshot
    world.board.replace([TargetState(target(1, unreachable_after=7))])
    world.board.put([replace(old, failed_probes=1)])
    (state,) = world.board.snapshot
    assert (state.failed_probes, state.target.policy) == (0, Policy(unreachable_after=7))
