"""The scripts that make their own environment: what they start ends with them."""

import signal
import subprocess
import sys
from pathlib import Path

from support.factories.sources.file_probes import UNIX
from support.folders import ROOT
from support.servers.programs import running

SCRIPTS = ROOT / "scripts"
PROGRAM = f"""\
#!{sys.executable}
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))
print("up", flush=True)
while True:
    signal.pause()
"""
SCRIPT = """\
import sys
from pathlib import Path
from environment import run
sys.exit(run(Path(sys.argv[1]), "program"))
"""
EARLY = """\
import os, signal, subprocess
import environment

class Popen(subprocess.Popen):
    def __init__(self, *words, **keys):
        super().__init__(*words, **keys)
        os.kill(os.getpid(), signal.SIGTERM)

environment.subprocess.Popen = Popen
"""


@UNIX
def test_sigterm_reaches_the_program(tmp_path: Path) -> None:
    """Ending ``scripts/demo`` by its process id ends the demo and returns its exit code."""
    program = tmp_path / "program"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    with running(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        cwd=SCRIPTS,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as script:
        assert script.stdout is not None
        assert script.stdout.readline() == "up\n"
        script.send_signal(signal.SIGTERM)
        # The pipe is open as long as the program is.
        said = script.communicate(timeout=20)
    assert (script.returncode, said) == (1, ("", "told to stop\n"))


@UNIX
def test_sigterm_while_the_program_starts(tmp_path: Path) -> None:
    """A signal in the first instant reaches the program too: it ends by it, and the script with its code."""
    program = tmp_path / "program"
    program.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    program.chmod(0o755)
    command = [sys.executable, "-c", EARLY + SCRIPT, str(tmp_path)]
    done = subprocess.run(command, cwd=SCRIPTS, timeout=30, check=False)
    assert done.returncode == 256 - signal.SIGTERM


@UNIX
def test_programs_beside_each_other(tmp_path: Path) -> None:
    """All of them run to their end, and the first that fails counts."""
    for name, code in (("good", 0), ("bad", 3), ("worse", 4)):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {name}\nexit {code}\n")
        program.chmod(0o755)
    script = SCRIPT.replace("import run", "import run_together").replace(
        'run(Path(sys.argv[1]), "program")',
        'run_together(Path(sys.argv[1]), ("good",), ("bad",), ("worse",))',
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, cwd=SCRIPTS, timeout=30, check=False, capture_output=True, text=True)
    assert (done.returncode, sorted(done.stdout.split())) == (3, ["bad", "good", "worse"])
