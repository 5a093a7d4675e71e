"""Files that list targets: both formats, changes, and what a broken or missing file costs."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.discovery import DiscoveryResult, FileSdSettings, texts
from monitor.discovery.file_sd import FileSd, unreadable
from monitor.model import DiscoveredTarget, Failure, FailureReason
from support.factories.config.errors import Rows, pairs
from support.written import written

ONE = '[{"targets": ["a:1"]}]'
TWO = '[{"targets": ["b:2"]}]'


def settings(folder: Path, *files: str, **keys: Any) -> FileSdSettings:
    """Return settings for files of a folder."""
    return FileSdSettings.model_validate(
        {"kind": "file_sd", "files": files, **keys}, context={"folder": str(folder)}
    )


def discover(folder: Path, *files: str) -> DiscoveryResult:
    """Return what files of a folder list."""
    return Asking(folder, *files).answer()


class Asking:
    """Ask one discovery several times."""

    def __init__(self, folder: Path, *files: str) -> None:
        """Make the discovery."""
        self.discovery: FileSd = settings(folder, *files).discovery()

    def answer(self) -> DiscoveryResult:
        """Return what the files list now."""
        return asyncio.run(self.discovery.discover())


def addresses(answer: DiscoveryResult) -> list[str]:
    """Return the addresses of an answer."""
    return [found.address for found in answer.found]


def test_json(tmp_path: Path) -> None:
    """A JSON file in Prometheus' format is read."""
    (tmp_path / "a.json").write_text('[{"targets": ["a:1"], "labels": {"site": "x", "__title": "A"}}]')
    assert discover(tmp_path, "a.json") == DiscoveryResult(
        (DiscoveredTarget("a:1", "", (("site", "x"),), "A"),), certain=True
    )


def test_yaml(tmp_path: Path) -> None:
    """A YAML file in Prometheus' format is read."""
    (tmp_path / "a.yml").write_text("- targets: ['a:1', b]\n  labels:\n    site: x\n- targets: [c:3]\n")
    assert discover(tmp_path, "a.yml") == DiscoveryResult(
        (
            DiscoveredTarget("a:1", "", (("site", "x"),)),
            DiscoveredTarget("b:443", "", (("site", "x"),)),
            DiscoveredTarget("c:3"),
        ),
        certain=True,
    )


def test_globs(tmp_path: Path) -> None:
    """A glob means every file that matches it at the time, each once, in the order of names."""
    (tmp_path / "2.json").write_text(TWO)
    (tmp_path / "1.json").write_text(ONE)
    (tmp_path / "other.txt").write_text("nothing for us")
    asking = Asking(tmp_path, "*.json", "2.json")
    assert addresses(asking.answer()) == ["a:1", "b:2"]
    (tmp_path / "0.json").write_text('[{"targets": ["c:3"]}]')
    assert addresses(asking.answer()) == ["c:3", "a:1", "b:2"]


def test_glob_without_match(tmp_path: Path) -> None:
    """A glob that matches nothing is said and no failure: the last file may have gone on purpose."""
    assert discover(tmp_path, "*.json") == DiscoveryResult(notes=(f"no file matches {tmp_path / '*.json'}",))


def test_change_is_seen(tmp_path: Path) -> None:
    """A file that was replaced is read at the next refresh."""
    file = tmp_path / "a.json"
    file.write_text(ONE)
    asking = Asking(tmp_path, "a.json")
    assert addresses(asking.answer()) == ["a:1"]
    file.write_text('[{"targets": ["b:2", "c:3"]}]')
    assert addresses(asking.answer()) == ["b:2", "c:3"]


def test_replaced_at_the_same_size_and_time(tmp_path: Path) -> None:
    """A file that another took the location of is read again, even when it looks the same from outside."""
    file, other = tmp_path / "a.json", tmp_path / "b"
    file.write_text(ONE)
    other.write_text(TWO)
    for path in (file, other):
        os.utime(path, ns=(0, 0))
    asking = Asking(tmp_path, "a.json")
    assert addresses(asking.answer()) == ["a:1"]
    other.replace(file)
    assert addresses(asking.answer()) == ["b:2"]


def test_unchanged_file_is_not_read(tmp_path: Path) -> None:
    """While nothing of a file changes, its list is the one that was read."""
    (tmp_path / "a.json").write_text(ONE)
    asking = Asking(tmp_path, "a.json")
    first, second = asking.answer(), asking.answer()
    assert first.found[0] is second.found[0]


def test_broken_file_names_the_line(tmp_path: Path) -> None:
    """A file that is half written is a failure with its line; the other files count."""
    (tmp_path / "a.yml").write_text("- targets: [a:1]\n- targets: [b:2\n")
    (tmp_path / "b.json").write_text(TWO)
    answer = discover(tmp_path, "a.yml", "b.json")
    [failure] = answer.failures
    assert (addresses(answer), failure.reason, failure.location) == (
        ["b:2"],
        FailureReason.UNREADABLE,
        str(tmp_path / "a.yml"),
    )
    assert written(failure) == (f"{tmp_path / 'a.yml'}:3: not YAML: the file ends inside brackets or quotes")


def test_broken_json_names_the_line(tmp_path: Path) -> None:
    """A JSON file with a mistake is explained like a YAML file."""
    (tmp_path / "a.json").write_text('[\n  {"targets": ["a:1"]},\n  {"targets" ["b:2"]}\n]\n')
    [failure] = discover(tmp_path, "a.json").failures
    assert written(failure).startswith(f"{tmp_path / 'a.json'}:3: not YAML: ")


