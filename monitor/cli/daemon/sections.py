"""What a command that asks the running daemon reads of its configuration: the sections ``web`` and ``store``.

Validating thousands of targets for the address of the daemon takes seconds, which ``health`` does not have.
"""

import os.path
from pathlib import Path
from typing import Any, NamedTuple

from monitor.addresses import HostPort, listen_address
from monitor.cli.commands.options import DEFAULT_URL
from monitor.documents import read_sections
from monitor.state_folder import default_url, state_folder, store_url

_DEFAULT_LISTEN = DEFAULT_URL.removeprefix("http://")


class DaemonSections(NamedTuple):
    """Where the daemon listens, the file with its users and TLS if there is one, and its state folder."""

    listen: HostPort
    web_config: Path | None
    folder: Path | None


def daemon_sections(config: Path) -> DaemonSections:
    """Return what a configuration says; mistakes in its other sections are left to the daemon.

    Raises ``ConfigError`` for a mistake in these.
    """
    return quick_sections(config) or _of_the_whole(config)


def quick_sections(config: Path) -> DaemonSections | None:
    """Return what the sections say, ``None`` where the whole configuration must be read to tell."""
    found = read_sections(config, ("web", "store", "include"))
    if found is None or ("include" in found and not {"web", "store"} <= found.keys()):
        return None
    folder = os.path.dirname(os.path.abspath(config))  # noqa: PTH100, PTH120 - as the whole is read
    try:
        listen = _text(found, "web", "listen") or _DEFAULT_LISTEN
        file, url = _text(found, "web", "config_file"), _text(found, "store", "url")
        return DaemonSections(
            listen_address(listen),
            _local(folder, file) if file else None,
            state_folder(store_url(url, folder) if url else default_url()),
        )
    except ValueError:
        return None


def _text(found: dict[str, Any], section: str, key: str) -> str:
    """Return a text of a section, empty where it is not set; raise ``ValueError`` for any other value."""
    entries = found.get(section, {})
    value = entries.get(key, "") if isinstance(entries, dict) else None
    if not isinstance(value, str) or (key in entries and not value.strip()):
        raise ValueError(f"{section}.{key} is no text")
    return value.strip()


def _local(folder: str, value: str) -> Path:
    return Path(os.path.normpath(os.path.join(folder, os.path.expanduser(value))))  # noqa: PTH111, PTH118 - the same


def _of_the_whole(config: Path) -> DaemonSections:
    from monitor.config import load  # noqa: PLC0415 - loads every kind of target

    whole = load(config)
    file = whole.web.config_file
    return DaemonSections(whole.web.address, Path(file) if file else None, state_folder(whole.store.url))
