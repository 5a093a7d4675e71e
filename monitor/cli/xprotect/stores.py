"""What is known of certificate stores: reports are read now, the stores of machines from the record.

A machine is never asked here: that takes a login, which the service has.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence

from monitor.cli.probing.once import probe_targets
from monitor.config import Config
from monitor.errors import CertMonitorError
from monitor.model import MachineClock, Target, TargetState

_READ_NOW = "windows_report"


def store_states(
    command: str, config: Config, targets: Sequence[Target], clock: MachineClock
) -> Mapping[str, TargetState]:
    """Return the states of targets with stores; what is not known yet is left out."""
    reports = [target for target in targets if target.kind == _READ_NOW]
    rest = {target.id for target in targets if target.kind != _READ_NOW}
    states = dict(asyncio.run(probe_targets(reports, clock))) if reports else {}
    return states | (_recorded(command, config, rest, clock) if rest else {})


def _recorded(command: str, config: Config, wanted: set[str], clock: MachineClock) -> dict[str, TargetState]:
    from monitor.daemon.resumed import recorded_snapshot  # noqa: PLC0415 - loads the whole service

    try:
        snapshot = asyncio.run(recorded_snapshot(config, clock))
    except CertMonitorError as error:
        print(f"{command}: what the service knows of stores could not be read: {error}", file=sys.stderr)
        return {}
    return {key: state for key, state in snapshot.states.items() if key in wanted}
