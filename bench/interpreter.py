"""Make sure that a benchmark runs on an interpreter that has the package; it measures nothing."""

import importlib.util
import sys
from pathlib import Path


def ensure() -> None:
    """Go on where cert-monitor is installed; elsewhere run this program in the environment of the tests."""
    if importlib.util.find_spec("monitor"):
        return
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
    from environment import ready, run  # noqa: PLC0415 - only needed, and only on the path, here

    sys.exit(run(ready("test", lock="test.txt"), "python", *sys.argv))
