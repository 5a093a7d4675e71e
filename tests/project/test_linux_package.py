"""What the packages for Linux are made of: descriptions, launcher, man page, completion, archives."""

import gzip
import hashlib
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from monitor.cli.arguments import parser
from packages import PackageError, linux
from packages.linux import bundle, deb, launcher, site
from packages.linux.commands import walk
from packages.linux.completion import bash_completion
from packages.linux.inputs import DEPLOY, EXAMPLES, LOCK, PYTHONS, UNITS, Inputs
from packages.linux.man_page import man_page
from support.folders import ROOT
from support.servers.programs import program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="they are built on Linux")
COMMANDS = list(walk(parser()))
UNIT = (DEPLOY / "cert-monitor.service").read_text("utf-8")
PAGE = man_page(parser(), "1.2", date(2026, 1, 1))
COMPLETE = """
source "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_cert_monitor
printf '%s\\n' "${COMPREPLY[@]}"
"""


def wheel(folder: Path, name: str, **files: str) -> Path:
    """Return a wheel with these modules."""
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / name, "w") as made:
        for module, text in files.items():
            made.writestr(f"{module}.py", text)
    return folder / name


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """Return small inputs."""
    own = wheel(tmp_path / "own", "cert_expiry_monitor-1.2-py3-none-any.whl", monitor="one = 1\n")
    locked = wheel(tmp_path / "locked", "other-3-py3-none-any.whl", other="two = 2\n")
    pip = wheel(tmp_path / "pip", "pip-26-py3-none-any.whl", pip="")
    return Inputs(own, (locked,), pip, ("3.11", "3.13"))


@pytest.mark.parametrize(
    ("version", "debian"),
    [("0.2.0", "0.2.0-1"), ("1.0rc1", "1.0~rc1-1"), ("1.0.dev3", "1.0~dev3-1"), ("1.0a2", "1.0~a2-1")],
)
def test_debian_orders_versions_as_we_do(version: str, debian: str) -> None:
    """What comes before a release has a tilde."""
    assert deb.debian_version(version) == debian


def test_the_package_needs_a_python_that_its_wheels_are_for(inputs: Inputs) -> None:
    """From the oldest to before the one after the newest."""
    said = deb.control(inputs, size=7)
    assert "Depends: python3 (>= 3.11), python3 (<< 3.14), libc6 (>= 2.28)\n" in said
    assert ("Version: 1.2-1\n" in said, "Installed-Size: 7\n" in said) == (True, True)


@pytest.mark.parametrize("given", [["3.13", "3.11"], ["3.11", "3.13", "3.11"]])
def test_the_order_of_options_does_not_matter(given: list[str]) -> None:
    """A package for 3.11 and 3.13 that wants a Python from 3.13 on and before 3.12 could not be installed."""
    assert linux.chosen(given) == ("3.11", "3.13")
    assert linux.chosen(None) == PYTHONS


def test_the_unit_of_the_package_runs_its_program() -> None:
    """It starts and reloads what the package installs, and is the same otherwise."""
    lines = deb.for_debian(UNIT).splitlines()
    changed = [line for line, before in zip(lines, UNIT.splitlines(), strict=True) if line != before]
    assert [line.split()[0] for line in changed] == [
        "ExecStart=/usr/bin/cert-monitor",
        "ExecReload=/usr/bin/cert-monitor",
    ]
    assert "/opt/" not in deb.for_debian(UNIT)


@pytest.mark.parametrize("unit", UNITS)
def test_both_packages_carry_each_unit(unit: str, inputs: Inputs, tmp_path: Path) -> None:
    """The service and the agent; every script that knows one of them knows the other."""
    bundle.lay_out(inputs, tmp_path / "bundle")
    deb.lay_out(inputs, tmp_path / "deb")
    packed = (tmp_path / "deb" / "usr" / "lib" / "systemd" / "system" / unit).read_text("utf-8")
    assert "\nExecStart=/usr/bin/cert-monitor " in packed
    assert (tmp_path / "bundle" / unit).is_file()
    scripts = ("install.sh", "uninstall.sh", "debian/postinst", "debian/prerm")
    assert [one for one in scripts if unit not in (DEPLOY / "linux" / one).read_text("utf-8")] == []


def test_each_example_is_a_file_of_the_administrator(inputs: Inputs, tmp_path: Path) -> None:
    """An upgrade keeps what was changed in one."""
    deb.lay_out(inputs, tmp_path)
    listed = (tmp_path / "DEBIAN" / "conffiles").read_text("utf-8").splitlines()
    assert listed == [f"/etc/cert-monitor/{name}" for name in EXAMPLES]
    assert [name for name in listed if not (tmp_path / name[1:]).is_file()] == []


