"""``cert-monitor xprotect preflight``: is everything ready for encryption? It changes nothing."""

import argparse
import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from monitor.addresses import is_ip
from monitor.cli.check.targets import anchors
from monitor.cli.output import say
from monitor.cli.probing.once import probe_targets
from monitor.cli.probing.passphrases import settings_of
from monitor.cli.xprotect.files import file_candidates
from monitor.cli.xprotect.notices import print_discovery_failures, print_missing_trust, print_sentences
from monitor.cli.xprotect.readiness import as_json, as_table
from monitor.cli.xprotect.suitable import Candidate, best, exit_code, make_candidate, needs
from monitor.cli.xprotect.targets import by_roles, known, notes, of_host, without_cameras
from monitor.clock import SystemClock
from monitor.config import Config, default_config, load
from monitor.errors import UsageError
from monitor.messages import english
from monitor.model import Clock, Target
from monitor.xprotect import hosts

COMMAND = "xprotect preflight"


def preflight(arguments: argparse.Namespace) -> int:
    """Judge every server; return 0 if suitable, 2 if something is missing, 3 if a probe failed."""
    config = load(arguments.config) if arguments.config else default_config()
    targets, complete = _targets(arguments, config)
    files = _files(arguments.file, targets)
    clock = SystemClock()
    found = needs(_candidates(targets, files, clock, settings_of(arguments)))
    say(as_json(found) if arguments.format == "json" else as_table(found, english(clock.now())))
    untrusted = any(one.untrusted for need in found for one in need.candidates)
    print_missing_trust(COMMAND, arguments, untrusted=untrusted)
    return exit_code(found) or (0 if complete else 3)


def _targets(arguments: argparse.Namespace, config: Config) -> tuple[list[Target], bool]:
    """Return the targets to judge, and whether every list was read completely."""
    if arguments.servers:
        trust = anchors(COMMAND, arguments.trust)
        return list(_typed(arguments.servers, config, trust)), True
    if arguments.config is None:
        raise UsageError(f"{COMMAND}: name servers as HOST=ROLE, or a configuration with --config")
    if arguments.trust:
        raise UsageError(f"{COMMAND}: --trust needs HOST=ROLE; the configuration sets it for its own targets")
    every, unreachable = known(without_cameras(config))
    print_discovery_failures(unreachable)
    servers = [_named(target) for target in every if _is_server(target)]
    if not servers and not unreachable:
        raise UsageError(f"{COMMAND}: {arguments.config} has no XProtect server")
    return servers, not unreachable


def _typed(texts: Sequence[str], config: Config, trust: Sequence[str]) -> Iterator[Target]:
    roles: dict[str, list[str]] = {}
    for text in texts:
        host, said = _split(text, "HOST=ROLE[,ROLE]")
        roles.setdefault(hosts.host(host) or host, []).extend(one.strip() for one in said.split(","))
    for host, listed in roles.items():
        yield from by_roles(
            COMMAND, host, tuple(dict.fromkeys(listed)), config, trust=trust, given=_short(host)
        )
        print_sentences(notes(host, listed, config.presets))


def _split(text: str, form: str) -> tuple[str, str]:
    host, _, rest = text.partition("=")
    if not host or not rest:
        raise UsageError(f"{COMMAND}: {text!r} must be {form}")
    return host, rest


def _short(host: str) -> tuple[str, ...]:
    """Return the short form of a full name: clients use both."""
    return () if is_ip(host) or "." not in host else (host.partition(".")[0],)


def _is_server(target: Target) -> bool:
    return bool(target.label("certificate_group"))


def _named(target: Target) -> Target:
    """Return a target whose certificate must match the short and full names of its machine."""
    machine = [one for one in target.aliases if hosts.same_machine(one, target.host)]
    names = dict.fromkeys((*target.traits.public_names, *_short(target.host), *machine))
    return replace(target, traits=replace(target.traits, public_names=tuple(names)))


def _files(texts: Sequence[str], targets: Iterable[Target]) -> dict[str, list[str]]:
    """Return the files to judge, by the id of the targets that they are for."""
    listed = list(targets)
    files: dict[str, list[str]] = {}
    for text in texts:
        host, path = _split(text, "HOST=PATH")
        mine = of_host(host, listed)
        if not mine:
            raise UsageError(f"{COMMAND}: --file {text}: {host} has no role; add {host}=ROLE")
        for target in mine:
            files.setdefault(target.id, []).append(path)
    return files


def _candidates(
    targets: Sequence[Target], files: Mapping[str, Sequence[str]], clock: Clock, passphrases: dict[str, Any]
) -> Iterator[Candidate]:
    states = asyncio.run(probe_targets([target for target in targets if target.id not in files], clock))
    for target in targets:
        if target.id in states:
            where = f"port {target.location.rpartition(':')[2]}"
            yield make_candidate(states[target.id], where, english(clock.now()))
        else:
            offered = (
                file_candidates(COMMAND, path, target, clock, passphrases) for path in files[target.id]
            )
            yield best(one for several in offered for one in several)
