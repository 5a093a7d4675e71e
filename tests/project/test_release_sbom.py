"""The SBOM lists what the packages carry, with licenses and hashes, and fits the schema of CycloneDX."""

import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from releasing import ReleaseError, bill, carried, locked, sbom
from releasing.carried import Distribution
from support.folders import ROOT

AT = 1_767_225_600
METADATA = "Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{more}\n\nLong text\n"
RICH = Distribution("rich", "14.0.0", ("MIT",))
ACCEPTED = {("rich", "14.0.0"): ("a" * 64, "b" * 64)}


def metadata(name: str, more: str = "", version: str = "1.0") -> bytes:
    """Return the metadata of a distribution."""
    return METADATA.format(name=name, version=version, more=more).encode()


def wheel(name: str, more: str = "") -> bytes:
    """Return a wheel that has nothing but metadata."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr(f"{name}-1.0.dist-info/METADATA", metadata(name, more))
    return held.getvalue()


def tarred(files: dict[str, bytes], kind: str) -> bytes:
    """Return a compressed tar with these files."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=f"w:{kind}") as made:  # type: ignore[call-overload]
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            made.addfile(entry, io.BytesIO(content))
    return held.getvalue()


def deb(files: dict[str, bytes]) -> bytes:
    """Return a package of Debian with these files."""
    members = {"debian-binary": b"2.0\n", "control.tar.xz": b"odd", "data.tar.xz": tarred(files, "xz")}
    return b"!<arch>\n" + b"".join(
        f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode()
        + content
        + b"\n" * (len(content) % 2)
        for name, content in members.items()
    )


def read(folder: Path, name: str, content: bytes) -> list[Distribution]:
    """Return what a package with this content carries."""
    (folder / name).write_bytes(content)
    return carried.distributions(folder / name)


def document(*held: Distribution, **more: Any) -> dict[str, Any]:
    """Return the SBOM of one package that carries these."""
    text = sbom.document("1.2.3", {"bundle.tar.gz": held}, ACCEPTED, at=AT, **more)
    found: dict[str, Any] = json.loads(text)
    return found


