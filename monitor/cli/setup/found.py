"""Try the answers once: discover and probe, send a test mail, review the configuration."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.cli.notifications.send_test import attempt
from monitor.cli.probing.discoveries import run_discoveries
from monitor.cli.probing.once import probe_targets
from monitor.cli.setup.answers import SetupAnswers
from monitor.cli.setup.trial import trial
from monitor.clock import SystemClock
from monitor.config import online_problems, plan
from monitor.delivery import SendResult, SendStatus
from monitor.delivery.email.entry import IMPLICIT
from monitor.errors import ConfigError
from monitor.messages import Writer
from monitor.model import Failure, FailureReason, Target, TargetState

_OWN = "management_server"
MOST = 500
"""More targets than that are not probed by setup: a person waits for it."""


@dataclass(frozen=True, slots=True)
class FoundTargets:
    """The targets that would be watched, with a probe of each unless they are very many.

    ``failures`` and ``notes`` are those of the discovery, ``missing_rights`` what the login at a site lacks.
    """

    targets: tuple[Target, ...]
    failures: tuple[Failure, ...]
    notes: tuple[str, ...]
    states: Mapping[str, TargetState]
    missing_rights: tuple[str, ...] = ()

    @property
    def other_failures(self) -> tuple[Failure, ...]:
        """Return the failures that missing rights do not explain."""
        explained = FailureReason.FORBIDDEN if self.missing_rights else None
        return tuple(one for one in self.failures if one.reason is not explained)

    @property
    def other_notes(self) -> tuple[str, ...]:
        """Return the notes that do not name a missing right."""
        return tuple(one for one in self.notes if not any(right in one for right in self.missing_rights))

    @property
    def answered(self) -> bool:
        """Return whether the site gave any list: its own address is known without one."""
        return not self.failures or bool(set(self.components) - {_OWN})

    @property
    def components(self) -> Mapping[str, int]:
        """Return how many targets there are of each component, the most first."""
        return dict(Counter(one.label("component") for one in self.targets).most_common())

    @property
    def certificates(self) -> int:
        """Return how many certificates their servers and files use."""
        paths = (path for state in self.states.values() for path in state.assessment.paths)
        return len({path.leaf.sha256 for path in paths})

    @property
    def silent(self) -> tuple[str, ...]:
        """Return the locations that showed no certificate although they should."""
        silent = (one.target for one in self.states.values() if not one.sightings and not one.idle_standby)
        return tuple(f"{one.info.title or one.kind} ({one.location})" for one in silent)


def find(answers: SetupAnswers, writer: Writer) -> FoundTargets:
    """Run the discovery, and probe what it found."""
    with trial(answers, writer) as config:
        results = asyncio.run(run_discoveries(config))
        planned = plan(config, {name: one.found for name, one in results.items()})
        targets = tuple(one for one in planned.targets if one.origin not in ("trust", "client_cert"))
        states = {}
        if len(targets) <= MOST and all(one.found for one in results.values()):
            states = dict(asyncio.run(probe_targets(targets, SystemClock())))
    return FoundTargets(
        targets,
        failures=tuple(failure for one in results.values() for failure in one.failures),
        notes=tuple(note for one in results.values() for note in one.notes),
        states=states,
        missing_rights=tuple(right for one in results.values() for right in one.missing_rights),
    )


def send(answers: SetupAnswers, writer: Writer) -> SendResult | None:
    """Send a test mail; return the first result that is not an acceptance."""
    with trial(answers, writer) as config:
        results, _ = attempt(config, IMPLICIT)
    return next((one for one in results.values() if one.status is not SendStatus.ACCEPTED), None)


def problems(answers: SetupAnswers, writer: Writer) -> Sequence[str]:
    """Return what is wrong with the configuration of the answers on this machine."""
    try:
        with trial(answers, writer) as config:
            found = (*plan(config, {}).problems, *online_problems(config))
    except ConfigError as error:
        found = error.problems
    return [f"{one.key}: {one.message}" for one in found]
