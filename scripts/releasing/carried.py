"""Read which Python distributions a package carries: unpacked ones by their metadata, wheels with a hash."""

import hashlib
import io
import re
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from importlib.metadata import PackageMetadata
from pathlib import Path
from typing import IO

_METADATA = re.compile(r"(?:.*/)?[^/]+\.dist-info/METADATA")
_CLASSIFIER = "License :: "
_AR_HEADER = 60


@dataclass(frozen=True, slots=True)
class Distribution:
    """One Python distribution in a package; ``wheel`` and ``sha256`` are empty where it is unpacked."""

    name: str
    version: str
    licenses: tuple[str, ...]
    """What it says of itself: an SPDX expression, or free words."""
    wheel: str = ""
    sha256: str = ""


def distributions(package: Path) -> list[Distribution]:
    """Return what a package carries, by name; nothing where its format is not read, such as of an MSI."""
    with package.open("rb") as file:
        found = list(_found(package.name, file))
    return sorted(found, key=lambda one: (one.name, one.version, one.wheel))


def _found(name: str, file: IO[bytes]) -> Iterator[Distribution]:
    for inside, content in _members(name, file):
        if inside.endswith(".whl"):
            yield _of_wheel(Path(inside).name, content)
        elif _METADATA.fullmatch(inside):
            yield of_metadata(_parsed(content))


def _members(name: str, file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an archive that say something of distributions."""
    if name.endswith((".zip", ".whl")):
        with zipfile.ZipFile(file) as archive:
            yield from ((one, archive.read(one)) for one in archive.namelist() if _says_something(one))
    elif name.endswith((".tar.gz", ".tar.xz", ".tgz")):
        with tarfile.open(fileobj=file) as archive:
            for entry in archive:
                if entry.isfile() and _says_something(entry.name) and (stream := archive.extractfile(entry)):
                    yield entry.name, stream.read()
    elif name.endswith(".deb"):
        yield from _members(*_data_of_deb(file))


def _says_something(name: str) -> bool:
    return name.endswith(".whl") or _METADATA.fullmatch(name) is not None


def _data_of_deb(file: IO[bytes]) -> tuple[str, IO[bytes]]:
    """Return name and content of the member that holds the files, see deb(5) and ar(5)."""
    file.seek(len(b"!<arch>\n"))
    while header := file.read(_AR_HEADER):
        name, size = header[:16].decode().strip().rstrip("/"), int(header[48:58])
        content = file.read(size + size % 2)
        if name.startswith("data.tar"):
            return name, io.BytesIO(content[:size])
    raise ValueError("no member of the package holds its files")


def _of_wheel(name: str, content: bytes) -> Distribution:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (metadata,) = [archive.read(one) for one in archive.namelist() if _METADATA.fullmatch(one)]
    one = of_metadata(_parsed(metadata))
    return Distribution(one.name, one.version, one.licenses, name, hashlib.sha256(content).hexdigest())


def of_metadata(said: Message | PackageMetadata) -> Distribution:
    """Read https://packaging.python.org/en/latest/specifications/core-metadata/."""
    name = re.sub(r"[-_.]+", "-", said["Name"]).lower()
    classifiers = [one for one in said.get_all("Classifier", []) if one.startswith(_CLASSIFIER)]
    words = said.get("License-Expression") or said.get("License") or ""
    if not words or "\n" in words.strip():  # some put the whole text there
        return Distribution(name, said["Version"], tuple(one.rpartition(" :: ")[2] for one in classifiers))
    return Distribution(name, said["Version"], (words.strip(),))


def _parsed(content: bytes) -> Message:
    return HeaderParser().parsestr(content.decode("utf-8"))