def test_unpacked_distributions_are_found_in_a_zip(tmp_path: Path) -> None:
    """By the metadata beside them, wherever the folder of packages is; names have one form."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("cert-monitor/site/ruamel.yaml-1.0.dist-info/METADATA", metadata("ruamel.yaml"))
        made.writestr("cert-monitor/site/ruamel.yaml-1.0.dist-info/RECORD", "")
    assert read(tmp_path, "w.zip", held.getvalue()) == [Distribution("ruamel-yaml", "1.0", ())]


def test_whole_wheels_are_found_in_a_tar(tmp_path: Path) -> None:
    """With their hash, by which each can be compared with the original."""
    content = wheel("rich")
    (found,) = read(tmp_path, "b.tar.gz", tarred({"b/wheels/rich-1.0-py3-none-any.whl": content}, "gz"))
    assert (found.wheel, found.sha256) == ("rich-1.0-py3-none-any.whl", hashlib.sha256(content).hexdigest())


def test_distributions_are_found_in_a_package_of_debian(tmp_path: Path) -> None:
    """Members of odd length have a byte after them, which belongs to none."""
    content = deb({"./opt/x/site/rich-1.0.dist-info/METADATA": metadata("rich")})
    assert read(tmp_path, "c.deb", content) == [Distribution("rich", "1.0", ())]


def test_package_of_debian_without_files_is_refused(tmp_path: Path) -> None:
    """Nothing would be listed of what it carries."""
    with pytest.raises(ValueError, match="no member"):
        read(tmp_path, "c.deb", b"!<arch>\n")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("License-Expression: MIT OR Apache-2.0", ("MIT OR Apache-2.0",)),
        ("License: BSD", ("BSD",)),
        ("License: MIT\nClassifier: License :: OSI Approved :: MIT License", ("MIT",)),
        ("Classifier: License :: OSI Approved :: MIT License", ("MIT License",)),
        ("License: The text\n        over lines\nClassifier: License :: OSI Approved :: ISC", ("ISC",)),
        ("Summary: none", ()),
    ],
)
def test_license_is_what_the_metadata_say(tmp_path: Path, more: str, said: tuple[str, ...]) -> None:
    """An expression before words, words before classifiers; a whole text is none of these."""
    (found,) = read(tmp_path, "b.tar.gz", tarred({"x-1.0.dist-info/METADATA": metadata("x", more)}, "gz"))
    assert found.licenses == said


def test_locks_accept_hashes_of_every_version() -> None:
    """Every requirement of a lock is read."""
    lock = ROOT / "requirements" / "run.txt"
    found = locked.hashes(lock)
    text = lock.read_text("utf-8")
    assert len(found) == sum("==" in line for line in text.splitlines())
    assert sum(map(len, found.values())) == text.count("--hash=sha256:")


def test_library_has_license_hashes_and_packages() -> None:
    """What a scanner asks for: what it is, under which license, where it is from, who carries it."""
    (one,) = document(RICH)["components"]
    assert (one["name"], one["version"], one["purl"]) == ("rich", "14.0.0", "pkg:pypi/rich@14.0.0")
    assert [each["license"]["id"] for each in one["licenses"]] == ["MIT"]
    (reference,) = one["externalReferences"]
    assert [each["content"] for each in reference["hashes"]] == ["a" * 64, "b" * 64]
    assert one["properties"] == [{"name": sbom.CARRIED_BY, "value": "bundle.tar.gz"}]


def test_wheels_of_one_version_are_its_files() -> None:
    """A bundle carries a wheel for each version of Python."""
    held = [Distribution("x", "1", (), f"x-1-cp{one}.whl", str(one)[0] * 64) for one in (311, 312)]
    (one,) = document(*held)["components"]
    assert [each["name"] for each in one["components"]] == ["x-1-cp311.whl", "x-1-cp312.whl"]


def test_interpreter_is_listed() -> None:
    """Scanners know CPython by its CPE."""
    files = (("p.zip", "c" * 64), ("libcrypto-3.dll", "d" * 64))
    (one,) = document(interpreters=[sbom.Interpreter("3.13.2", files, ("w.zip",))])["components"]
    assert one["cpe"].startswith("cpe:2.3:a:python:python:3.13.2:")
    assert {each["name"]: each["hashes"][0]["content"] for each in one["components"]} == dict(files)


def test_msi_carries_what_the_zip_does(tmp_path: Path) -> None:
    """Both are made of one folder, and both have the launcher, which is no distribution in it."""
    names = [f"cert-monitor-1.2.3-windows-x64.{kind}" for kind in ("msi", "zip")]
    with zipfile.ZipFile(tmp_path / names[1], "w") as made:
        made.writestr("cert-monitor/site/rich-1.0.dist-info/METADATA", metadata("rich"))
    (tmp_path / names[0]).write_bytes(b"\xd0\xcf")
    held = bill.in_packages([tmp_path / name for name in names], Distribution("distlib", "1", ()))
    assert [[one.name for one in held[name]] for name in names] == [["rich", "distlib"]] * 2


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (RICH, []),
        (Distribution("rich", "14.0.0", (), "rich-14.0.0.whl", "a" * 64), []),
        (Distribution("rich", "14.0.0", (), "rich-14.0.0.whl", "c" * 64), ["rich-14.0.0.whl"]),
        (Distribution("rich", "13.0.0", ()), ["rich 13.0.0"]),
        (Distribution(sbom.OWN, "1.2.3", (), "own.whl", "d" * 64), []),
    ],
)
def test_what_no_lock_accepts_is_found(one: Distribution, found: list[str]) -> None:
    """Another version, or another file of the same version; our own wheel is built here."""
    assert bill.not_locked({"b.tar.gz": [one]}, ACCEPTED) == found


def test_a_wheel_built_of_a_locked_source_is_accepted() -> None:
    """The lock has the hash of the source archive, and its version all the same."""
    built = Distribution("nkeys", "1.0", (), "nkeys-1.0-py3-none-any.whl", "c" * 64)
    assert bill.not_locked({"b": [built]}, {("nkeys", "1.0"): ("a" * 64,)}) == []
    assert bill.not_locked({"b": [built]}, {("nkeys", "2.0"): ("a" * 64,)}) == [built.wheel]


def test_own_wheel_is_the_subject() -> None:
    """The product is what the SBOM is of, and no component of itself."""
    made = document(RICH, Distribution("cert-expiry-monitor", "1.2.3", ("Apache-2.0",)))
    assert [one["name"] for one in made["components"]] == ["rich"]
    assert (made["metadata"]["component"]["name"], made["metadata"]["component"]["version"]) == (
        "cert-monitor",
        "1.2.3",
    )
    dependencies = {one["ref"]: one.get("dependsOn") for one in made["dependencies"]}
    assert dependencies["cert-monitor@1.2.3"] == ["pkg:pypi/rich@14.0.0"]


def test_sbom_is_equal_for_equal_packages() -> None:
    """Also its serial number, which another package changes."""
    assert document(RICH) == document(RICH)
    assert document(RICH)["serialNumber"] != document()["serialNumber"]


def test_usual_names_of_licenses_become_identifiers() -> None:
    """Classifiers and older metadata use them."""
    (one,) = document(Distribution("x", "1", ("MIT License",)))["components"]
    assert one["licenses"] == [{"license": {"id": "MIT"}}]


@pytest.mark.parametrize(
    "said", ["MIT", "Apache-2.0 AND MIT", "Some own license", "MPL-2.0", "BSD-3-Clause, Apache-2.0"]
)
def test_licenses_of_any_form_fit_the_schema(said: str) -> None:
    """Identifiers and expressions of SPDX, and free words."""
    assert document(Distribution("x", "1", (said,)))["components"][0]["licenses"]


def test_sbom_that_breaks_the_schema_is_refused() -> None:
    """It is checked before it is written."""
    with pytest.raises(ReleaseError, match="breaks the schema"):
        document(Distribution("x", "1", (), "x.whl", "no hash"))
