"""Windows in which CAs suggest to renew are kept over restarts, and go with their certificates."""

from dataclasses import replace
from pathlib import Path

from monitor.model import RenewalWindow
from monitor.store import Store
from support.factories.recorded import DAY, HOUR, NOW, made_at, probe, sha256, sighting, url, using

WINDOW = RenewalWindow(
    sha256("a"), NOW + DAY, NOW + 2 * DAY, NOW, "https://ca.example/why", NOW, NOW + DAY, NOW + HOUR
)


def test_a_window_is_read_back_as_it_was(where: str) -> None:
    """Every field, over a restart; others are not given."""
    using(lambda store: store.put_renewals([WINDOW, replace(WINDOW, sha256=sha256("b"))]), where)
    assert using(lambda store: store.renewals([WINDOW.sha256, "unknown"]), where) == {WINDOW.sha256: WINDOW}


def test_a_later_window_replaces_it(where: str) -> None:
    """One row for each certificate."""
    later = replace(WINDOW, start=NOW, explanation="", first_start=None, ask_after=None)

    async def act(store: Store) -> object:
        await store.put_renewals([WINDOW])
        await store.put_renewals([later])
        await store.put_renewals([])
        return await store.renewals([WINDOW.sha256])

    assert using(act, where) == {WINDOW.sha256: later}


def test_a_window_goes_with_its_certificate(where: str) -> None:
    """Nothing is kept of certificates that history does not speak of any more."""
    gone = replace(WINDOW, sha256=sha256("gone"))

    async def act(store: Store) -> object:
        state, observations = probe(NOW, sighting("a"))
        await store.record([state], observations)
        await store.put_renewals([WINDOW, gone])
        await store.prune(NOW, DAY)
        return list(await store.renewals([WINDOW.sha256, gone.sha256]))

    assert using(act, where) == [WINDOW.sha256]


def test_an_older_store_gets_the_table(tmp_path: Path) -> None:
    """A file of the schema before is taken on."""
    file = tmp_path / "state.db"
    made_at(file, "0002")
    using(lambda store: store.put_renewals([WINDOW]), url(file))
    assert using(lambda store: store.renewals([WINDOW.sha256]), url(file)) == {WINDOW.sha256: WINDOW}
