"""The page about hardening says how exposed the unit is."""

import re
import subprocess

import pytest

from support.folders import ROOT
from support.servers.programs import program

HARDENING = ROOT / "docs" / "hardening.md"
UNITS = ("cert-monitor.service", "cert-monitor-agent.service")
MOST = 1.5


@pytest.mark.system
@pytest.mark.parametrize("unit", UNITS)
def test_exposure_is_that_of_the_unit(unit: str) -> None:
    """Counted by systemd itself; versions differ by a few tenths, since each knows more settings."""
    path = ROOT / "deploy" / unit
    command = [program("systemd-analyze", "systemd"), "security", "--offline=true", "--no-pager", path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stderr
    said = re.search(r"^says ([\d.]+) with systemd", HARDENING.read_text("utf-8"), re.MULTILINE)
    assert said
    assert abs(float(found[1]) - float(said[1])) <= 0.2
    assert max(float(found[1]), float(said[1])) <= MOST
