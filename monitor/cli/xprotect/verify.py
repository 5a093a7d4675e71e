"""``cert-monitor xprotect verify``: check the certificate of each port of a server after a renewal."""

import argparse
import asyncio
import io
import sys
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from monitor.assess import correlate
from monitor.cli.cli_targets import anchors
from monitor.cli.output import say
from monitor.cli.probe_once import probe_targets
from monitor.cli.report import ReportElement
from monitor.cli.xprotect.certificate import expiry
from monitor.cli.xprotect.targets import by_roles, every_role, known, notes, of_host
from monitor.cli.xprotect.verdict import Port, PortVerdict, absent, exit_code, group_ports, port_of, worst_of
from monitor.clock import SystemClock
from monitor.config import default_config, load
from monitor.errors import UsageError
from monitor.messages import Writer, english, failure_line
from monitor.model import Snapshot, Target
from monitor.parse import display

COMMAND = "xprotect verify"
_COLOURS = {PortVerdict.GREEN: "green", PortVerdict.RED: "red", PortVerdict.UNVERIFIED: "magenta"}
_LONGEST = 4096


def verify(arguments: argparse.Namespace) -> int:
    """Probe the ports of a server; return 0 if all are green, 2 for a red one, 3 if none answered."""
    targets = _targets(arguments)
    clock = SystemClock()
    states = asyncio.run(probe_targets(targets, clock))
    snapshot = Snapshot(states, discoveries={})
    now = clock.now()
    shared, writer = correlate(snapshot, now), english(now)
    ports = [
        port_of(
            state,
            (*state.assessment.findings, *shared.get(state.target.id, ())),
            writer,
            expected=_expected(arguments, state.target),
        )
        for state in snapshot
    ]
    say(_text(list(_lines(ports, writer))))
    if all(port.verdict is PortVerdict.ABSENT for port in ports):
        print(f"{COMMAND}: no port of {arguments.host} answers", file=sys.stderr)
    print_missing_trust(COMMAND, arguments, untrusted=any(port.untrusted for port in ports))
    return exit_code(ports)


def _expected(arguments: argparse.Namespace, target: Target) -> bool:
    """Return whether an answer is expected: a role was named, or the target is configured."""
    return bool(arguments.role) or (arguments.config is not None and not target.traits.standby)


def _targets(arguments: argparse.Namespace) -> list[Target]:
    config = load(arguments.config) if arguments.config else default_config()
    if arguments.config is None or arguments.role:
        roles = tuple(dict.fromkeys(arguments.role)) or every_role(config.presets)
        trust = anchors(COMMAND, arguments.trust)
        targets = by_roles(COMMAND, arguments.host, roles, config, trust=trust, name=arguments.name)
        print_sentences(notes(arguments.host, arguments.role, config.presets))
        return targets
    if arguments.trust or arguments.name:
        raise UsageError(
            f"{COMMAND}: --trust and --name need --role; the configuration sets both for its own targets"
        )
    every, unreachable = known(config)
    print_discovery_failures(unreachable)
    found = of_host(arguments.host, every)
    if not found:
        raise UsageError(f"{COMMAND}: {arguments.config} has no target of {arguments.host}; name its --role")
    return found


def print_sentences(sentences: Iterable[str]) -> None:
    """Print sentences to standard error."""
    for sentence in sentences:
        print(display(sentence, _LONGEST), file=sys.stderr)


def print_discovery_failures(unreachable: Sequence[ReportElement]) -> None:
    """Print which discoveries failed, so that targets may be missing."""
    writer = english(SystemClock().now())
    print_sentences(
        failure_line(one, writer, element.target) for element in unreachable for one in element.failures
    )


def print_missing_trust(command: str, arguments: argparse.Namespace, *, untrusted: bool) -> None:
    """Print that no trusted CAs were named, where that may be the only problem."""
    if untrusted and not (arguments.trust or arguments.config):
        print_sentences(
            [f"{command}: only the system's trusted CAs are used; name the site's CA with --trust"]
        )


def _lines(ports: Sequence[Port], writer: Writer) -> Iterator[Text]:
    groups = {group: (worst_of(members), members) for group, members in group_ports(ports).items()}
    width = max((len(verdict) for verdict, _ in groups.values()), default=0)
    printed: set[str] = set()
    for group, (verdict, members) in groups.items():
        yield Text(f"{verdict.upper():{width}}", style=_COLOURS[verdict]).append(f"  {group}", style="bold")
        for port in members:
            yield from (Text(f"  {line}") for line in _port(port, writer, printed))
    missing = list(absent(ports))
    if missing:
        yield Text("No answer, and none expected:")
        yield from (Text(f"  {_title(port)}") for port in missing)


def _port(port: Port, writer: Writer, printed: set[str]) -> Iterator[str]:
    """Yield the lines about one port; remarks that several ports share are printed once."""
    yield f"{_title(port)}: {port.verdict}"
    if port.leaf is not None:
        yield f"  {port.leaf.subject or port.leaf.title}, {expiry(port.leaf, writer)}"
        yield f"  SHA-1 thumbprint {port.leaf.sha1}"
    yield from (f"  {display(reason, _LONGEST)}" for reason in port.reasons)
    for remark in port.remarks:
        if remark not in printed:
            printed.add(remark)
            yield f"  also {display(remark, _LONGEST)}"


def _title(port: Port) -> str:
    target = port.state.target
    return display(target.info.title or target.location)


def _text(lines: Sequence[Text]) -> str:
    """Return the lines, with colors if standard output is a terminal that supports them."""
    written, terminal = io.StringIO(), Console(file=sys.stdout)
    console = Console(
        file=written, force_terminal=terminal.is_terminal, width=terminal.width, highlight=False
    )
    for line in lines:
        console.print(line, soft_wrap=True)
    return written.getvalue().rstrip("\n")
