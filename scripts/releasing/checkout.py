"""Ask git what is checked out: which files, which commit of when, which tags."""

import re
import subprocess
from pathlib import Path

from releasing.version import Checkout

ROOT = Path(__file__).resolve().parents[2]


def read(root: Path = ROOT) -> Checkout:
    """Return what this checkout says of its version."""
    return Checkout(
        version=version(root),
        changelog=(root / "CHANGELOG.md").read_text("utf-8"),
        chart=(root / "deploy" / "helm" / "cert-monitor" / "Chart.yaml").read_text("utf-8"),
        tags=tuple(_git(root, "tag", "--points-at", "HEAD").split()),
        changed=tuple(line[3:] for line in _git(root, "status", "--porcelain").splitlines()),
    )


def version(root: Path = ROOT) -> str:
    """Return ``monitor.__version__`` of the files, whatever is installed."""
    (found,) = re.findall(
        r'^__version__ = "(.+)"$', (root / "monitor" / "__init__.py").read_text(), re.MULTILINE
    )
    return str(found)


def tracked(*below: str, root: Path = ROOT) -> list[Path]:
    """Return the files that git knows, those in these folders or all, relative to the checkout."""
    names = _git(root, "ls-files", "-z", "--", *below).split("\0")
    return sorted(Path(name) for name in names if name and (root / name).is_file())


def committed_at(root: Path = ROOT) -> int:
    """Return when the commit was made, in seconds since 1970: what two builds of it have in common."""
    return int(_git(root, "log", "-1", "--format=%ct"))


def _git(root: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, capture_output=True, encoding="utf-8", check=True).stdout
