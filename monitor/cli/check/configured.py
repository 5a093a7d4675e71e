"""The targets of a configuration, with those that its discoveries find now."""

import asyncio

from monitor.cli.check.report import ReportElement
from monitor.cli.probing.discoveries import run_discoveries
from monitor.config import Config, plan
from monitor.model import Assessment, Target


def configured_targets(config: Config) -> tuple[tuple[Target, ...], list[ReportElement]]:
    """Return the targets of a configuration, and an element for each discovery that failed.

    Targets of zones are left out: only their agents reach them.
    """
    answers = asyncio.run(run_discoveries(config))
    unreachable = [
        ReportElement(settings.name or settings.id, answers[settings.id].failures, (), (), Assessment())
        for settings in config.discoveries
        if settings.id in answers and answers[settings.id].failures
    ]
    targets = plan(config, {name: answer.found for name, answer in answers.items()}).targets
    return tuple(one for one in targets if not one.zone), unreachable
