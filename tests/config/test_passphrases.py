"""The configuration has references to passphrases of key stores, never a passphrase."""

from pathlib import Path

import pytest

from monitor.config import load, online_problems
from monitor.model import Policy
from monitor.secrets import SecretReference
from monitor.sources.files.settings import Files
from support.factories.config.errors import Rows, pairs

ONE = "must be keys and values (got ***)"

WRONG: Rows = [
    ("a passphrase in the file", "passphrases: [hunter2]", ["1: targets[0].passphrases[0]: " + ONE]),
    ("one without brackets", "passphrases: hunter2", ["1: targets[0].passphrases: must be a list (got ***)"]),
    (
        "a passphrase under a key",
        "passphrases: [{text: hunter2}]",
        [
            "1: targets[0].passphrases[0].text: unknown key; allowed: env, file",
        ],
    ),
    (
        "two places of one",
        "passphrases: [{file: hunter2, env: hunter2}]",
        ["1: targets[0].passphrases[0]: needs exactly one of file and env"],
    ),
    ("no place", "passphrases: [{}]", ["1: targets[0].passphrases[0]: needs exactly one of file and env"]),
    (
        "an empty variable",
        "passphrases: [{env: ''}]",
        ["1: targets[0].passphrases[0].env: must not be empty (got ***)"],
    ),
]


TARGET = "targets: [{{kind: files, paths: [a.p12], {passphrases}}}]\nstore: {{url: 'sqlite:///s.db'}}\n"


def write(folder: Path, passphrases: str) -> Path:
    """Return a configuration file with one target that has these passphrases."""
    file = folder / "config.yaml"
    file.write_text(TARGET.format(passphrases=passphrases))
    return file


def test_order_and_locations(tmp_path: Path) -> None:
    """Files are taken relative to the configuration and not opened; the order stays."""
    config = load(write(tmp_path, "passphrases: [{file: a}, {env: B}, {file: /c}]"))
    settings = config.targets[0].target(Policy()).settings
    assert isinstance(settings, Files)
    assert settings.passphrases == (
        SecretReference(file=str(tmp_path / "a")),
        SecretReference(env="B"),
        SecretReference(file="/c"),
    )


def test_what_is_missing_here(tmp_path: Path) -> None:
    """The check on this machine tells which file and which variable is not there."""
    file = write(tmp_path, "passphrases: [{file: a}, {env: UNSET_STORE_WORD}]")
    assert [str(problem) for problem in online_problems(load(file))] == [
        f"{file}:1: targets[0].passphrases[0].file: {tmp_path / 'a'} does not exist",
        f"{file}:1: targets[0].passphrases[1].env: there is no environment variable of this name",
    ]


@pytest.mark.parametrize(("passphrases", "lines"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_wrong(tmp_path: Path, passphrases: str, lines: list[str]) -> None:
    """Each mistake has its sentence, and none shows what might be a passphrase."""
    said, expected = pairs(tmp_path, TARGET.format(passphrases=passphrases), lines)
    assert said == expected
