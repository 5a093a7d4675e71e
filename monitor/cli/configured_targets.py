"""The targets of a configuration, with those that its discoveries find now."""

import asyncio

from monitor.cli.report import ReportElement
from monitor.cli.run_discoveries import run_discoveries
from monitor.config import Config, plan
from monitor.model import Assessment, Target


def configured_targets(config: Config) -> tuple[tuple[Target, ...], list[ReportElement]]:
    """Return the targets of a configuration, and an element for each discovery that failed."""
    answers = asyncio.run(run_discoveries(config))
    unreachable = [
        ReportElement(settings.name or settings.id, answers[settings.id].failures, (), (), Assessment())
        for settings in config.discoveries
        if settings.id in answers and answers[settings.id].failures
    ]
    return plan(config, {name: answer.found for name, answer in answers.items()}).targets, unreachable
