"""The targets of ``check``: an endpoint, a file, a folder, a glob, or everything configured."""

import argparse
import glob
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from monitor.addresses import read_host
from monitor.cli.check.report import ReportElement
from monitor.cli.probing.passphrases import settings_of
from monitor.cli.probing.target_arguments import address_and_protocol, typed_targets
from monitor.clock import SystemClock
from monitor.errors import UsageError
from monitor.messages import english
from monitor.model import Policy, Target
from monitor.sources.anchors import TrustStoreLoader
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.files.settings import FilesSettings
from monitor.sources.files.walk import ALL_SUFFIXES

if TYPE_CHECKING:
    from monitor.config import Config

Planner = Callable[[EndpointSettings | FilesSettings], Target]
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class CommandLineTarget:
    """An argument of ``check`` and its target; ``split`` if each file is a separate element."""

    text: str
    target: Target
    split: bool


def cli_targets(
    arguments: argparse.Namespace, config: "Config | None"
) -> tuple[list[CommandLineTarget], list[ReportElement]]:
    """Return the targets to probe, and an element for each configured discovery that failed.

    Raises ``UsageError`` for invalid arguments.
    """
    own, name, keys = _own(arguments), _name(arguments.name), settings_of(arguments)
    if arguments.targets:
        make = _planner(config)
        return [_typed(text, name, own, keys, make) for text in typed_targets(arguments.targets)], []
    if config is None:
        raise UsageError("check: name at least one target, or a configuration with --config")
    if own or name or keys:
        raise UsageError(
            "check: --trust, --sni, --revocation and the passphrases need a target; the configuration sets "
            "them for its own targets"
        )
    if not config.targets and not config.discoveries:
        raise UsageError(f"check: {arguments.config} has no targets")
    from monitor.cli.check.configured import configured_targets  # noqa: PLC0415 - loads every discovery

    found, unreachable = configured_targets(config)
    return [_configured(target) for target in found], unreachable


def configuration(arguments: argparse.Namespace) -> "Config | None":
    """Return the configuration, ``None`` without one; raise ``ConfigError``."""
    if arguments.config is None:
        return None
    from monitor.config import load  # noqa: PLC0415 - loads every kind of target

    return load(arguments.config)


def _planner(config: "Config | None") -> Planner:
    """Return the function that makes a target under a configuration, or under the built-in policy."""
    if config is None:
        return lambda settings: settings.target(settings.applied_to(Policy()))
    from monitor.config import single_targets  # noqa: PLC0415 - loads every kind of target

    return single_targets(config)


def _configured(target: Target) -> CommandLineTarget:
    return CommandLineTarget(target.location, target, split=target.kind != "endpoint")


def _typed(
    text: str, name: str, own: dict[str, Any], keys: dict[str, Any], make: Planner
) -> CommandLineTarget:
    try:
        text.encode()
        if _is_file(text):
            return _files(text, name, own | keys, make)
        return _endpoint(text, name, own, make)
    except UnicodeEncodeError:
        raise UsageError(f"check: {text!r} is not UTF-8; name its folder instead") from None
    except ValidationError as error:
        problems = error.errors(include_url=False)
        said = "; ".join(str(one["msg"]).removeprefix("Value error, ") for one in problems)
        raise UsageError(f"check: {_short(text)} is not a target: {said}") from None


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:79]}…")


def _is_file(text: str) -> bool:
    if "://" in text:
        return False
    separators = {"/", os.sep, os.altsep or "/"}
    return (
        os.path.exists(text)  # noqa: PTH110 - a name too long or with odd bytes is simply no file
        or (glob.has_magic(text) and not (text.startswith("[") and ":" in text))
        or any(separator in text for separator in separators)
        or text.lower().endswith(ALL_SUFFIXES)
    )


def _files(text: str, name: str, own: dict[str, Any], make: Planner) -> CommandLineTarget:
    # Trust of files is checked only if anchors are named; their names never are.
    asked = own | {"checks": {"trust": "critical"}} if "trust" in own else own
    settings = FilesSettings.model_validate(
        {"kind": "files", "name": text, "paths": [_absolute(text)], **asked}
    )
    target = replace(make(settings), collection=False, server_name=name)
    return CommandLineTarget(text, target, split=Path(text).is_dir() or _is_pattern(text))


def _is_pattern(text: str) -> bool:
    """Return whether a text is a glob pattern; an existing path with brackets is not."""
    return glob.has_magic(text) and not os.path.lexists(text)


def _absolute(text: str) -> str:
    """Return the absolute path or pattern, with the current folder escaped."""
    if _is_pattern(text):
        # The shell does not expand ~ in a quoted pattern.
        return os.path.join(glob.escape(str(Path.cwd())), os.path.expanduser(text))  # noqa: PTH111, PTH118 - a glob is no path
    path = Path.cwd() / text
    whole = glob.escape(str(path))
    return f"{whole}{os.sep}**" if glob.has_magic(whole) and path.is_dir() else whole


def _endpoint(text: str, name: str, own: dict[str, Any], make: Planner) -> CommandLineTarget:
    named = {"server_name": name} if name else {}
    address, protocol = address_and_protocol(text)
    spoken = {"protocol": protocol} if protocol else {}
    settings = EndpointSettings.model_validate(
        {"kind": "endpoint", "address": address, **spoken, **named, **own}
    )
    return CommandLineTarget(text, make(settings), split=False)


def _own(arguments: argparse.Namespace) -> dict[str, Any]:
    trust = {"trust": anchors("check", arguments.trust)} if arguments.trust else {}
    return trust | ({"revocation": "on"} if arguments.revocation else {})


def _name(text: str) -> str:
    try:
        return read_host(text) if text else ""
    except ValueError as error:
        raise UsageError(f"check: --sni {text!r}: {error}") from None


def anchors(command: str, paths: list[str]) -> list[str]:
    """Return the absolute paths of ``--trust``; raise ``UsageError`` for one without a certificate."""
    return [path if path == SYSTEM else _anchor(command, path) for path in paths]


def _anchor(command: str, path: str) -> str:
    absolute = str(Path(path).absolute())
    loader = TrustStoreLoader()
    if not path or not loader.anchors((absolute,), 0).members:
        writer = english(SystemClock().now())
        problems = [writer.write(problem.message) for problem in loader.problems((absolute,))]
        said = "; ".join(problems) or "there is no certificate"
        raise UsageError(f"{command}: --trust {path}: {said}")
    return absolute
