"""Collect what the SBOM says: what the packages carry, what the locks accept, which CPython was given."""

import argparse
import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from importlib.metadata import metadata
from pathlib import Path

from packages.times import EPOCH
from packages.wheels import SOURCE_ONLY
from packages.windows import cpython
from releasing import ReleaseError, carried, checkout, locked, sbom
from releasing.checkout import ROOT

NAME = "sbom.cdx.json"
REQUIREMENTS = ROOT / "requirements"
_LAUNCHER = "distlib"
"""It has the program that ``cert-monitor.exe`` is."""
_BINARIES = {".dll", ".exe", ".pyd"}


def write_sbom(arguments: argparse.Namespace, packages: Iterable[Path]) -> Path:
    """Write the SBOM of packages into the folder of the release."""
    held = in_packages(packages, carried.of_metadata(metadata(_LAUNCHER)))
    windows = tuple(name for name in held if _is_for_windows(name))
    accepted = locked.hashes(*sorted(REQUIREMENTS.glob("*.txt")))
    if found := not_locked(held, accepted):
        raise ReleaseError("\n".join(f"no lock in requirements accepts {one}" for one in found))
    text = sbom.document(
        checkout.version(),
        held,
        accepted,
        interpreters=[interpreter(arguments.python.read_bytes(), windows)] if windows else [],
        at=EPOCH,
    )
    target = Path(arguments.out) / NAME
    target.write_text(text, "utf-8")
    return target


def in_packages(
    packages: Iterable[Path], launcher: carried.Distribution
) -> Mapping[str, list[carried.Distribution]]:
    """Return what each package carries. An MSI is made of the folder that is in the zip of its name."""
    held = {one.name: carried.distributions(one) for one in packages if one.suffix != ".whl"}
    held |= {name: held[f"{name[:-4]}.zip"] for name in held if name.endswith(".msi")}
    return {name: [*found, launcher] if _is_for_windows(name) else found for name, found in held.items()}


def not_locked(
    held: Mapping[str, Iterable[carried.Distribution]], accepted: Mapping[locked.Key, tuple[str, ...]]
) -> list[str]:
    """Return what packages carry although no lock has it: versions, and wheels with another hash."""
    others = {one for found in held.values() for one in found if one.name != sbom.OWN}
    wrong = (
        one
        for one in others
        if (one.name, one.version) not in accepted
        or (
            one.sha256
            # Built here of a source archive, which pip compares with the lock.
            and one.name not in SOURCE_ONLY
            and one.sha256 not in accepted[one.name, one.version]
        )
    )
    return sorted(one.wheel or f"{one.name} {one.version}" for one in wrong)


def _is_for_windows(name: str) -> bool:
    return "-windows-" in name


def interpreter(content: bytes, packages: tuple[str, ...]) -> sbom.Interpreter:
    """Return CPython for Windows from the file that has it, with the libraries of others that are in it."""
    accepted = cpython.read_lock(REQUIREMENTS / "cpython-windows.toml").find(content)
    with tempfile.TemporaryDirectory() as folder:
        cpython.unpack(content, Path(folder))
        files = [one for one in sorted(Path(folder).iterdir()) if one.suffix in _BINARIES]
        binaries = tuple((one.name, hashlib.sha256(one.read_bytes()).hexdigest()) for one in files)
    return sbom.Interpreter(accepted.version, ((accepted.name, accepted.sha256), *binaries), packages)
