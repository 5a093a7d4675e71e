"""``cert-monitor xprotect verify``: check the certificate of each port of a server after a renewal."""

import argparse
import asyncio
import io
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from monitor.assess import correlate
from monitor.cli.check.targets import anchors
from monitor.cli.output import say
from monitor.cli.probing.once import probe_targets
from monitor.cli.xprotect.expectation import Expectation, expectation
from monitor.cli.xprotect.in_use import has_store, in_use, leaves_of
from monitor.cli.xprotect.notices import print_discovery_failures, print_missing_trust, print_sentences
from monitor.cli.xprotect.stores import store_states
from monitor.cli.xprotect.targets import by_roles, every_role, known_with_stores, notes, of_host
from monitor.cli.xprotect.verdict import (
    PortResult,
    PortVerdict,
    exact_exit_code,
    exit_code,
    port_of,
    with_use,
)
from monitor.cli.xprotect.verified import Verification, as_json, lines
from monitor.clock import SystemClock
from monitor.config import Config, default_config, load
from monitor.errors import UsageError
from monitor.messages import Writer, english
from monitor.model import Check, Finding, MachineClock, Snapshot, Target, TargetState

COMMAND = "xprotect verify"
_ABOUT_KEYS = frozenset({Check.KEY_INACCESSIBLE, Check.KEY_MISSING})


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What to probe, and the targets with certificate stores, of which one may be the machine's."""

    config: Config
    endpoints: list[Target]
    stores: list[Target]


def verify(arguments: argparse.Namespace) -> int:
    """Probe the ports of a server; return 0 if nothing is wrong, 2 for a red one, 3 if none answered."""
    expected = expectation(COMMAND, arguments.expect) if arguments.expect else None
    wanted, clock = _wanted(arguments), SystemClock()
    states = asyncio.run(probe_targets(wanted.endpoints, clock))
    stores = store_states(COMMAND, wanted.config, wanted.stores, clock)
    writer = english(clock.now())
    ports = tuple(_ports(arguments, states, stores, expected, writer, clock))
    known = has_store(list(states.values()), Snapshot({**states, **stores}))
    found = Verification(arguments.host, ports, known, arguments.exit_code)
    if arguments.format == "json":
        say(as_json(found, writer))
    else:
        say(_text(list(lines(found, writer))))
    if all(port.verdict is PortVerdict.ABSENT for port in ports):
        print(f"{COMMAND}: no port of {arguments.host} answers", file=sys.stderr)
    print_missing_trust(COMMAND, arguments, untrusted=any(port.untrusted for port in ports))
    code = exact_exit_code(ports) if expected else exit_code(ports)
    return 2 if found.failed_after else code


def _ports(  # noqa: PLR0913, PLR0917 - all that a verdict depends on
    arguments: argparse.Namespace,
    states: Mapping[str, TargetState],
    stores: Mapping[str, TargetState],
    expected: Expectation | None,
    writer: Writer,
    clock: MachineClock,
) -> Iterator[PortResult]:
    snapshot, now = Snapshot({**states, **stores}), clock.now()
    shared = correlate(snapshot, now)
    uses = in_use(list(states.values()), snapshot, expected, writer, now)
    about_keys = [one for key in stores for one in shared.get(key, ()) if one.check in _ABOUT_KEYS]
    for state in states.values():
        port = port_of(
            state,
            (*state.assessment.findings, *shared.get(state.target.id, ())),
            writer,
            expected=_expected(arguments, state.target),
        )
        yield with_use(port, uses[state.target.id], _keys(state, about_keys, writer))


def _keys(state: TargetState, findings: Iterable[Finding], writer: Writer) -> list[str]:
    """Return what is wrong with the private keys of what a port serves."""
    served = {leaf.sha256 for leaf in leaves_of(state)}
    return [f"{one.check}: {writer.write(one.message)}" for one in findings if one.sha256 in served]


def _expected(arguments: argparse.Namespace, target: Target) -> bool:
    """Return whether an answer is expected: a role was named, or the target is configured."""
    return bool(arguments.role) or (arguments.config is not None and not target.traits.standby)


def _wanted(arguments: argparse.Namespace) -> _Wanted:
    config = load(arguments.config) if arguments.config else default_config()
    if arguments.config is None or arguments.role:
        roles = tuple(dict.fromkeys(arguments.role)) or every_role(config.presets)
        trust = anchors(COMMAND, arguments.trust)
        targets = by_roles(COMMAND, arguments.host, roles, config, trust=trust, name=arguments.name)
        print_sentences(notes(arguments.host, arguments.role, config.presets))
        return _Wanted(config, targets, [])
    if arguments.trust or arguments.name:
        raise UsageError(
            f"{COMMAND}: --trust and --name need --role; the configuration sets both for its own targets"
        )
    every, stores, unreachable = known_with_stores(config)
    print_discovery_failures(unreachable)
    found = of_host(arguments.host, every) or _by_machine(arguments.host, every, stores, config)
    if not found:
        raise UsageError(f"{COMMAND}: {arguments.config} has no target of {arguments.host}; name its --role")
    return _Wanted(config, found, stores)


def _by_machine(host: str, every: list[Target], stores: list[Target], config: Config) -> list[Target]:
    """Return the targets of a machine by the name that its store gives: some sites list only addresses."""
    states = store_states(COMMAND, config, stores, SystemClock()).values()
    machines = (state.machine for state in states if state.machine and of_host(host, [state.target]))
    names = dict.fromkeys(name for machine in machines for name in (machine.host, *machine.names))
    return list({target.id: target for name in names for target in of_host(name, every)}.values())


def _text(lines: Sequence[Text]) -> str:
    """Return the lines, with colors if standard output is a terminal that supports them."""
    written, terminal = io.StringIO(), Console(file=sys.stdout)
    console = Console(
        file=written, force_terminal=terminal.is_terminal, width=terminal.width, highlight=False
    )
    for line in lines:
        console.print(line, soft_wrap=True)
    return written.getvalue().rstrip("\n")
