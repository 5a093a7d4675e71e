"""Where a service of this machine has its configuration, state and log; loads little and opens nothing.

On Windows all of it is in ProgramData; elsewhere the packages put it where their system wants it.
"""

import os
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from monitor.cli.service.definition import MONITOR, ServiceDefinition


def data_folder(
    service: ServiceDefinition, environ: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> Path:
    """Return the folder of a service: on Windows its own in ProgramData, elsewhere that of configurations."""
    if platform == "win32":
        return Path(_program_data(environ)) / service.name
    return Path("/etc") / MONITOR.name


def default_config(
    service: ServiceDefinition, environ: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> Path:
    """Return the configuration that a service has unless another one was named."""
    return data_folder(service, environ, platform) / service.config_name


def log_file(service: ServiceDefinition, folder: Path) -> Path:
    """Return the log of a service on Windows, in its folder."""
    return folder / "logs" / f"{service.name}.log"


def use_state_of_service(folder: Path, environ: MutableMapping[str, str] = os.environ) -> None:
    """Keep the monitor's state in the folder of its service by default, in this process and on Windows alone.

    A virtual account has an AppData of its own, where nobody looks for a database.
    """
    environ["LOCALAPPDATA"] = str(folder.parent)


def is_of_service(config: Path, folder: Path) -> bool:
    """Return whether a configuration is in the folder of a service."""
    there = os.path.dirname(os.path.abspath(config))  # noqa: PTH100, PTH120 - follows no link
    return os.path.normcase(there) == os.path.normcase(folder)


def _program_data(environ: Mapping[str, str]) -> str:
    return environ.get("PROGRAMDATA") or r"C:\ProgramData"
