"""The parts of a release: for each its name, and how its files are written."""

import argparse
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from packages import KINDS
from packages.times import EPOCH
from packages.wheels import project_wheel
from releasing import checkout
from releasing.archives import tar_gz
from releasing.checkout import ROOT
from releasing.distributions import sdist

MONITORING = ("deploy/prometheus", "grafana")
CHART = "deploy/helm/cert-monitor"

Build = Callable[[argparse.Namespace], list[Path]]
Words = Callable[[argparse.Namespace], list[str]]

WORDS: Mapping[str, Words] = {"windows": lambda arguments: ["--python", str(arguments.python)]}
"""The options that a kind of package needs; the others need none."""


def parts() -> Mapping[str, Build]:
    """Return all parts by name, in the order in which they are built."""
    return {"python": _python, "monitoring": _monitoring} | {kind: _package(kind) for kind in KINDS}


def _package(kind: str) -> Build:
    """Return what builds a kind of packages; each has options of its own, as for ``scripts/package``."""
    module = import_module(f"packages.{kind}")

    def build(arguments: argparse.Namespace) -> list[Path]:
        parser = argparse.ArgumentParser(prog=kind)
        module.add_arguments(parser)
        words = WORDS[kind](arguments) if kind in WORDS else []
        files: list[Path] = module.build(parser.parse_args(words, argparse.Namespace(out=arguments.out)))
        return files

    return build


def _python(arguments: argparse.Namespace) -> list[Path]:
    """Build wheel and sdist."""
    wheel = project_wheel(arguments.out)
    return [wheel, sdist(checkout.tracked(), wheel, arguments.out, at=EPOCH)]


def _monitoring(arguments: argparse.Namespace) -> list[Path]:
    """Pack what Prometheus and Grafana read, and the chart as ``helm install`` takes it."""
    version, out = checkout.version(), arguments.out
    for_prometheus = out / f"cert-monitor-{version}-prometheus-grafana.tar.gz"
    chart = out / f"cert-monitor-{version}-chart.tgz"
    return [
        _pack(for_prometheus, MONITORING, "", f"cert-monitor-{version}"),
        _pack(chart, (CHART,), CHART, "cert-monitor"),
    ]


def _pack(target: Path, folders: tuple[str, ...], base: str, below: str) -> Path:
    names = checkout.tracked(*folders)
    contents = {f"{below}/{one.relative_to(base).as_posix()}": (ROOT / one).read_bytes() for one in names}
    return tar_gz(target, contents, at=EPOCH, executable=frozenset())