def test_wrong_entry_names_the_line(tmp_path: Path) -> None:
    """A wrong entry is a failure with its line and key; what is right beside it is found."""
    (tmp_path / "a.yml").write_text("- targets:\n    - a:1\n    - b:x\n  labels:\n    site: y\n")
    detail = f"{tmp_path / 'a.yml'}:3: [0].targets[1]: the port must be a number from 1 to 65535 (got 'b:x')"
    assert discover(tmp_path, "a.yml") == DiscoveryResult(
        (DiscoveredTarget("a:1", "", (("site", "y"),)),),
        (Failure(FailureReason.UNREADABLE, texts.wrong_entries(problems=detail), str(tmp_path / "a.yml")),),
        certain=True,
    )


def test_many_mistakes_are_summed_up(tmp_path: Path) -> None:
    """Five mistakes are quoted, the rest is counted."""
    (tmp_path / "a.json").write_text('[{"targets": ["a:x", "b:x", "c:x", "d:x", "e:x", "f:x", "g:x"]}]')
    [failure] = discover(tmp_path, "a.json").failures
    assert (written(failure).count("the port must be"), written(failure)[-12:]) == (5, "; and 2 more")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ": the file is empty"),
        ("targets: [a:1]\n", ":1: the file must be a list, not keys and values"),
        ("hello\n", ":1: the file must be a list, not a single value"),
        ("- targets: [a:1]\n  targets: [b:1]\n", ":2: [0].targets: is already set at line 1"),
    ],
)
def test_no_list(tmp_path: Path, text: str, said: str) -> None:
    """A file that holds something else than groups is a failure."""
    (tmp_path / "a.yml").write_text(text)
    assert [written(failure) for failure in discover(tmp_path, "a.yml").failures] == [
        f"{tmp_path / 'a.yml'}{said}"
    ]


def test_missing_file(tmp_path: Path) -> None:
    """A named file that is not there is a failure, and no empty list."""
    said = texts.file_missing(path=str(tmp_path / "a.json"))
    assert discover(tmp_path, "a.json") == DiscoveryResult(
        failures=(Failure(FailureReason.NOT_FOUND, said, str(tmp_path / "a.json")),), certain=True
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            FileNotFoundError(2, "No such file"),
            Failure(FailureReason.NOT_FOUND, texts.file_missing(path="x.json"), "x.json"),
        ),
        (
            PermissionError(13, "No"),
            Failure(FailureReason.PERMISSION, texts.file_error(path="x.json", error="No"), "x.json"),
        ),
        (
            OSError(5, "Bad disk"),
            Failure(FailureReason.UNREADABLE, texts.file_error(path="x.json", error="Bad disk"), "x.json"),
        ),
    ],
)
def test_reasons(error: OSError, expected: Failure) -> None:
    """What the system says of a file becomes a reason and a sentence."""
    assert unreadable("x.json", error) == DiscoveryResult(failures=(expected,))


def test_folder(tmp_path: Path) -> None:
    """A folder with the name of a file is a failure."""
    (tmp_path / "a.json").mkdir()
    assert [failure.reason for failure in discover(tmp_path, "a.json").failures] == [FailureReason.UNREADABLE]


def test_repaired_file(tmp_path: Path) -> None:
    """A file that could not be read is tried again at every refresh, changed or not."""
    asking = Asking(tmp_path, "a.json")
    (tmp_path / "a.json").mkdir()
    assert addresses(asking.answer()) == []
    (tmp_path / "a.json").rmdir()
    (tmp_path / "a.json").write_text(ONE)
    assert addresses(asking.answer()) == ["a:1"]


def test_empty_list(tmp_path: Path) -> None:
    """An empty list is meant: anybody who wrote it wants nothing watched."""
    (tmp_path / "a.json").write_text("[]")
    assert discover(tmp_path, "a.json") == DiscoveryResult(certain=True)


def test_defaults(tmp_path: Path) -> None:
    """Files are checked every half minute, and what left them is watched five minutes more."""
    one = settings(tmp_path, "a.json", "b*.yaml")
    assert (one.id, one.refresh, one.grace) == (
        f"file_sd:{tmp_path / 'a.json'},{tmp_path / 'b*.yaml'}",
        timedelta(seconds=30),
        timedelta(minutes=5),
    )


def test_name(tmp_path: Path) -> None:
    """A name stands for the files."""
    assert settings(tmp_path, "a.json", name="portals").id == "file_sd:portals"


WRONG: Rows = [
    ("no files", "{kind: file_sd}", ["1: targets[0].files: is missing"]),
    ("an empty list", "{kind: file_sd, files: []}", ["1: targets[0].files: needs at least 1 entry"]),
    (
        "another format",
        "{kind: file_sd, files: [a.txt]}",
        ["1: targets[0].files[0]: must end in .json, .yml or .yaml (got 'a.txt')"],
    ),
    (
        "another key",
        "{kind: file_sd, file: [a.json]}",
        [
            "1: targets[0].files: is missing",
            "1: targets[0].file: unknown key; did you mean files?",
        ],
    ),
    (
        "a number without a unit",
        "{kind: file_sd, files: [a.json], refresh: 30}",
        ["1: targets[0].refresh: must be a number and a unit, such as 30s, 10m, 1h, 7d, 2w (got 30)"],
    ),
]


@pytest.mark.parametrize(("text", "lines"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_wrong_settings(tmp_path: Path, text: str, lines: list[str]) -> None:
    """Each mistake in the entry is said with its line and key."""
    said, expected = pairs(tmp_path, f"targets: [{text}]\n", lines)
    assert said == expected
