"""Tests of kill -9 in the middle of writing: what was committed is whole, and nothing is half."""

import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import SystemBrokenError
from monitor.store.alerts.outbox import due_notifications
from monitor.store.alerts.records import open_alerts, receiver_record
from monitor.store.database import Database
from monitor.store.observations.reading import load
from support.factories.recorded import NOW, RECEIVER, TARGETS, VERSION, numbered, url
from support.folders import TESTS
from support.servers.programs import running

# It goes on from the last number recorded, and prints each number once its record and its mail are committed.
WRITER = """
import sys
from dataclasses import replace
from datetime import timedelta
from support.factories.recorded import NOW, TARGETS, VERSION, probe, waiting, notified, sighting
from monitor.store.database import Database
from monitor.store.facts import put_facts, read_fact
from monitor.store.observations.recording import record
from monitor.store.alerts.alert_pass import notify

database = Database.open(sys.argv[1], app_version=VERSION)
number = int(database.read(read_fact, "number") or "0")
while True:
    number += 1
    at = NOW + timedelta(seconds=number)
    probes = [probe(at, sighting(f"c{number % 5}", t.location), of=t) for t in TARGETS]
    database.write(record, [s for s, _ in probes], {k: o for _, seen in probes for k, o in seen.items()})

    def act(connection):
        notify(connection, *notified(f"m{number}"), [waiting(number)], NOW)
        put_facts(connection, {"number": str(number)})

    database.write(act)
    print(number, flush=True)
"""


def killed(where: str, lines: int, delay: float) -> int:
    """Kill a writer some time after it printed so many numbers; return the last number it printed."""
    program = [sys.executable, "-c", WRITER, where]
    with running(program, stdout=subprocess.PIPE, text=True, cwd=TESTS) as writer:
        assert writer.stdout is not None
        printed = [writer.stdout.readline() for _ in range(lines)]
        time.sleep(delay)
        writer.kill()
        printed += writer.stdout.readlines()
        writer.wait()
    assert printed[0] != ""
    return max(int(line) for line in printed if line.endswith("\n"))


def test_killed_writer_leaves_whole_batches_and_pairs(tmp_path: Path) -> None:
    """After kill -9 at any instant the next process may open the file and finds all that was committed.

    Each batch is of one number throughout, no earlier than the last one printed; each notified alert
    has its mail and each mail its alert.
    """
    where = url(tmp_path / "state.db")
    chance = random.Random(7)
    for _ in range(5):
        last = killed(where, chance.randrange(1, 20), chance.uniform(0, 0.02))
        database = Database.open(where, app_version=VERSION)
        states = [state for state, _ in database.read(load, TARGETS)]
        notified = {key.scope_id for key in database.read(receiver_record, RECEIVER).log}
        opened = {key.scope_id for key in database.read(open_alerts)}
        mails = {item.id for item in database.read(due_notifications, "email", NOW, 100_000)}
        sound = database.read(
            lambda connection: connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        )
        database.close()
        (at,) = {state.probed_at for state in states}
        (name,) = {one.certificate.subject_cn for state in states for one in state.sightings}
        number = (at - NOW) // timedelta(seconds=1)
        written = max(int(key[1:]) for key in notified)
        assert len([one for state in states for one in state.sightings]) == len(TARGETS)
        assert name == f"c{number % 5}"
        assert last <= written <= number <= written + 1
        assert notified == opened == {f"m{n}" for n in range(1, written + 1)}
        assert mails == {numbered(n) for n in range(1, written + 1)}
        assert sound == "ok"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot stop a process in its tracks")
def test_file_of_a_living_writer_is_refused(tmp_path: Path) -> None:
    """While another process has the file, even one that stands still, opening is refused and names it."""
    where = url(tmp_path / "state.db")
    program = [sys.executable, "-c", WRITER, where]
    with running(program, stdout=subprocess.PIPE, text=True, cwd=TESTS) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        writer.send_signal(signal.SIGSTOP)
        with pytest.raises(SystemBrokenError, match=f"process {writer.pid}"):
            Database.open(where, app_version=VERSION)
        writer.kill()
