"""``python -m monitor.cli.service``: the process that Windows starts as a service."""

import argparse
import logging
import os
import sys
from pathlib import Path

from monitor.cli.service import windows_dispatcher
from monitor.cli.service.definition import AGENT, MONITOR, ServiceDefinition
from monitor.cli.service.paths import log_file, use_state_of_service
from monitor.gc_tuning import collect_rarely

assert sys.platform == "win32"  # noqa: S101 - the type checker passes over the rest elsewhere

NOT_A_SERVICE = 3


def main() -> int:
    """Run the service and return its exit code."""
    collect_rarely()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    parser = argparse.ArgumentParser(prog="python -m monitor.cli.service")
    parser.add_argument("--config", required=True, type=Path)
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument(AGENT.option, dest="service", action="store_const", const=AGENT, default=MONITOR)
    arguments = parser.parse_args()
    dispatcher = windows_dispatcher.WindowsDispatcher(arguments.service)
    # First of all: Windows waits for 30 seconds, and loading the daemon takes some.
    if not dispatcher.connect():
        command = arguments.service.command("start")
        print(f"Windows has not started this as a service: use {command}", file=sys.stderr)
        return NOT_A_SERVICE
    return _run(dispatcher, arguments.service, arguments.config, arguments.folder)


def _run(
    dispatcher: windows_dispatcher.WindowsDispatcher, service: ServiceDefinition, config: Path, folder: Path
) -> int:
    from monitor.cli.service.host import host  # noqa: PLC0415 - Windows does not wait for it
    from monitor.cli.service.log_file import log_to  # noqa: PLC0415 - the same
    from monitor.cli.service.programs import PROGRAMS  # noqa: PLC0415 - the same
    from monitor.daemon.system.event_log import EventLog  # noqa: PLC0415 - the same

    use_state_of_service(folder)
    log_to(log_file(service, folder), EventLog(source=service.name).write)
    return host(dispatcher, config, PROGRAMS[service])


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    # At once: whoever waits for the end replaces the program's files, and threads of Windows may linger.
    os._exit(code)
