"""What follows from one configuration file: its targets and the mail relay; made anew by each reload."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from socket import getfqdn

from monitor.alerts import Decision, render
from monitor.config import Config, load, plan
from monitor.delivery import RelaySettings, Security, SmtpRelay, new_message_id
from monitor.model import Found, Mail, Target

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ActiveConfig:
    """Hold one good configuration and what follows from it."""

    config: Config
    targets: tuple[Target, ...]

    def keeping(self, old: "ActiveConfig") -> "ActiveConfig":
        """Return this setup with the old objects for targets that did not change.

        The state of a target is kept when its target is the same.
        """
        known = {target.id: target for target in old.targets}
        same = tuple(
            before if (before := known.get(target.id)) == target and before is not None else target
            for target in self.targets
        )
        return replace(self, targets=same)

    @property
    def compose(self) -> Callable[[Decision, datetime], Sequence[Mail]] | None:
        """Return what turns a decision into mails, ``None`` when no mail is configured."""
        email = self.config.email
        if email is None:
            return None

        def composed(decision: Decision, now: datetime) -> Sequence[Mail]:
            return render(
                decision,
                sender=email.sender,
                recipients=email.to,
                monitor=getfqdn(),
                now=now,
                message_id=lambda: new_message_id(email.sender),
            )

        return composed


def read(path: Path, found: Mapping[str, Sequence[Found]]) -> ActiveConfig:
    """Read a configuration file; raise ``ConfigError`` with every mistake in it."""
    return planned(load(path), found)


def replanned(setup: ActiveConfig, found: Mapping[str, Sequence[Found]]) -> ActiveConfig:
    """Return a setup with what is discovered by now."""
    return planned(setup.config, found) if setup.config.discoveries else setup


def planned(config: Config, found: Mapping[str, Sequence[Found]]) -> ActiveConfig:
    """Return the setup for a configuration and what was discovered."""
    made = plan(config, found)
    for problem in made.problems:
        log.warning("%s; it is not watched", problem)
    if not config.discoveries:
        # Only a discovery that finds others makes planning again necessary; a hundred thousand settings
        # objects are 100 MB.
        config = replace(config, targets=())
    return ActiveConfig(config, made.targets)


def relay_of(config: Config) -> SmtpRelay | None:
    """Return the way mails leave by a configuration, ``None`` when no mail is configured."""
    email = config.email
    if email is None:
        return None
    return SmtpRelay(
        RelaySettings(
            host=email.host,
            sender=email.sender,
            port=email.port,
            security=Security(email.security),
            username=email.username or "",
            password=email.password.resolve if email.password else None,
            ca=email.ca or "",
            timeout=email.timeout,
            ehlo_name=email.ehlo_name or "",
        )
    )
