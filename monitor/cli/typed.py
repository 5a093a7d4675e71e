"""What the targets of ``check`` mean: an endpoint, a file, a folder, a glob, or all that is configured."""

import argparse
import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from monitor.cli.arguments import UsageError
from monitor.config import Config, load, plan, unwritten
from monitor.model import Target
from monitor.sources import EndpointSettings, FilesSettings

SUFFIXES = (".pem", ".crt", ".cer", ".der", ".p7b", ".p7c")


@dataclass(frozen=True, slots=True)
class Typed:
    """Hold what was typed and its target; ``split`` where each file is an element of its own."""

    text: str
    target: Target
    split: bool


def typed_targets(arguments: argparse.Namespace) -> list[Typed]:
    """Return the targets to look at; raise ``UsageError`` or ``ConfigError`` for what makes no sense."""
    config = load(arguments.config) if arguments.config else unwritten()
    typed = [_typed(text, arguments, config) for text in arguments.targets]
    if not typed and arguments.config:
        typed = [_configured(target) for target in plan(config, {}).targets]
    if not typed:
        raise UsageError("check: name at least one target, or a configuration with --config")
    return typed


def _configured(target: Target) -> Typed:
    return Typed(target.where, target, split=target.kind == "files")


def _typed(text: str, arguments: argparse.Namespace, config: Config) -> Typed:
    make = _files if _is_file(text) else _endpoint
    try:
        return make(text, arguments, config)
    except ValidationError as error:
        said = "; ".join(
            str(one["msg"]).removeprefix("Value error, ") for one in error.errors(include_url=False)
        )
        raise UsageError(f"check: {text!r} is no target: {said}") from None


def _is_file(text: str) -> bool:
    separators = {"/", os.sep, os.altsep or "/"}
    return (
        os.path.exists(text)  # noqa: PTH110 - a name too long or with odd bytes is simply no file
        or (glob.has_magic(text) and not text.startswith("["))
        or any(separator in text for separator in separators)
        or text.lower().endswith(SUFFIXES)
    )


def _files(text: str, arguments: argparse.Namespace, config: Config) -> Typed:
    own = _own(arguments)
    if "trust" in own:
        # Files are not asked for trust unless somebody names the anchors to ask.
        own["checks"] = {"trust": "critical"}
    path = text if os.path.isabs(text) else str(Path.cwd() / text)  # noqa: PTH117 - a glob is no path
    settings = FilesSettings.model_validate({"kind": "files", "name": text, "paths": [path], **own})
    target = replace(_target(settings, config), collection=False)
    several = glob.has_magic(text) or Path(text).is_dir()
    return Typed(text, target, split=several)


def _endpoint(text: str, arguments: argparse.Namespace, config: Config) -> Typed:
    named = {"server_name": arguments.name} if arguments.name else {}
    settings = EndpointSettings.model_validate(
        {"kind": "endpoint", "address": text, **named, **_own(arguments)}
    )
    return Typed(text, _target(settings, config), split=False)


def _own(arguments: argparse.Namespace) -> dict[str, Any]:
    if not arguments.trust:
        return {}
    return {"trust": list(_anchors(arguments.trust))}


def _anchors(paths: list[str]) -> Iterator[str]:
    for path in paths:
        if path != "system" and not os.access(path, os.R_OK):
            raise UsageError(f"check: --trust {path}: there is no such file or folder that can be read")
        yield path if path == "system" else str(Path(path).absolute())


def _target(settings: EndpointSettings | FilesSettings, config: Config) -> Target:
    """Return the target under the configuration's defaults and policies, as if it stood in its targets."""
    alone = replace(config, targets=(settings,), discoveries=())
    return next(iter(plan(alone, {}).targets))
