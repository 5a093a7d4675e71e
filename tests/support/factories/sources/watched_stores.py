"""Targets of key stores in a folder, with their passphrases."""

from datetime import timedelta
from pathlib import Path

from monitor.assess import PathFinder
from monitor.model import Anchors, Observation, Policy, ProbeResult, Target, TargetState
from monitor.pipeline.judge import Judge
from monitor.sources.files.settings import FilesSettings
from support.pki import NOW
from support.pki.key_stores import WORD


def target(*paths: Path | str, passphrases: tuple[dict[str, str], ...] = (), timeout: float = 10) -> Target:
    """Return the target for some paths and locations of passphrases."""
    written = {"kind": "files", "paths": [str(path) for path in paths], "passphrases": list(passphrases)}
    return FilesSettings.model_validate(written).target(Policy(timeout=timedelta(seconds=timeout)))


def word(folder: Path, text: str = WORD) -> dict[str, str]:
    """Write a passphrase and return where it lies."""
    (folder / "word").write_text(f"{text}\n")
    return {"file": str(folder / "word")}


def after(state: TargetState, seen: ProbeResult) -> TargetState:
    """Return the state after a probe."""
    observation = Observation(state.target.id, NOW, timedelta(0), seen)
    return Judge(PathFinder()).observed(state, observation, Anchors.of([]), NOW)
