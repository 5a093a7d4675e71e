"""Check what a configuration refers to on this machine: certificates, set variables, a writable store.

It changes nothing and connects to nothing.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from monitor.clock import SystemClock
from monitor.config.load import Config
from monitor.config.review.web_users import web_config_problems
from monitor.config.validation.references import Reference, ReferenceKind
from monitor.documents import dotted, read
from monitor.errors import ConfigError, Problem
from monitor.messages import english
from monitor.parse import display
from monitor.sources.anchors import TrustStoreLoader
from monitor.state_folder import is_server, path_of

_KEY = b"PRIVATE KEY-----"
_BEGINNING = 1024 * 1024


def online_problems(config: Config) -> tuple[Problem, ...]:
    """Return what is missing or unreadable on this machine, in the order of the files."""
    return tuple(_problems(config))


def _problems(config: Config) -> Iterator[Problem]:
    said: dict[tuple[ReferenceKind, str], str | None] = {}
    for reference in config.references:
        key = (reference.kind, reference.value)
        if key not in said:
            said[key] = _CHECKS[reference.kind](reference.value)
        message = said[key]
        if message:
            yield _problem(reference, message)
    yield from web_config_problems(config)
    if not any(reference.kind is ReferenceKind.STORE for reference in config.references):
        message = _unwritable(config.store.url)
        if message:
            yield Problem(
                str(config.files[0]), 0, "store.url", f"{message}; choose another path in store.url"
            )


def empty_folders(config: Config) -> tuple[str, ...]:
    """Return a sentence for each folder of ``trust`` without any certificate; one may come later."""
    trusted = [one for one in config.references if one.kind is ReferenceKind.ANCHOR]
    folders = dict.fromkeys(one.value for one in trusted if Path(one.value).is_dir())
    return tuple(f"trust: {path} contains no certificate" for path in folders if not _anchors(path)[0])


def _problem(reference: Reference, message: str) -> Problem:
    # The line is looked up again: a loaded configuration does not keep the text of its files.
    try:
        return read(reference.file).problem(reference.keys, message)
    except ConfigError:
        return Problem(str(reference.file), 0, dotted(reference.keys), message)


def _unreadable(path: str) -> str | None:
    try:
        if Path(path).is_dir():
            os.listdir(path)  # noqa: PTH208 - only whether it can be listed matters
            return None
        if not Path(path).exists():
            return f"{path} does not exist"
        if not Path(path).is_file():
            return f"{path} is neither a file nor a folder"
        with Path(path).open("rb") as stream:
            stream.read(1)
    except OSError as error:
        return f"{path} cannot be read: {error.strerror or error}"
    return None


def _no_anchor(path: str) -> str | None:
    if (message := _unreadable(path)) or Path(path).is_dir():
        return message
    found, problems = _anchors(path)
    if found:
        return None
    with Path(path).open("rb") as stream:
        if _KEY in stream.read(_BEGINNING):
            return f"{path} is a private key; name the file with the certificate of the CA"
    return f"{problems}; name the file with the certificate of the CA"


def _anchors(path: str) -> tuple[int, str]:
    """Return how many certificates there are at a path of ``trust``, and why not more."""
    loader, writer = TrustStoreLoader(), english(SystemClock().now())
    found = loader.anchors((path,), 0.0)
    said = "; ".join(writer.write(problem.message) for problem in loader.problems((path,)))
    return len(found.members) + len(found.intermediates), display(said, 500)


def _unreadable_file(path: str) -> str | None:
    return f"{path} is a folder, not a file" if Path(path).is_dir() else _unreadable(path)


def _unreadable_folder(path: str) -> str | None:
    return f"{path} is not a folder" if Path(path).is_file() else _unreadable(path)


def _unset(variable: str) -> str | None:
    if variable not in os.environ:
        # Not its name: who wrote the password itself there must not find it in a log.
        return "there is no environment variable of this name"
    return None if os.environ[variable] else "the environment variable of this name is empty"


def _unwritable(url: str) -> str | None:
    if is_server(url):  # nothing is connected to
        return None
    path = path_of(url)
    if path.is_dir():
        return f"{path} is a folder; name a file in it"
    if path.exists():
        return None if os.access(path, os.R_OK | os.W_OK) else f"{path} cannot be written"
    folder = next((one for one in path.parents if one.exists()), path.parent)
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return None
    return f"the folder {folder} cannot be written"


_CHECKS: dict[ReferenceKind, Callable[[str], str | None]] = {
    ReferenceKind.ANCHOR: _no_anchor,
    ReferenceKind.CA: _unreadable_file,
    ReferenceKind.FOLDER: _unreadable_folder,
    ReferenceKind.OWN: _unreadable_file,
    ReferenceKind.PASSWORD_FILE: _unreadable_file,
    ReferenceKind.PASSWORD_ENV: _unset,
    ReferenceKind.STORE: _unwritable,
}