def test_what_changed_is_installed(inputs: Inputs, tmp_path: Path) -> None:
    """Where Debian keeps it; Debian's own changelog of the package points to it."""
    deb.lay_out(inputs, tmp_path)
    own, debian = (
        gzip.decompress((tmp_path / "usr/share/doc/cert-monitor" / name).read_bytes())
        for name in ("changelog.gz", "changelog.Debian.gz")
    )
    assert own == (ROOT / "CHANGELOG.md").read_bytes()
    assert b"changelog.gz beside" in debian


def test_a_purge_leaves_no_state() -> None:
    """Of neither service; systemd keeps the state of a dynamic user in private."""
    for script in ("uninstall.sh", "debian/postrm"):
        text = (DEPLOY / "linux" / script).read_text("utf-8")
        removed = " ".join(re.findall(r"rm -rf (/.+)", text)).split()
        names = ("cert-monitor", "cert-monitor-agent")
        kept = {f"/var/lib/{folder}{name}" for name in names for folder in ("", "private/")} - set(removed)
        assert kept == set()


def test_the_launcher_uses_its_own_packages(tmp_path: Path) -> None:
    """Neither a folder of the caller nor variables come before them."""
    (tmp_path / "lib" / "monitor").mkdir(parents=True)
    (tmp_path / "lib" / "monitor" / "__init__.py").touch()
    (tmp_path / "lib" / "monitor" / "cli.py").write_text("def main():\n    print('ours')\n    return 3\n")
    (tmp_path / "monitor.py").write_text("raise SystemExit('not ours')\n")
    (tmp_path / "run").write_text(launcher.program(sys.executable, str(tmp_path / "lib")))
    (tmp_path / "run").chmod(0o755)
    done = subprocess.run(
        [tmp_path / "run"], env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("ours\n", 3)


def test_modules_for_several_pythons_lie_side_by_side(tmp_path: Path) -> None:
    """Their files have the version in their names; what all of them have is there once."""
    wheels = [
        wheel(tmp_path / "w", f"x-1-cp{tag}.whl", x="same\n", **{f"x.cpython-{tag}": ""})
        for tag in ("311", "312")
    ]
    site.lay_out(tmp_path / "site", wheels)
    assert sorted(one.name for one in (tmp_path / "site").iterdir()) == [
        "x.cpython-311.py",
        "x.cpython-312.py",
        "x.py",
    ]


def test_different_files_in_one_place_are_refused(tmp_path: Path) -> None:
    """One of the versions would run the other's code."""
    wheels = [wheel(tmp_path / "w", f"x-1-cp{tag}.whl", x=tag) for tag in ("311", "312")]
    with pytest.raises(PackageError, match=r"x-1-cp312\.whl has another x\.py"):
        site.lay_out(tmp_path / "site", wheels)


def test_a_bundle_is_the_same_in_two_builds(inputs: Inputs, tmp_path: Path) -> None:
    """Byte for byte; its files are root's, and the scripts can be run."""
    (tmp_path / "out").mkdir()
    first = bundle.build(inputs, tmp_path / "one", tmp_path / "out")
    content = first.read_bytes()
    assert bundle.build(inputs, tmp_path / "two", tmp_path / "out").read_bytes() == content
    with tarfile.open(first) as archive:
        members = archive.getmembers()
    assert first.name == "cert-monitor-1.2-linux-x86_64.tar.gz"
    assert {(one.uname, one.gname, one.mtime) for one in members} == {("root", "root", members[0].mtime)}
    assert [Path(one.name).name for one in members if one.isfile() and one.mode == 0o755] == [
        "install.sh",
        "uninstall.sh",
    ]


def test_our_wheel_has_its_hash(inputs: Inputs) -> None:
    """Beside the lock, so that pip takes nothing else for it."""
    locked, _, own = bundle.requirements(inputs).rpartition("cert-expiry-monitor==1.2 ")
    assert locked == LOCK.read_text("utf-8")
    assert re.fullmatch(r"--hash=sha256:[0-9a-f]{64}\n", own)


def test_a_wheel_that_was_built_here_has_its_hash_too(inputs: Inputs, tmp_path: Path) -> None:
    """The lock knows the source archive alone, and pip refuses what the requirements do not name."""
    (pinned,) = re.findall(r"^nkeys==(\S+) ", LOCK.read_text("utf-8"), re.MULTILINE)
    built = wheel(tmp_path / "built", f"nkeys-{pinned}-py3-none-any.whl", nkeys="")
    wanted = bundle.requirements(replace(inputs, locked=(*inputs.locked, built)))
    digest = hashlib.sha256(built.read_bytes()).hexdigest()
    assert f"\nnkeys=={pinned} \\\n    --hash=sha256:{digest} \\\n    --hash=sha256:" in wanted


@pytest.mark.system
def test_a_debian_package_is_the_same_in_two_builds(inputs: Inputs, tmp_path: Path) -> None:
    """Byte for byte, and dpkg reads what is in it."""
    dpkg_deb = program("dpkg-deb", "dpkg")
    (tmp_path / "out").mkdir()
    first = deb.build(inputs, tmp_path / "one", tmp_path / "out")
    content = first.read_bytes()
    assert deb.build(inputs, tmp_path / "two", tmp_path / "out").read_bytes() == content
    listed = output(dpkg_deb, "--contents", str(first))
    found = {line.split()[5].removeprefix("./"): line.split()[:2] for line in listed.splitlines()}
    assert {owner for _, owner in found.values()} == {"root/root"}
    assert {name for name, (mode, _) in found.items() if mode == "-rwxr-xr-x"} == {
        "usr/bin/cert-monitor",
        "usr/share/python3/runtime.d/cert-monitor.rtupdate",
    }
    assert (
        output(dpkg_deb, "--field", str(first), "Package", "Version")
        == "Package: cert-monitor\nVersion: 1.2-1\n"
    )


def test_the_package_starts_nothing() -> None:
    """Its scripts restart what was running and stop what goes; nothing is enabled or started."""
    scripts = [
        (DEPLOY / "linux" / "debian" / name).read_text("utf-8") for name in ("postinst", "prerm", "postrm")
    ]
    asked = re.findall(r"(?:systemctl|deb-systemd-invoke) (\S+)", "".join(scripts))
    assert sorted(set(asked)) == ["daemon-reload", "stop", "try-restart"]


@pytest.mark.parametrize(
    "script",
    ["install.sh", "uninstall.sh", *(f"debian/{one}" for one in ("postinst", "postrm", "prerm", "rtupdate"))],
)
def test_scripts_parse(script: str) -> None:
    """As the plain shell that Debian has."""
    subprocess.run(["sh", "-n", str(DEPLOY / "linux" / script)], check=True)


def test_every_command_is_on_the_man_page() -> None:
    """With each of its options."""
    sections = dict(re.findall(r"^\.SS cert\\-monitor (.+)\n((?:(?!\.S[SH]).*\n)*)", PAGE, re.MULTILINE))
    for command in COMMANDS[1:]:
        text = sections[" ".join(command.words).replace("-", "\\-")].replace("\\-", "-")
        options = [name for one in command.arguments for name in one.option_strings]
        assert [name for name in options if f"\\fB{name}\\fR" not in text] == []


@pytest.mark.system
def test_the_man_page_has_no_mistake() -> None:
    """Groff has nothing to complain about."""
    groff = program("groff", "groff-base")
    done = subprocess.run(
        [groff, "-man", "-Tutf8", "-ww", "-z"], input=PAGE, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def completed(tmp_path: Path, *words: str) -> list[str]:
    """Return what bash offers after some words, of which the last is begun."""
    file = tmp_path / "completion"
    file.write_text(bash_completion(parser()), "utf-8")
    return output("bash", "-c", COMPLETE, "complete", str(file), "cert-monitor", *words).split()


def output(*command: str) -> str:
    """Return what a command prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["val"], ["validate-config"]),
        (["xprotect", "disc"], ["discover"]),
        (["check", "--trus"], ["--trust"]),
        (["run", "--log-level", "w"], ["warning"]),
        (["run", "--config", ""], []),
        (["run", "--config", "check", "--log-l"], ["--log-level"]),
    ],
    ids=" ".join,
)
def test_bash_completes(tmp_path: Path, words: Sequence[str], offered: list[str]) -> None:
    """Commands, options and the values that an option knows; names of files are left to bash."""
    assert completed(tmp_path, *words) == offered


def test_bash_completes_every_command(tmp_path: Path) -> None:
    """At each level."""
    names = [one.words[0] for one in COMMANDS if len(one.words) == 1]
    assert completed(tmp_path, "") == [*names, "--version", "--help"]


def test_documents_are_compressed_the_same_way_each_time(inputs: Inputs, tmp_path: Path) -> None:
    """And are what the parser says now."""
    bundle.lay_out(inputs, tmp_path / "bundle")
    page = tmp_path / "bundle" / "share" / "man" / "man1" / "cert-monitor.1.gz"
    assert "\\fB\\-\\-log\\-level\\fR" in gzip.decompress(page.read_bytes()).decode()
