"""``cert-monitor check``: probe targets once and print the results; it never opens the daemon's store."""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.assess import correlate
from monitor.cli.check.formats import formatter
from monitor.cli.check.formats.sentences import CheckReport
from monitor.cli.check.overrides import policy_changes, with_policy
from monitor.cli.check.report import ReportElement, elements, exit_code
from monitor.cli.check.targets import CommandLineTarget, cli_targets, configuration
from monitor.cli.output import say
from monitor.cli.probing.once import Probes
from monitor.clock import SystemClock
from monitor.model import Finding, Policy, Snapshot, TargetState

if TYPE_CHECKING:
    from monitor.config import Config


def check(arguments: argparse.Namespace) -> int:
    """Probe every target and return the exit code."""
    changes = policy_changes(arguments)
    config, clock = configuration(arguments), SystemClock()
    named, unreachable = cli_targets(arguments, config)
    named = [replace(one, target=with_policy(one.target, changes)) for one in named]
    probes = Probes(clock, quiet=arguments.quiet)
    found = [*asyncio.run(_probe(named, probes, config)), *unreachable]
    text = formatter(arguments.format)(CheckReport(found, clock.now(), arguments.chain, arguments.quiet))
    if text:
        say(text)
    return _exit_code(arguments.format, found)


def _exit_code(form: str, found: Sequence[ReportElement]) -> int:
    if form != "nagios":
        return exit_code(found)
    from monitor.cli.check.formats.nagios import plugin_exit_code  # noqa: PLC0415 - no other form needs it

    return plugin_exit_code(found)


async def _probe(
    named: Sequence[CommandLineTarget], probes: Probes, config: "Config | None"
) -> list[ReportElement]:
    clock = probes.clock
    snapshot = await probes.snapshot([one.target for one in named])
    if any(policy.revocation or policy.renewal_information for policy in _policies(snapshot)):
        from monitor.cli.check.revocation import RevocationLookup  # noqa: PLC0415 - loads an HTTP client

        lookup = RevocationLookup(config, probes.resolver, probes.trust_stores.anchors, clock)
        snapshot = await lookup.resolve(snapshot, probes.record.seen)
    shared = correlate(snapshot, clock.now())
    return [
        element
        for one in named
        for element in elements(
            one.text,
            _with(snapshot.states[one.target.id], shared.get(one.target.id, ())),
            split=one.split,
            tls_versions=probes.record.tls_versions.get(one.target.id),
        )
    ]


def _policies(snapshot: Snapshot) -> Iterator[Policy]:
    return (state.target.policy for state in snapshot)


def _with(state: TargetState, shared: tuple[Finding, ...]) -> TargetState:
    """Return a state with its correlated findings added."""
    if not shared:
        return state
    return replace(state, assessment=replace(state.assessment, findings=state.assessment.findings + shared))
