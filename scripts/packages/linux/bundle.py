"""The offline bundle: wheels, pip, and scripts that install and remove them with nothing but Python."""

import gzip
import hashlib
import shutil
import tarfile
from pathlib import Path

from packages.linux import documents, launcher
from packages.linux.inputs import DEPLOY, EXAMPLES, LOCK, UNITS, Inputs
from packages.times import EPOCH
from packages.wheels import ROOT, SOURCE_ONLY

_SCRIPTS = ("install.sh", "uninstall.sh")


def build(inputs: Inputs, work: Path, out: Path) -> Path:
    """Return the bundle, written into a folder."""
    name = f"cert-monitor-{inputs.version}-linux-x86_64"
    lay_out(inputs, work / name)
    return pack(work / name, out / f"{name}.tar.gz")


def lay_out(inputs: Inputs, folder: Path) -> None:
    """Write the files of the bundle."""
    (folder / "wheels").mkdir(parents=True)
    for wheel in (*inputs.locked, inputs.own):
        shutil.copyfile(wheel, folder / "wheels" / wheel.name)
    shutil.copyfile(inputs.pip, folder / inputs.pip.name)
    (folder / "requirements.txt").write_text(requirements(inputs), "utf-8")
    for script in _SCRIPTS:
        shutil.copyfile(DEPLOY / "linux" / script, folder / script)
        (folder / script).chmod(0o755)
    (folder / "launcher.in").write_text(launcher.program("@PYTHON@", "@FOLDER@"), "utf-8")
    for name in (*UNITS, *EXAMPLES):
        shutil.copyfile(DEPLOY / name, folder / name)
    shutil.copyfile(ROOT / "LICENSE", folder / "LICENSE")
    documents.write(folder / "share", inputs.version)


def requirements(inputs: Inputs) -> str:
    """Return the locked requirements and our own wheel, each with the hashes that pip checks again."""
    own = f"cert-expiry-monitor=={inputs.version} --hash=sha256:{_digest(inputs.own)}\n"
    text = LOCK.read_text("utf-8")
    for wheel in inputs.locked:
        name, version, *_ = wheel.name.split("-")
        if name in SOURCE_ONLY:
            # The lock has the hash of the source that the wheel was built from.
            pinned = f"\n{name}=={version} \\\n"
            text = text.replace(pinned, f"{pinned}    --hash=sha256:{_digest(wheel)} \\\n")
    return text + own


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def pack(folder: Path, target: Path) -> Path:
    """Return a compressed archive of a folder, the same bytes for the same files."""
    with (
        target.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=EPOCH) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for one in (folder, *sorted(folder.rglob("*"))):
            name = one.relative_to(folder.parent).as_posix()
            archive.add(one, name, recursive=False, filter=_anonymous)
    return target


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Remove from an entry what depends on who builds, and when."""
    member.mtime, member.uid, member.gid, member.uname, member.gname = EPOCH, 0, 0, "root", "root"
    member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    return member
