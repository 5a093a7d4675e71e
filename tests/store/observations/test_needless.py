"""What history keeps of a server that shows another certificate at every probe."""

from datetime import datetime, timedelta

from monitor.store import Store
from support.factories.recorded import DAY, NOW, probe, sha256, sighting, using

MINUTE = timedelta(minutes=1)
MORNING = NOW.replace(hour=0, minute=0)


async def shown(store: Store, *probes: tuple[datetime, str]) -> list[tuple[str, bool]]:
    """Return the names in the history after these probes, oldest first, and whether each entry is open."""
    for at, name in probes:
        state, seen = probe(at, sighting(name))
        await store.record([state], seen)
    entries = await store.history(target_id=state.target.id)
    names = {sha256(name): name for _, name in probes}
    return [(names[one.sha256], one.ended_at is None) for one in reversed(entries)]


def test_first_and_last_of_each_day_stay(where: str) -> None:
    """Thousands of changes leave a few entries a day."""
    days = 3
    probes = [(MORNING + n * DAY + m * 5 * MINUTE, f"{n}-{m}") for n in range(days) for m in range(288)]

    async def act(store: Store) -> object:
        return await shown(store, *probes)

    kept = [name for n in range(days) for name in (*(f"{n}-{m}" for m in range(4)), f"{n}-287")]
    assert using(act, where) == [(name, name == "2-287") for name in kept]


def test_certificates_of_removed_entries_are_pruned(where: str) -> None:
    """The database does not keep what no entry names."""
    probes = [(MORNING + m * MINUTE, f"c{m}") for m in range(100)]

    async def act(store: Store) -> int:
        await shown(store, *probes)
        await store.prune(MORNING + DAY, 400 * DAY)
        return len(await store.ders([sha256(name) for _, name in probes]))

    assert using(act, where) == 5


def test_a_few_changes_on_one_day_all_stay(where: str) -> None:
    """Somebody who tries several certificates on one day finds them all."""
    probes = [(MORNING + m * MINUTE, f"c{m}") for m in range(5)]

    async def act(store: Store) -> object:
        return await shown(store, *probes)

    assert using(act, where) == [(f"c{m}", m == 4) for m in range(5)]


def test_one_change_each_day_stays(where: str) -> None:
    """Short-lived certificates are renewed daily: each has its entry."""
    probes = [(MORNING + n * DAY, f"c{n}") for n in range(20)]

    async def act(store: Store) -> object:
        return await shown(store, *probes)

    assert len(using(act, where)) == 20  # type: ignore[arg-type]
