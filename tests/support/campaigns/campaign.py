"""What every campaign has: rounds that follow from a seed, counts, and the number of the round under way."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path


class BrokenError(Exception):
    """A promise did not hold."""


def require(holds: object, what: str) -> None:
    """Raise ``BrokenError`` with a sentence unless something holds."""
    if not holds:
        raise BrokenError(what)


def require_no_traceback(log: str) -> None:
    """Raise ``BrokenError`` with the first traceback of a log and the lines around it, if there is one."""
    before, found, after = log.partition("Traceback")
    require(not found, f"a traceback in the log: {before[-500:]}{found}{after[:4000]}")


@dataclass(frozen=True)
class Round:
    """One round: its number, everything random in it, and an empty folder of its own."""

    number: int
    chance: random.Random
    folder: Path


def ignore(_: str) -> None:
    """Say nothing."""


@dataclass
class Run:
    """A run of a campaign: iterating gives its rounds.

    What a round does follows from the seed and its number alone, so that one round can be repeated.
    ``counts`` says what happened so far, ``say`` is called in each round, ``current`` is its number.
    """

    folder: Path
    seed: int = 1
    rounds: int = 1
    first: int = 1
    say: Callable[[str], object] = ignore
    counts: Counter[str] = field(default_factory=Counter)
    current: int = 0

    def __iter__(self) -> Iterator[Round]:
        """Yield the rounds."""
        for number in range(self.first, self.first + self.rounds):
            self.current = number
            self.say(f"round {number}: {self.so_far}")
            folder = self.folder / str(number)
            folder.mkdir()
            yield Round(number, random.Random(f"{self.seed}/{number}"), folder)
            self.counts["rounds"] += 1

    @property
    def so_far(self) -> str:
        """Return the counts in words."""
        return ", ".join(f"{number:,} {what}" for what, number in self.counts.items()) or "nothing yet"


Campaign = Callable[[Run], Awaitable[None]]
