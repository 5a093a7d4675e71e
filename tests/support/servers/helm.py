"""The program helm, and the objects that it renders from the chart."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from support.folders import ROOT

CHART = ROOT / "deploy" / "helm" / "cert-monitor"
_HELM = ROOT / ".environments" / "helm" / "helm"


def helm(*arguments: str | Path) -> tuple[int, str, str]:
    """Return the exit code of helm and what it says on both outputs, or skip and name what brings it."""
    if not _HELM.exists():
        pytest.skip("helm is missing: run scripts/helm")
    done = subprocess.run([_HELM, *arguments], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def rendered(*options: str) -> dict[str, list[dict[str, Any]]]:
    """Return the chart's objects by kind, as a release ``cert-monitor`` in the namespace of that name."""
    code, said, wrong = helm("template", "cert-monitor", CHART, "--namespace", "cert-monitor", *options)
    assert code == 0, wrong
    return by_kind(said)


def by_kind(text: str) -> dict[str, list[dict[str, Any]]]:
    """Return the objects of a text with several YAML documents by kind."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    for one in YAML(typ="safe").load_all(text):
        if one:
            kinds.setdefault(one["kind"], []).append(one)
    return kinds
