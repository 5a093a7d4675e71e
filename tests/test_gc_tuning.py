"""How the garbage collector treats what is known."""

import gc
from collections.abc import Iterator

import pytest

from monitor.gc_tuning import COLLECT_AFTER, making_what_stays, release_free_memory, tune_garbage_collector


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave the collector as it was."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_is_known_is_left_out() -> None:
    """What stood before is no longer walked through; what comes later is, though rarely."""
    known = [object()]
    tune_garbage_collector()
    later = [object()]
    watched = {id(one) for one in gc.get_objects()}
    assert (id(known) in watched, id(later) in watched) == (False, True)
    assert gc.get_threshold() == COLLECT_AFTER


def test_free_memory_is_released_wherever_it_can_be() -> None:
    """A system whose C library is not asked for it is no error, and nothing in use is touched."""
    kept = [{str(number): number for number in range(40)} for _ in range(100)]
    release_free_memory()
    assert all(one["39"] == 39 for one in kept)


def test_nothing_is_collected_while_what_stays_is_made() -> None:
    """And what was made is never traversed; afterwards collections go on."""
    before = gc.get_freeze_count()
    with making_what_stays():
        assert not gc.isenabled()
        made = [[number] for number in range(1000)]
    assert (gc.isenabled(), gc.get_freeze_count() >= before + len(made)) == (True, True)
